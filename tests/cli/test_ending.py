"""A command that is ended while it reads a password gives the terminal its echo back."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
from workbench.cli.ending import end_on_signals
from workbench.cli.prompts import read_hidden
end_on_signals()
read_hidden("Password")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_echo_comes_back(number: signal.Signals) -> None:
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        said, end = b"", time.monotonic() + 60
        while b"Password" not in said:
            assert time.monotonic() < end
            if select.select([ours], [], [], 0.2)[0]:
                said += os.read(ours, 1024)
        assert termios.tcgetattr(theirs) != before
        process.send_signal(number)
        assert process.wait(30) == 128 + number
        assert termios.tcgetattr(theirs) == before
    finally:
        process.kill()
        os.close(ours)
        os.close(theirs)
