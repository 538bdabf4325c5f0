"""A command on a pseudo-terminal: what it writes, and a person who answers."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PROGRAM = Path(__file__).parents[2] / "amplify_tui.py"
_CEILING = 60.0


class OnATerminal:
    """``amplify-tui WORDS`` with a terminal of its own."""

    def __init__(self, words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, str(PROGRAM), *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env=dict(environment),
            start_new_session=True,
        )
        os.close(theirs)
        self.said = ""

    def wait_for(self, words: str) -> str:
        """Read until these words were written; returns all that was."""
        end = time.monotonic() + _CEILING
        while words not in self.said:
            if not self._read(end - time.monotonic()):
                raise AssertionError(f"never said {words!r}, but:\n{self.said}")
        return self.said

    def type(self, line: str) -> None:
        """Type a line, with Enter."""
        os.write(self._ours, f"{line}\n".encode())

    def interrupt(self) -> None:
        """What Ctrl-C sends to the terminal's foreground process."""
        self._process.send_signal(2)

    def end(self) -> int:
        """Read to the end; the exit code."""
        end = time.monotonic() + _CEILING
        while self._read(end - time.monotonic()):
            pass
        os.close(self._ours)
        return self._process.wait(timeout=_CEILING)

    def _read(self, seconds: float) -> bool:
        if not select.select([self._ours], [], [], max(0.0, seconds))[0]:
            return False
        try:
            found = os.read(self._ours, 65536)
        except OSError:  # the other end is closed
            return False
        self.said += found.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(found)
