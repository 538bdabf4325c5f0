"""Wakes the screen's loop for what other threads have brought: once for a burst, 25 times a second.

What was brought waits in a deque, which costs well under a microsecond to append to and takes no
lock; only the first ``wake`` after a drain reaches the loop.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Final, TypeVar

T = TypeVar("T")
FRAME_SECONDS: Final = 0.04


class Frames:
    """Calls ``drain`` on the screen's loop, at most once in a frame."""

    def __init__(self, drain: Callable[[], None]) -> None:
        self._drain = drain
        self._awake = False
        self._last = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._handle: asyncio.TimerHandle | None = None
        self._context = contextvars.Context()

    def open(self) -> None:
        """Begin; call on the screen's loop. What came before is drained now."""
        self._loop = asyncio.get_running_loop()
        # A callback from a thread runs in that thread's context, where Textual's active app is
        # unknown: a timer begun there raises LookupError when it ends. So: in the opener's.
        self._context = contextvars.copy_context()
        self._wake()

    def close(self) -> None:
        """Drain no more."""
        self._loop = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def wake(self) -> None:
        """Something was brought; safe from any thread, never blocks."""
        loop = self._loop
        if not self._awake and loop is not None:
            self._awake = True
            try:
                loop.call_soon_threadsafe(self._wake, context=self._context)
            except RuntimeError:  # the loop closed between the check and the call: nobody listens
                self._loop = None

    def _wake(self) -> None:
        """Drain now, or at the end of the current frame."""
        loop = self._loop
        if loop is None or self._handle is not None:
            return
        wait = self._last + FRAME_SECONDS - monotonic()
        if wait <= 0:
            self._end_frame()
        else:
            self._handle = loop.call_later(wait, self._end_frame, context=self._context)

    def _end_frame(self) -> None:
        self._handle = None
        self._last = monotonic()
        # Cleared first: what arrives from here on wakes the loop again.
        self._awake = False
        self._drain()


def taken(queue: deque[T]) -> list[T]:
    """Everything in the queue at this moment; others may go on appending."""
    return [queue.popleft() for _ in range(len(queue))]
