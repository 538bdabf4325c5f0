"""A stretch of time in which templates must be brief, for the event loop waits for them.

Within ``with brief_stretch`` a template that has used some milliseconds of CPU is cut off by a
signal, between two of Python's instructions; and what would run as one native call of unknown length
says so beforehand by :func:`lengthy`. Both raise :class:`Overrun`. Outside of the stretch, in a
worker that a clock ends, neither does anything.
"""

from __future__ import annotations

import signal
import time
from types import FrameType

LIMIT_SECONDS = 0.03


class Overrun(BaseException):
    """A template is not brief. No Exception: nothing in the engine may take it for a failure."""


class _BriefStretch:
    """Not reentrant; for the main thread, where signals are handled."""

    __slots__ = ("_began", "_ready", "active")

    def __init__(self) -> None:
        self.active = False
        self._began = 0.0
        self._ready = False

    def __enter__(self) -> None:
        if not self._ready:
            signal.signal(signal.SIGVTALRM, self._cut_off)
            self._ready = True
        self._began = time.perf_counter()
        self.active = True
        # Of CPU, so that a busy machine ends nothing early: a call costs 1 µs.
        signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_SECONDS)

    def __exit__(self, *_: object) -> None:
        self.active = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def _cut_off(self, _number: int, _frame: FrameType | None) -> None:
        if not self.active:
            return
        if time.perf_counter() - self._began < LIMIT_SECONDS:
            # Another thread's CPU.
            signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_SECONDS)
            return
        self.active = False
        raise Overrun


brief_stretch = _BriefStretch()


def lengthy() -> None:
    """Something may take long from here on: not within a brief stretch."""
    if brief_stretch.active:
        brief_stretch.active = False
        raise Overrun
