"""Runs our own commands on the target under test, and keeps one sandbox running beside them."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

_MAIN: Final = "import sys; from workbench.cli.main import main; sys.exit(main())"
_PATIENCE: Final = 1200.0
"""Seconds: a first deployment to AWS takes five minutes, a slow one ten."""

Event = dict[str, Any]


class StepError(Exception):
    """What a step saw is not what it expects."""


@dataclass(frozen=True, slots=True)
class Commands:
    """Our commands, in the project's folder and on its target."""

    root: Path
    profile: str
    identifier: str

    @property
    def target(self) -> tuple[str, ...]:
        """The flags that aim at the target."""
        return ("--profile", self.profile, "--identifier", self.identifier)

    def words(self, *words: str) -> list[str]:
        """The whole command line, for this Python."""
        return [sys.executable, "-c", _MAIN, *words, *self.target]

    def run(self, *words: str, stdin: str = "", code: int = 0) -> str:
        """Run one; returns what it prints. Raises StepError for another exit code."""
        done = subprocess.run(
            self.words(*words),
            cwd=self.root,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        if done.returncode != code:
            said = (done.stderr or done.stdout).strip()
            raise StepError(f"`amplify-tui {' '.join(words)}` ended with {done.returncode}: {said}")
        return done.stdout

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start one whose lines are read while it runs."""
        return subprocess.Popen(
            self.words(*words),
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@dataclass
class RunningSandbox:
    """``amplify-tui sandbox --json``: its events, as they come."""

    commands: Commands
    options: Sequence[str] = ()
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._process = self.commands.start("sandbox", "--json", *self.options)
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process.poll() is None

    def until(self, holds: Callable[[Event], bool], seconds: float = _PATIENCE) -> Event:
        """The next event that holds; raises StepError if none comes."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise StepError(f"nothing came within {seconds:.0f} s") from None
            if line is None:
                raise StepError(f"the sandbox ended: {self._last}")
            try:
                event = json.loads(line)
            except ValueError:
                self._last = line.strip()
                continue
            self.events.append(event)
            if holds(event):
                return dict(event)

    def deployed(self) -> tuple[Event, str]:
        """The next deployment's end, and its method (empty if nothing was planned)."""
        method = ""

        def ends(event: Event) -> bool:
            nonlocal method
            if event["kind"] == "plan":
                method = event["method"]
            is_end = event["kind"] == "deployment-finished"
            return is_end and event["result"] not in ("superseded", "interrupted")

        return self.until(ends), method

    def stop(self) -> int:
        """Press Ctrl-C; returns the exit code."""
        if self.is_running:
            self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    _last = ""
