"""How long a terminal waits for the app: the first text, and the first full screen."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from dataclasses import dataclass
from pathlib import Path

_ESCAPES = re.compile(
    rb"\x1b\[[0-9;:?<>=]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][0-9A-B]|\x1b."
)
_STATE = re.compile(rb"starting|synthesizing|checking|deploying|watching", re.IGNORECASE)
# What a common terminal answers at once: its background colour and its kind.
_ANSWERS = ((b"\x1b]11;?", b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\"), (b"\x1b[c", b"\x1b[?62;c"))


@dataclass(frozen=True, slots=True)
class FirstPaint:
    """Seconds from the start of the process."""

    text: float
    screen: float


def first_paint(project: Path, *, patience: float = 30.0) -> FirstPaint:
    """Start the app in a pseudo-terminal of 120×36 and watch what it writes; then end it."""
    started = time.monotonic()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(project)
        os.environ.update(
            TERM="xterm-256color", COLORTERM="truecolor", PYTHONPATH=str(Path(__file__).parents[2])
        )
        os.execv(sys.executable, [sys.executable, "-m", "screens.launch", "--local"])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    try:
        return _watch(terminal, started, patience)
    finally:
        os.kill(pid, signal.SIGTERM)
        _drain_until_gone(pid, terminal)
        os.close(terminal)


def _watch(terminal: int, started: float, patience: float) -> FirstPaint:
    seen, text, alternate = b"", 0.0, False
    while time.monotonic() - started < patience:
        if not select.select([terminal], [], [], 0.5)[0]:
            continue
        chunk = os.read(terminal, 65536)
        at = time.monotonic() - started
        for question, answer in _ANSWERS:
            if question in chunk:
                os.write(terminal, answer)
        seen += chunk
        shown = _ESCAPES.sub(b"", seen)
        if not text and shown.strip():
            text = at
        # The full screen names its state and has its panes' keys below.
        alternate = alternate or (_STATE.search(shown) is not None and len(shown) > 2000)
        if text and alternate:
            return FirstPaint(text, at)
    raise TimeoutError(f"no screen within {patience:.0f} s: {_ESCAPES.sub(b'', seen)[-500:]!r}")


def _drain_until_gone(pid: int, terminal: int) -> None:
    """A process cannot leave while its last output waits to be read."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                os.read(terminal, 65536)
            except OSError:
                time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
