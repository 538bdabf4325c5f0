"""A stretch of time in which templates must be brief, for the event loop waits for them.

Within ``with brief_stretch`` a template that takes some ten milliseconds of CPU is cut off by a
signal, between two of Python's instructions; and what would run as one native call of unknown
length says so beforehand by :func:`lengthy`. Both raise :class:`Overrun`. Outside of the stretch,
in a worker that a clock ends, neither does anything.
"""

from __future__ import annotations

import signal
import time
from types import FrameType

LIMIT_SECONDS = 0.02
"""After which the first look is taken at what it uses."""

_REST_SECONDS = 0.015
"""Of CPU, from then on."""


class Overrun(BaseException):
    """A template is not brief. No Exception: nothing in the engine may take it for a failure."""


class _BriefStretch:
    """Not reentrant; for the main thread, where signals are handled."""

    __slots__ = ("_cpu", "_ready", "active")

    def __init__(self) -> None:
        self.active = False
        self._cpu: float | None = None
        self._ready = False

    def __enter__(self) -> None:
        if not self._ready:
            signal.signal(signal.SIGALRM, self._look)
            self._ready = True
        self._cpu = None
        self.active = True
        # Not a timer of CPU: to arm one, the kernel adds up what all threads have used so far.
        signal.setitimer(signal.ITIMER_REAL, LIMIT_SECONDS)

    def __exit__(self, *_: object) -> None:
        self.active = False
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _look(self, _number: int, _frame: FrameType | None) -> None:
        """Cut it off once it has had its CPU: a busy machine may have given it none until now."""
        if not self.active:
            return
        used = time.thread_time()
        if self._cpu is None:
            self._cpu = used
        elif used - self._cpu >= _REST_SECONDS:
            self.active = False
            raise Overrun
        signal.setitimer(signal.ITIMER_REAL, _REST_SECONDS)


brief_stretch = _BriefStretch()


def lengthy() -> None:
    """Something may take long from here on: not within a brief stretch."""
    if brief_stretch.active:
        brief_stretch.active = False
        raise Overrun
