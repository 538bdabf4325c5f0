"""Signals that end the app: the terminal is restored, a line says why, the code is 128 + n.

The first one asks the app to quit as ``q`` would. At a second one, or if the app is too busy,
the process ends at once, after restoring the terminal. Standard library only: it is in place before
the first frame.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import termios
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Final, NoReturn

ENDING: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT)
GRACE_SECONDS: Final = 4.0
"""For leaving: the engine's own end may take three of them."""
_LAST_WRITE_SECONDS: Final = 1.0

# Mouse (all kinds), paste brackets, focus, resize reports and line wrap as a shell has them; the
# keyboard protocol's own, before its alternate screen is left; cursor and colours.
RESTORE: Final = (
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l\x1b[?2004l\x1b[?1004l"
    "\x1b[?2048l\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h\x1b[0m"
)


class EndSignals:
    """Installed for the process; knows whether the terminal is the app's at the moment."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self._attributes: list[Any] | None = None
        self._leave: Callable[[], object] | None = None
        self._holds_terminal: Callable[[], bool] = lambda: True
        self.number = 0
        """The signal that ends the process; 0 for none yet."""

    def install(self) -> None:
        """Take the signals, and remember how the terminal is; SIGHUP stays ignored under nohup."""
        with contextlib.suppress(termios.error):
            self._attributes = termios.tcgetattr(self._terminal)
        for number in ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._came)

    def while_app_runs(
        self, leave: Callable[[], object], holds_terminal: Callable[[], bool]
    ) -> None:
        """``leave`` ends the app soon and may be called at any time."""
        self._leave, self._holds_terminal = leave, holds_terminal

    def after_app(self) -> None:
        """The terminal is the shell's again."""
        self._holds_terminal = lambda: False

    def words(self) -> str:
        """What ended the process."""
        return f"amplify-tui: ended by {signal.Signals(self.number).name}."

    def _came(self, number: int, _frame: FrameType | None) -> None:
        is_first, self.number = not self.number, self.number or number
        leave = self._leave
        if not is_first or leave is None:
            self.end_now()
            return
        watch = threading.Timer(GRACE_SECONDS, self.end_now)
        watch.daemon = True
        watch.start()
        leave()

    def leave(self) -> NoReturn:
        """End after the app, whether or not there is still a terminal to say anything on."""
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(128 + self.number)

    def end_now(self) -> None:
        """End the process without asking anything of the app."""
        code = 128 + self.number
        # A terminal that takes no more output must not keep us.
        last = threading.Timer(_LAST_WRITE_SECONDS, os._exit, (code,))
        last.daemon = True
        last.start()
        with contextlib.suppress(OSError, termios.error):
            if self._holds_terminal():
                os.write(self._terminal, RESTORE.encode())
                if self._attributes is not None:
                    termios.tcsetattr(self._terminal, termios.TCSANOW, self._attributes)
            os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, f"{self.words()}\n".encode())
        os._exit(code)
