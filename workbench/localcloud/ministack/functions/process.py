"""One process of a function: its start, its invocations, its log and its end.

Takes the place of ministack's ``Worker._spawn`` and ``Worker.invoke``. Answers come by a pipe of
their own; what the function prints, by whatever means, is its log.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench import debug_clock
from workbench.function_process import log_pipe, node_sdk, report, source_map_paths
from workbench.function_process.answers import (
    Failure,
    Limit,
    answer_of,
    end,
    failed,
    lines_of,
    too_large,
)
from workbench.function_process.environment import environment
from workbench.function_process.interpreters import command_for, notice
from workbench.function_process.log_pipe import LogEvent
from workbench.function_process.memory import used_megabytes
from workbench.function_process.unpacked import Unpacked, link_layers
from workbench.localcloud.ministack.functions import debugging, log_store
from workbench.localcloud.ministack.functions.streams import RESPONSE_BYTES as STREAMED_BYTES
from workbench.localcloud.ministack.functions.streams import ResponseStream
from workbench.localcloud.ministack.functions.surroundings import surroundings
from workbench.localcloud.ministack.functions.unpacked import unpack
from workbench.process_folders import remove_tree

_INIT_SECONDS = 10.0
"""How long loading may take before the time of the invocation itself counts."""

RESPONSE_BYTES = 6_291_556
"""What Lambda allows a response to have."""

_ANSWERS_AHEAD = 256
"""Chunks of a streamed response that may wait to be passed on."""


class FunctionFailedError(Exception):
    """The function could not be started; ``failure`` is what the caller is answered."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure["errorMessage"])
        self.failure = failure


def start(worker: Any) -> None:
    """Start the process and load the handler. Raises ``FunctionFailedError``.

    A package of the SDK that Lambda has and the project lacks is installed first, if need be.
    """
    try:
        _start(worker)
    except FunctionFailedError as failed:
        message = failed.failure["errorMessage"]
        if not node_sdk.is_missing(message):
            raise
        problem = node_sdk.install_for(Path(worker._tmpdir) / "code")
        if problem:
            told = f"{message}\n(Lambda's runtime has it; on the local cloud, {problem})"
            raise FunctionFailedError({**failed.failure, "errorMessage": told}) from None
        end(worker)
        _start(worker)


def _start(worker: Any) -> None:
    from ministack.core import lambda_runtime

    config = worker.config
    worker._discard_tmpdir()
    worker._tmpdir = lambda_runtime.tempfile.mkdtemp(prefix=f"lambda-{worker.func_name[:64]}-")
    worker._log_stream = log_store.new_stream(config)
    files = unpack(config, worker.code_zip, Path(worker._tmpdir))
    runtime = str(config.get("Runtime") or "python3.12")
    if runtime.startswith("nodejs"):
        link_layers(files)
    worker._debugged = debugged = debugging.claim(worker)
    options = debugged.options() if debugged else []
    if debugged and debugged.is_node:
        source_map_paths.point_at_project(files.task_root, debugged.root)
    read, write = os.pipe()
    try:
        megabytes = int(config.get("MemorySize") or 128)
        command = command_for(
            runtime,
            megabytes,
            write,
            files.layers,
            folder=Path(worker._tmpdir).parent,
            more=options,
        )
        around = surroundings(config, worker._log_stream)
        variables = environment(config, files, Path(command[0]).parent, around)
        worker._proc = lambda_runtime.subprocess.Popen(
            command,
            cwd=str(files.task_root),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(write,),
            env=variables,
        )
    except BaseException:
        os.close(read)
        raise
    finally:
        os.close(write)
    worker._megabytes = 0
    worker._printed = lines_of(os.fdopen(worker._proc.stdout.fileno(), "rb", closefd=False))
    worker._answers = lines_of(os.fdopen(read, "rb"), _ANSWERS_AHEAD)
    told = [_missing_layer(arn) for arn in files.missing]
    told += filter(None, [notice(runtime)])
    worker._init_log = [LogEvent(log_pipe.now(), f"[WARN]\t{line}") for line in told]
    allowed = _INIT_SECONDS + float(config.get("Timeout") or 3)
    answer = answer_of(worker, "", Limit(debug_clock.now() + allowed, allowed - _INIT_SECONDS))
    worker._init_log += log_pipe.until_mark(worker._printed)
    if answer.get("status") != "ready":
        raise FunctionFailedError(_with_layers(answer["error"], files))
    worker._start_time = time.time()


class _Log:
    """The log of one invocation: stored while it runs, and kept for its caller."""

    def __init__(self, worker: Any) -> None:
        self._worker = worker
        self._task_root = str(Path(worker._tmpdir or "/none") / "code")
        self._stored = 0
        self.events: list[LogEvent] = []

    def add(self, events: list[LogEvent]) -> None:
        """Add events; ``store`` writes them. None is older than the one before it.

        The time of a line is when it was read, that of a framed message when it was written.
        Lambda's own folders: what reads a trace finds the same as on AWS.
        """
        for event in events:
            last = self.events[-1].at if self.events else 0
            text = event.text.replace(self._task_root, "/var/task")
            self.events.append(LogEvent(max(event.at, last), text))

    def store(self) -> None:
        """Write what has been added since the last time."""
        new = self.events[self._stored :]
        self._stored += len(new)
        log_store.append(self._worker.config, self._worker._log_stream, new)

    def look(self) -> None:
        """Store what the process has printed so far."""
        self.add(log_pipe.waiting(self._worker._printed))
        self.store()


