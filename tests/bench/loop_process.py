"""A deployment loop as a child process: ours by its JSON events, ampx by its printed lines."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
AMPX_DONE = re.compile(r"Deployment completed in")
AMPX_FAILED = re.compile(r"\[ERROR\]|✘|Error:")
AMPX_WATCHING = re.compile(r"Watching for file changes")


class LoopError(Exception):
    """A loop ended, failed or did not finish in time; the message holds its last lines."""


class LoopProcess:
    """A running loop whose output lines carry the time they were read (``time.monotonic()``)."""

    def __init__(
        self, command: list[str], cwd: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.started = time.monotonic()
        self._recent: list[str] = []
        self._lines: queue.Queue[tuple[float, str] | None] = queue.Queue()
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            env=None if environment is None else dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def pid(self) -> int:
        """The process id of the command."""
        return self._process.pid

    def wait_for(
        self,
        done: Callable[[str], bool],
        *,
        timeout: float,
        failed: Callable[[str], bool] = lambda _line: False,
    ) -> float:
        """The time at which the first line that is ``done`` was read; raises ``LoopError``."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                item = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise self._failure(f"nothing for {timeout:.0f} s") from None
            if item is None:
                raise self._failure("it ended")
            at, line = item
            self._recent = [*self._recent[-30:], line]
            if failed(line):
                raise self._failure("it failed")
            if done(line):
                return at

    def stop(self) -> None:
        """End it as a terminal would with Ctrl-C, then by force."""
        for wanted, patience in ((signal.SIGINT, 15.0), (signal.SIGKILL, 5.0)):
            if self._process.poll() is not None:
                return
            os.killpg(self._process.pid, wanted)
            try:
                self._process.wait(timeout=patience)
            except subprocess.TimeoutExpired:
                continue

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put((time.monotonic(), _ESCAPES.sub("", line.rstrip())))
        self._lines.put(None)

    def _failure(self, why: str) -> LoopError:
        return LoopError(f"{why}; its last lines:\n" + "\n".join(self._recent[-15:]))


class Ours:
    """``amplify-tui sandbox --local --json``."""

    def __init__(self, project: Path, *flags: str) -> None:
        self.process = LoopProcess(
            [sys.executable, "-m", "screens.launch", "sandbox", "--local", "--json", *flags],
            project,
            {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )

    def deployed(self, timeout: float) -> float:
        """The time at which the next deployment had finished."""
        return self.process.wait_for(
            lambda line: _event(line).get("result") in {"succeeded", "no change"},
            timeout=timeout,
            failed=lambda line: _event(line).get("result") in {"failed", "refused"},
        )

    def watching(self, timeout: float) -> None:
        """Wait until it watches again."""
        self.process.wait_for(lambda line: _event(line).get("state") == "watching", timeout=timeout)


class Ampx:
    """``npx ampx sandbox`` from the project's own packages, pointed at a local cloud."""

    def __init__(
        self, project: Path, environment: Mapping[str, str], node: Path, identifier: str
    ) -> None:
        script = (project / "node_modules" / ".bin" / "ampx").resolve()
        self.process = LoopProcess(
            [str(node), str(script), "sandbox", "--identifier", identifier],
            project,
            # npx sets the user agent, and ampx refuses to start without; npx itself is left out.
            {
                **environment,
                "AMPLIFY_DISABLE_TELEMETRY": "1",
                "npm_config_user_agent": "npm/10.0.0",
            },
        )

    def deployed(self, timeout: float) -> float:
        """The time at which the next deployment had finished."""
        return self.process.wait_for(
            lambda line: AMPX_DONE.search(line) is not None,
            timeout=timeout,
            failed=lambda line: AMPX_FAILED.search(line) is not None,
        )

    def watching(self, timeout: float) -> None:
        """Wait until it watches again."""
        self.process.wait_for(lambda line: AMPX_WATCHING.search(line) is not None, timeout=timeout)


def _event(line: str) -> dict[str, object]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) and "kind" in event else {}
