"""The answers of a function's process: read in time and within its memory, or why there are none.

A ``worker`` has the process as ``_proc``, its answers as ``_answers`` (``lines_of`` its pipe), its
settings as ``config``; ``_megabytes`` is what it has used, ``_debugged`` not None under a debugger.
"""

from __future__ import annotations

import contextlib
import json
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench import debug_clock
from workbench.function_process import log_pipe
from workbench.function_process.log_pipe import Line
from workbench.function_process.memory import used_megabytes

_LOOK_SECONDS = 0.05
"""How often to look at the memory of a process that runs, and at what it has logged: about 60 µs.

At 0.25 s a line was on screen after 170 ms in the median, at this after 61 ms."""

_GRACE_SECONDS = 0.2
"""How long a process may take to end."""

Failure = dict[str, Any]
"""What Lambda answers in place of a result: ``errorType``, ``errorMessage`` and more."""

_NOTHING: Line = (0, b"")
"""No line has come yet."""


def lines_of(pipe: Any, ahead: int = 0) -> queue.Queue[Line | None]:
    """The lines of a pipe as they come, with the time; None at its end.

    At most ``ahead`` lines wait to be taken; then the process waits, too.
    """
    lines: queue.Queue[Line | None] = queue.Queue(ahead)

    def read() -> None:
        with contextlib.suppress(OSError, ValueError), pipe:
            for line in pipe:
                lines.put((log_pipe.now(), line.rstrip(b"\n")))
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return lines


@dataclass(frozen=True, slots=True)
class Limit:
    """When a run must have ended, by ``debug_clock``, and the seconds that it was given."""

    deadline: float
    seconds: float


def answer_of(
    worker: Any,
    request_id: str,
    limit: Limit,
    look: Callable[[], object] = lambda: None,
    take: Callable[[str | None], Failure | None] = lambda _: None,
) -> dict[str, Any]:
    """The process's next answer, or why there is none."""
    told = f"RequestId: {request_id} Error: " if request_id else ""
    megabytes = int(worker.config.get("MemorySize") or 128)
    process = worker._proc  # another thread may take it away: the function was deleted or changed
    while True:
        left = max(0.0, limit.deadline - debug_clock.now())
        try:
            line = worker._answers.get(timeout=min(left, _LOOK_SECONDS))
        except queue.Empty:
            line = _NOTHING
            look()
        worker._megabytes = used_megabytes(process) or worker._megabytes
        if worker._megabytes > megabytes and worker._debugged is None:
            worker._megabytes = megabytes
            end(worker, signal.SIGKILL)
            return failure("Runtime.OutOfMemory", told + _exit(-signal.SIGKILL))
        if line is None:
            worker._answers.put(None)
            break
        if line is not _NOTHING:
            answer: dict[str, Any] = json.loads(line[1])
            if "status" in answer:
                if answer["status"] == "failed" and "requestId" in answer["error"]:
                    answer["error"]["requestId"] = request_id
                return answer
            if refusal := take(answer["chunk"]):
                end(worker)
                return refusal
        if debug_clock.now() >= limit.deadline:
            end(worker)
            return failure(
                "Sandbox.Timedout", f"{told}Task timed out after {limit.seconds:.2f} seconds"
            )
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=2)
    return failure("Runtime.ExitError", told + _exit(process.poll()))


def end(worker: Any, by: int = signal.SIGTERM) -> None:
    """End the process."""
    process, worker._proc = worker._proc, None
    if process is not None:
        process.send_signal(by)
        try:
            process.wait(timeout=_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.5)
    with contextlib.suppress(queue.Empty):  # let the thread that reads come to its end
        while worker._answers.get(timeout=0.2) is not None:
            pass
    worker._answers.put(None)


def too_large(limit: int) -> dict[str, Any]:
    """The answer in place of one that is longer than Lambda allows."""
    return failure(
        "Function.ResponseSizeTooLarge",
        f"Response payload size exceeded maximum allowed payload size ({limit} bytes).",
    )


def failure(kind: str, message: str) -> dict[str, Any]:
    """A failure of this type, as an answer."""
    return failed({"errorType": kind, "errorMessage": message})


def failed(error: Failure) -> dict[str, Any]:
    """A failure as an answer."""
    return {"status": "failed", "error": error}


def _exit(code: int | None) -> str:
    if not code:
        return "Runtime exited without providing a reason"
    if code > 0:
        return f"Runtime exited with error: exit status {code}"
    return f"Runtime exited with error: signal: {_SIGNALS.get(-code, f'signal {-code}')}"


_SIGNALS: Mapping[int, str] = {
    1: "hangup", 2: "interrupt", 3: "quit", 4: "illegal instruction", 5: "trace/breakpoint trap",
    6: "aborted", 7: "bus error", 8: "floating point exception", 9: "killed",
    11: "segmentation fault", 15: "terminated",
}  # fmt: skip
"""The words for signals in Lambda's messages."""
