"""Runs a function's code once, in a process that ends afterwards; nothing is deployed for it."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import queue
import secrets
import signal
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from workbench import debug_clock
from workbench.function_process import log_pipe, node_sdk, read_only, report
from workbench.function_process.answers import (
    Failure,
    Limit,
    answer_of,
    end,
    failure,
    lines_of,
    too_large,
)
from workbench.function_process.environment import Surroundings, environment
from workbench.function_process.interpreters import command_for, notice
from workbench.function_process.log_pipe import Line, LogEvent
from workbench.function_process.unpacked import (
    Unpacked,
    link_layers,
    place_code,
    place_of_code,
)
from workbench.process_folders import make_process_folder, remove_tree

_INIT_SECONDS: Final = 10.0
"""How long loading may take before the time of the invocation itself counts."""

_RESPONSE_BYTES: Final = 6_291_556
_PREFIX: Final = "amplify-tui-run-"


@dataclass(frozen=True, slots=True)
class RunOnce:
    """What to run: ``config`` as Lambda has it, ``code`` an asset's folder or archive.

    ``layers`` are archives. ``packages`` is a folder in the project, to find Lambda's own SDK from;
    ``preload`` is a script that a Node process loads first, "" for none.
    """

    config: Mapping[str, Any]
    code: Path
    around: Surroundings
    packages: Path
    layers: Sequence[Path] = ()
    preload: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """How the run went: ``answer`` as the process gave it, its log, what it took."""

    request: str
    answer: Mapping[str, Any]
    events: tuple[LogEvent, ...]

    @property
    def failure(self) -> Failure:
        """What it failed with: ``errorType``, ``errorMessage``, a trace; empty if it did not."""
        found: Failure = self.answer.get("error") or {}
        return found if self.answer["status"] == "failed" else {}

    @property
    def result(self) -> str:
        """The result as it was answered."""
        if "body" in self.answer:
            return bytes(self.answer["body"]).decode(errors="replace")
        return str(self.answer.get("result") or "")


def run_once(what: RunOnce, event: str) -> Finished:
    """Run it with an event (JSON). Blocks.

    Raises RuntimeError for an archive that is broken, OSError where nothing can be started.
    """
    node_sdk.allow_installation()
    folder = make_process_folder(place_of_code(), f"{_PREFIX}{os.getuid()}-")
    try:
        files = _placed(what, folder)
        run = _Run(what, files, folder)
        try:
            return run.finished(event)
        finally:
            run.close()
    finally:
        remove_tree(folder)


def _placed(what: RunOnce, folder: Path) -> Unpacked:
    files = Unpacked(folder / "code", folder / "home", [], [])
    files.home.mkdir()
    place_code(what.code, files.task_root)
    for number, layer in enumerate(what.layers):
        files.layers.append(folder / f"layer_{number}")
        place_code(layer, files.layers[-1])
    if str(what.config.get("Runtime")).startswith("nodejs"):
        link_layers(files)
        (folder / "preload.cjs").write_text(what.preload, encoding="utf-8")
    if not read_only.is_available():
        for each in (files.task_root, *files.layers):
            read_only.take_write_modes(each)
    return files


class _Run:
    """The process, as ``answers`` wants a worker."""

    def __init__(self, what: RunOnce, files: Unpacked, folder: Path) -> None:
        self.config = what.config
        self._what, self._files, self._folder = what, files, folder
        self._proc: _Process | None = None
        self._answers: queue.Queue[Line | None] = queue.Queue()
        self._printed: queue.Queue[Line | None] = queue.Queue()
        self._megabytes = 0
        self._debugged = None
        self._events: list[LogEvent] = []
        self._request = ""

    def finished(self, event: str) -> Finished:
        """Load the handler, and run it."""
        seconds = float(self.config.get("Timeout") or 3)
        self._request = str(uuid.uuid4())
        before = time.monotonic()
        answer = self._loaded(seconds)
        loading = time.monotonic() - before
        self._add(report.start(self.config, self._request))
        began = time.monotonic()
        if answer["status"] == "ready":
            answer = self._answer(json.loads(event), seconds)
        elif "requestId" in answer["error"]:
            answer["error"]["requestId"] = self._request
        took = time.monotonic() - began
        self._add(log_pipe.until_mark(self._printed))
        if "result" in answer and len(answer["result"].encode()) > _RESPONSE_BYTES:
            answer = too_large(_RESPONSE_BYTES)
        run = report.Run(answer, took, loading, self._megabytes)
        self._add(report.end(self.config, self._request, run))
        return Finished(self._request, answer, tuple(self._events))

    def close(self) -> None:
        """End the process."""
        if self._proc is not None:
            end(self, signal.SIGKILL)

    def _loaded(self, seconds: float) -> dict[str, Any]:
        answer = self._started(seconds)
        if answer["status"] != "ready" and node_sdk.is_missing(answer["error"]["errorMessage"]):
            end(self)
            problem = node_sdk.install_for(self._files.task_root)
            if problem:
                told = f"{answer['error']['errorMessage']}\n(Lambda's runtime has it; {problem})"
                return failure(answer["error"]["errorType"], told)
            self._events.clear()
            answer = self._started(seconds)
        return answer

    def _started(self, seconds: float) -> dict[str, Any]:
        config, files = self.config, self._files
        runtime = str(config.get("Runtime"))
        read, write = os.pipe()
        try:
            command = command_for(
                runtime, int(config.get("MemorySize") or 128), write, files.layers,
                folder=self._folder,
            )  # fmt: skip
            if runtime.startswith("nodejs"):
                scopes = node_sdk.sdk_folders(self._what.packages / "_")
                node_sdk.link(files.task_root, [*scopes.values(), *node_sdk.installed_scopes()])
                command[1:1] = ["--require", str(self._folder / "preload.cjs")]
            variables = environment(config, files, Path(command[0]).parent, self._what.around)
            self._proc = read_only.restricted(
                lambda: _Process(
                    command, cwd=files.task_root, env=variables, pass_fds=(write,),
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )  # fmt: skip
        except BaseException:
            os.close(read)
            raise
        finally:
            os.close(write)
        assert self._proc.stdout is not None
        self._printed = lines_of(os.fdopen(self._proc.stdout.fileno(), "rb", closefd=False))
        self._answers = lines_of(os.fdopen(read, "rb"))
        if told := notice(runtime):
            self._add([LogEvent(log_pipe.now(), f"[WARN]\t{told}")])
        allowed = _INIT_SECONDS + seconds
        answer = answer_of(self, "", Limit(debug_clock.now() + allowed, seconds), self._look)
        self._add(log_pipe.until_mark(self._printed))
        return answer

    def _answer(self, event: object, seconds: float) -> dict[str, Any]:
        trace = f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"
        message = {
            "event": event,
            "environment": {"_X_AMZN_TRACE_ID": f"{trace};Parent={secrets.token_hex(8)};Sampled=0"},
            "context": {
                "request_id": self._request,
                "arn": self.config.get("FunctionArn", ""),
                "deadline": int((time.time() + seconds) * 1000),
                "client_context": None,
            },
        }
        with contextlib.suppress(OSError):  # it has ended: no answer comes
            assert self._proc is not None
            assert self._proc.stdin is not None
            self._proc.stdin.write(json.dumps(message).encode() + b"\n")
            self._proc.stdin.flush()
        streamed = bytearray()

        def take(chunk: str | None) -> Failure | None:
            streamed.extend(base64.b64decode(chunk or ""))
            return too_large(_RESPONSE_BYTES) if len(streamed) > _RESPONSE_BYTES else None

        limit = Limit(debug_clock.now() + seconds, seconds)
        answer = answer_of(self, self._request, limit, self._look, take)
        if answer["status"] == "streamed":
            answer["body"] = bytes(streamed)
        elif "raw" in answer:
            answer["body"] = base64.b64decode(answer["raw"])
        return answer

    def _look(self) -> None:
        self._add(log_pipe.waiting(self._printed))

    def _add(self, events: Sequence[LogEvent]) -> None:
        """Lambda's own folders: what reads a trace finds the same as on AWS."""
        task_root = str(self._files.task_root)
        for each in events:
            self._events.append(LogEvent(each.at, each.text.replace(task_root, "/var/task")))


class _Process(subprocess.Popen[bytes]):
    """A process that is signalled with all that it started."""

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, sig)
