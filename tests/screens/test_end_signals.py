"""However the app ends, the terminal is the shell's again.

Signals, a lost terminal, a busy loop.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from screens.end_signals import GRACE_SECONDS
from tests.screens.terminal import Terminal

pytestmark = pytest.mark.terminal

ROOT = Path(__file__).parents[2]
MODES = ("1000", "1002", "1003", "1006", "2004", "1004", "1049", "25")


class Opened:
    """The app in a bare pseudo-terminal."""

    def __init__(self, folder: Path, *command: str) -> None:
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(theirs)
        self.theirs = theirs
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "TERM": "xterm-256color",
                "XDG_CONFIG_HOME": str(folder / "config"),
            },
        )
        self.written = ""

    def read_until(self, words: str, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while words not in self.written:
            self.read(0.2)
            assert time.monotonic() < end, f"{words!r} never came: {self.written[-2000:]!r}"

    def read(self, seconds: float) -> None:
        while select.select([self.ours], [], [], seconds)[0]:
            data = os.read(self.ours, 65536)
            if not data:
                return
            self.written += data.decode(errors="replace")

    def end(self, seconds: float = 60) -> int:
        """The exit code; all that was written until then is read."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            self.read(0.1)
            assert time.monotonic() < end, "it does not end"
        self.read(0.3)
        return self.process.returncode

    def is_restored(self) -> None:
        """Modes are off, the cursor is there, the line discipline is as before."""
        for mode in MODES:
            turned = re.findall(rf"\x1b\[\?{mode}([hl])", self.written)
            assert not turned or turned[-1] == ("h" if mode == "25" else "l"), mode
        assert self.written.rfind("\x1b[<u") > self.written.rfind("\x1b[>1u")
        assert termios.tcgetattr(self.theirs) == self.before


BUSY = """
import sys, time
from pathlib import Path
from tests.screens.scripted import ScriptedStarter, scripted_app
import screens.run as run
from screens.end_signals import EndSignals
class Busy(run.WorkbenchApp):
    def on_mount(self):
        self.set_timer(1, self.hang)
    def hang(self):
        Path("busy").touch()
        while True: time.sleep(0.05)
run.WorkbenchApp = Busy
ending = EndSignals(0); ending.install()
sys.exit(run.run(Path.cwd(), {}, answer=b"", environment={}, ending=ending))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT])
def test_a_signal_restores_the_terminal(folder: Path, number: signal.Signals) -> None:
    app = Opened(folder, "-m", "screens.launch")
    app.read_until("amplify-tui init")
    app.process.send_signal(number)
    assert app.end() == 128 + number
    app.is_restored()
    assert f"ended by {number.name}" in app.written.split("\x1b[?1049l")[-1]


def test_a_signal_before_the_first_screen(folder: Path) -> None:
    app = Opened(folder, "-m", "screens.launch")
    app.read_until("STARTING")
    app.process.send_signal(signal.SIGTERM)
    assert app.end() == 128 + signal.SIGTERM
    app.is_restored()


def test_a_busy_app_is_ended_by_the_second_signal_or_after_a_while(folder: Path) -> None:
    for again in (True, False):
        (folder / "busy").unlink(missing_ok=True)
        app = Opened(folder, "-c", BUSY)
        end = time.monotonic() + 60
        while not (folder / "busy").exists():
            app.read(0.1)
            assert time.monotonic() < end
        app.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        if again:
            app.read(0.3)
            app.process.send_signal(signal.SIGTERM)
        assert app.end() == 128 + signal.SIGTERM
        assert again or time.monotonic() - began > GRACE_SECONDS / 2
        app.is_restored()
        assert "ended by SIGTERM" in app.written


def test_a_terminal_that_is_gone_ends_the_app(folder: Path) -> None:
    """As after a dropped SSH connection, here without the system's signal."""
    app = Opened(folder, "-m", "screens.launch")
    app.read_until("amplify-tui init")
    os.close(app.theirs)
    os.close(app.ours)
    assert app.process.wait(60) == 128 + signal.SIGHUP


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
def test_suspended_and_back(folder: Path) -> None:
    """Ctrl-Z gives the terminal to the shell, ``fg`` brings the app back."""
    terminal = Terminal(folder, ["bash", "--norc", "-i"], (100, 24), folder / "config")
    try:
        terminal.press(f"PS1='READY '; {sys.executable} -m screens.launch", "Enter")
        terminal.wait_for(lambda s: "amplify-tui init" in s, 60, "the app")
        terminal.press("C-z")
        terminal.wait_for(lambda s: "Stopped" in s and "READY" in s, 30, "the shell")
        assert terminal.modes() == "0 0"
        terminal.press("fg", "Enter")
        terminal.wait_for(lambda s: "amplify-tui init" in s and "READY" not in s, 30, "the app")
        assert terminal.modes() == "1 1"
        terminal.press("C-c")
        terminal.wait_for(lambda s: "READY" in s, 30, "the shell")
        assert terminal.modes() == "0 0"
    finally:
        terminal.close()
