"""Ends of functions' runs: ministack waits 50 ms for more log lines, and ends what threw an error.

Here a run marks the end of its lines: a sign-up with three triggers waited 150 ms for functions
that log nothing. And a process whose handler threw goes on, as on AWS: a trigger that refuses would
start anew each time, which takes Amplify's functions up to a second.
Source: docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import Any

_END = "\x00"
"""A line of its own on the standard error of a function's process, after each run."""

_PATIENCE_SECONDS = 0.25
"""For a process that does not write the mark: as long as ministack waits at most."""

_PYTHON_MARK = '        print("\\x00", file=sys.stderr, flush=True)\n'
_PYTHON_ANSWERED = "        _real_stdout.flush()\n\nrun()"
_PYTHON_THROWN = '{"status": "error", "error": str(e), "trace": traceback.format_exc()}'
_NODE_MARK = '_stderrWrite("\\u0000\\n");\n'
_NODE_SETTLED = "        if (err) {\n          _realStdoutWrite("
_NODE_FAILED = 'status: "error", error: String(err.message || err), trace: err.stack || ""'
_NODE_THROWN = '      _realStdoutWrite(JSON.stringify({\n        status: "error", error: e.message'


def install() -> None:
    """Let both kinds of processes say how a run ended, and read that."""
    from ministack.core import lambda_runtime

    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    script = _replaced(script, _PYTHON_ANSWERED, _PYTHON_MARK + _PYTHON_ANSWERED)
    lambda_runtime._PYTHON_WORKER_SCRIPT = _thrown(script, _PYTHON_THROWN, '"status": "error"')
    script = lambda_runtime._NODEJS_WORKER_SCRIPT
    for answer in (_NODE_SETTLED, _NODE_THROWN):
        script = _replaced(script, answer, _NODE_MARK + answer)
    for answer in (_NODE_FAILED, _NODE_THROWN):
        script = _thrown(script, answer, 'status: "error"')
    lambda_runtime._NODEJS_WORKER_SCRIPT = script
    worker = lambda_runtime.Worker
    worker._drain_stderr_bounded = _lines
    worker.invoke = _telling_errors(worker.invoke)


def _replaced(script: str, part: str, by: str) -> str:
    if script.count(part) != 1:
        raise RuntimeError(f"ministack's process for functions has changed: {part!r}")
    return script.replace(part, by)


def _thrown(script: str, answer: str, status: str) -> str:
    """An answer that says so, but is none of a process that failed."""
    said = status.replace('"error"', '"ok"')
    return _replaced(script, answer, answer.replace(status, f'{said}, "threw": {_TRUE[said]}'))


_TRUE = {'"status": "ok"': "True", 'status: "ok"': "true"}


def _telling_errors(invoke: Callable[..., Any]) -> Callable[..., Any]:
    def telling(worker: Any, *given: Any, **named: Any) -> Any:
        response = invoke(worker, *given, **named)
        if response.pop("threw", False):
            response["status"] = "error"
        return response

    return telling


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
