"""Textual's terminal driver with a wait for input that sleeps until there is some.

Textual's own wakes ten times a second to see whether it should end and whether a lone Escape has
waited long enough: 0.15 % of a core of an app that does nothing.
"""

from __future__ import annotations

import os
import selectors
import signal
from codecs import getincrementaldecoder
from threading import Event
from time import monotonic

from textual import constants
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from screens.bursts import BurstGate
from screens.unforeseen import InputLostError

_READ_BYTES = 4096
_ESCAPE_CHECK = 0.02  # while the parser waits for the rest of a sequence
_ESCAPE_MORE = 0.05


class _WakingEvent(Event):
    """An event that also makes a pipe readable, to end a ``select`` that has no time limit."""

    def __init__(self) -> None:
        super().__init__()
        self.pipe, self._writing = os.pipe()
        os.set_blocking(self.pipe, False)

    def set(self) -> None:
        super().set()
        os.write(self._writing, b"\0")

    def clear(self) -> None:
        super().clear()
        try:
            os.read(self.pipe, _READ_BYTES)
        except BlockingIOError:
            return


class SleepingInputDriver(LinuxDriver):
    """Sends what the terminal says to the app; wakes only when it says something."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._ending = _WakingEvent()
        self.exit_event = self._ending
        self.holds_terminal = False

    def start_application_mode(self) -> None:
        """The terminal is the app's."""
        self.holds_terminal = True
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        """The terminal is the shell's, or a program's, until the app takes it again."""
        super().stop_application_mode()
        self.holds_terminal = False

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:
            self._hang_up()
        except Exception as error:  # noqa: BLE001 - told by the app, which cannot go on without keys
            lost = InputLostError(f"{type(error).__name__}: {error}").with_traceback(
                error.__traceback__
            )
            self._app.call_later(self._app._handle_exception, lost)

    @staticmethod
    def _hang_up() -> None:
        """Nobody is there any more, whether the system says so or not."""
        os.kill(os.getpid(), signal.SIGHUP)

    def run_input_thread(self) -> None:
        """Pass on what the terminal says, until ``exit_event``."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        gate = BurstGate()
        check_until = 0.0
        with selectors.SelectSelector() as selector:
            terminal = selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._ending.pipe, selectors.EVENT_READ)
            while not self._ending.is_set():
                now = monotonic()
                waits = [gate.wait(now), _ESCAPE_CHECK if now < check_until else None]
                ready = selector.select(
                    min((max(0.0, wait) for wait in waits if wait is not None), default=None)
                )
                arrived: list[Message] = []
                if any(key is terminal for key, _ in ready):
                    data = os.read(self.fileno, _READ_BYTES)
                    if not data:
                        self._hang_up()
                        return
                    arrived += parser.feed(decode(data))
                    check_until = monotonic() + constants.ESCAPE_DELAY + _ESCAPE_MORE
                arrived += parser.tick()
                for message in gate.take(arrived, monotonic()):
                    self.process_message(message)
