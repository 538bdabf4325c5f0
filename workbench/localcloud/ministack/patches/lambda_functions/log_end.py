"""Function logs: ministack waits 50 ms after each run for more lines; here the run marks their end.

A sign-up with three triggers waited 150 ms for functions that log nothing.
"""

from __future__ import annotations

import queue
import time
from typing import Any

_END = "\x00"
"""A line of its own on the standard error of a function's process, after each run."""

_PATIENCE_SECONDS = 0.25
"""For a process that does not write the mark: as long as ministack waits at most."""

_PYTHON_MARK = '        print("\\x00", file=sys.stderr, flush=True)\n'
_PYTHON_ANSWERED = "        _real_stdout.flush()\n\nrun()"
_NODE_MARK = '_stderrWrite("\\u0000\\n");\n'
_NODE_SETTLED = "        if (err) {\n          _realStdoutWrite("
_NODE_THROWN = '      _realStdoutWrite(JSON.stringify({\n        status: "error", error: e.message'


def install() -> None:
    """Let both kinds of processes write the mark, and read up to it."""
    from ministack.core import lambda_runtime

    lambda_runtime._PYTHON_WORKER_SCRIPT = _before(
        lambda_runtime._PYTHON_WORKER_SCRIPT, _PYTHON_ANSWERED, _PYTHON_MARK
    )
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    for answer in (_NODE_SETTLED, _NODE_THROWN):
        script = _before(script, answer, _NODE_MARK)
    lambda_runtime._NODEJS_WORKER_SCRIPT = script
    lambda_runtime.Worker._drain_stderr_bounded = _lines


def _before(script: str, answer: str, mark: str) -> str:
    if script.count(answer) != 1:
        raise RuntimeError(f"ministack's process for functions has changed: {answer!r}")
    return script.replace(answer, mark + answer)


def _lines(worker: Any) -> str:
    """What the run has logged, up to its mark."""
    lines: list[str] = []
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        try:
            line = worker._stderr_queue.get(timeout=left)
        except queue.Empty:
            break
        if line == _END:
            break
        lines.append(line)
    return "\n".join(lines)
