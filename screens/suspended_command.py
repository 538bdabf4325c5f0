"""A command that gets the whole terminal while the app waits. Standard library only.

Call with the app suspended. Ctrl-C reaches the command alone: the event loop's own handler, which
would end the app, is set aside meanwhile.
"""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from workbench.terminal_text import safe_line

_INTERRUPTED = frozenset({-signal.SIGINT, 128 + signal.SIGINT})


def run_lent(command: Sequence[str]) -> int:
    """Run a command with a screen of its own, such as an editor; its exit code.

    Raises OSError where it does not start.
    """
    with _without_interrupts():
        return subprocess.run(command, check=False).returncode


def run_told(command: Sequence[str]) -> int:
    """Run a command that prints lines: say what runs, and keep a failure's words until Enter.

    Returns its exit code; raises OSError where it does not start.
    """
    sys.stdout.write(f"$ {safe_line(shlex.join(command))}\n")
    sys.stdout.flush()
    code = run_lent(command)
    if code and code not in _INTERRUPTED:
        with _without_interrupts():
            sys.stdout.write(f"\nIt ended with exit code {code}. Press Enter to go back. ")
            sys.stdout.flush()
            sys.stdin.readline()
    return code


@contextmanager
def _without_interrupts() -> Iterator[None]:
    # A handler, not SIG_IGN: the command would inherit that and could not be interrupted.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