class _Streamed:
    """The chunks that a handler streams: passed on as they come, or kept for a waiting caller."""

    def __init__(self, stream: ResponseStream | None, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline
        self._bytes = 0
        self.kept = bytearray()

    def take(self, text: str | None) -> Failure | None:
        """Take a chunk in base64, None for the end; a failure where it is too much."""
        chunk = None if text is None else base64.b64decode(text)
        self._bytes += len(chunk or b"")
        limit = STREAMED_BYTES if self._stream else RESPONSE_BYTES
        if self._bytes > limit:
            return too_large(limit)
        if self._stream is not None:
            self._stream.put(chunk, self._deadline - debug_clock.now())
        elif chunk is not None:
            self.kept += chunk
        return None


def invoke(worker: Any, event: Any, request_id: str, **given: Any) -> dict[str, Any]:
    """Run one invocation; starts the process unless it runs. Returns its answer and its log."""
    with worker._lock:
        log = _Log(worker)
        loading = 0.0
        if worker._proc is None or worker._proc.poll() is not None:
            before = time.monotonic()
            try:
                start(worker)
            except FunctionFailedError as refused:
                duration, megabytes = time.monotonic() - before, used_megabytes(worker._proc)
                end(worker)
                log.add(worker._init_log)
                log.add(report.start(worker.config, request_id))
                answer = failed(_of_request(refused.failure, request_id))
                return _outcome(
                    worker, request_id, log, answer, duration=duration, megabytes=megabytes
                )
            loading = time.monotonic() - before
        log.add(worker._init_log)
        worker._init_log = []
        log.add(report.start(worker.config, request_id))
        seconds = float(worker.config.get("Timeout") or 3)
        deadline = debug_clock.now() + seconds
        left = debugging.GENEROUS_SECONDS if worker._debugged else seconds
        arn = given.get("invoked_function_arn")
        message = {
            "event": event,
            "environment": _per_call(given),
            "context": {
                "request_id": request_id,
                "arn": worker.config.get("FunctionArn", "") if arn is None else arn,
                "deadline": int((time.time() + left) * 1000),
                "client_context": given.get("client_context"),
            },
        }
        with contextlib.suppress(OSError):  # it has ended: no answer comes
            worker._proc.stdin.write(json.dumps(message).encode() + b"\n")
            worker._proc.stdin.flush()
        began = time.monotonic()
        streamed = _Streamed(given.get("stream"), deadline)
        limit = Limit(deadline, seconds)
        answer = answer_of(worker, request_id, limit, log.look, streamed.take)
        if answer["status"] == "streamed":
            answer["body"] = bytes(streamed.kept)
        elif "raw" in answer:
            answer["body"] = base64.b64decode(answer["raw"])
        duration = time.monotonic() - began
        log.add(log_pipe.until_mark(worker._printed))
        outcome = _outcome(
            worker, request_id, log, answer,
            duration=duration, loading=loading, megabytes=worker._megabytes,
        )  # fmt: skip
        if worker._proc is None or worker._proc.poll() is not None:
            end(worker)
        return outcome


def _of_request(failure: Failure, request_id: str) -> Failure:
    """The failure of a start, as the invocation that caused the start is answered."""
    if failure["errorType"] not in report.ENDED:
        return failure
    message = f"RequestId: {request_id} Error: {failure['errorMessage']}"
    return {**failure, "errorMessage": message}


def _outcome(
    worker: Any, request_id: str, log: _Log, answer: dict[str, Any], *,
    duration: float = 0.0, loading: float = 0.0, megabytes: int = 0,
) -> dict[str, Any]:  # fmt: skip
    if "result" in answer and len(answer["result"].encode()) > RESPONSE_BYTES:
        answer = too_large(RESPONSE_BYTES)
    run = report.Run(answer, duration, loading, megabytes)
    log.add(report.end(worker.config, request_id, run))
    log.store()
    return {"answer": answer, "log": "\n".join(each.text for each in log.events)}


def discard(worker: Any) -> None:
    """Remove the code that was unpacked for the process."""
    if worker._tmpdir:
        remove_tree(Path(worker._tmpdir))


def _per_call(given: Mapping[str, Any]) -> dict[str, str | None]:
    """The environment variables that change with every invocation; None removes one."""
    from ministack.core import lambda_runtime

    depth = given.get("depth")
    durable = given.get("durable") or {}
    return {
        "_X_AMZN_TRACE_ID": given.get("trace_id") or _untraced(),
        lambda_runtime.INVOKE_DEPTH_ENV: None if depth is None else str(depth),
        **{name: durable.get(name) for name in lambda_runtime.DURABLE_ENV_VARS},
    }


def _untraced() -> str:
    """The tracing header of an invocation that is not traced."""
    root = f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    return f"{root};Parent={secrets.token_hex(8)};Sampled=0"


def _missing_layer(arn: str) -> str:
    return f"The layer {arn} is on AWS alone: on the local cloud, /opt lacks its files."


def _with_layers(failure: Failure, files: Unpacked) -> Failure:
    """Name the layers that may hold what the function could not load."""
    if not files.missing:
        return failure
    named = ", ".join(files.missing)
    message = f"{failure['errorMessage']}\n(Not on the local cloud: layer {named})"
    return {**failure, "errorMessage": message}
