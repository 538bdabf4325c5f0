"""Events from the engine's threads to the screen: one wake-up for a burst, at most 25 a second.

A producer appends to a deque, which costs well under a microsecond and takes no lock of ours; only
the first event after a drain wakes the screen's loop. Log lines have a queue of their own with a
bound, so that a flood can cost old lines but never memory or the events that matter.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final, TypeVar

from workbench.model.events import AnyEvent, LogLine

T = TypeVar("T")
FRAME_SECONDS: Final = 0.04
LOG_QUEUE_LINES: Final = 20_000

Receive = Callable[[Sequence[AnyEvent], Sequence[LogLine], int], None]
"""Takes the events of one frame, its log lines, and how many log lines were dropped before them."""


class Feed:
    """Collects events from any thread and hands them over on the screen's loop."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._events: deque[AnyEvent] = deque()
        self._lines: deque[LogLine] = deque(maxlen=LOG_QUEUE_LINES)
        self._appended = 0
        self._awake = False
        self._last = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._handle: asyncio.TimerHandle | None = None
        self._context = contextvars.Context()

    def open(self) -> None:
        """Begin to deliver; call on the screen's loop. What came before is delivered now."""
        self._loop = asyncio.get_running_loop()
        # A callback from a thread runs in that thread's context, where Textual's active app is
        # unknown: a timer begun there raises LookupError when it ends. So: in the opener's.
        self._context = contextvars.copy_context()
        self._wake()

    def close(self) -> None:
        """Deliver no more; later events are forgotten."""
        self._loop = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def emit(self, event: AnyEvent) -> None:
        """Take one event; safe from any thread, never blocks."""
        if isinstance(event, LogLine):
            self._appended += 1  # no lock: a race can only make the dropped count too low
            self._lines.append(event)
        else:
            self._events.append(event)
        loop = self._loop
        if not self._awake and loop is not None:
            self._awake = True
            try:
                loop.call_soon_threadsafe(self._wake, context=self._context)
            except RuntimeError:  # the loop closed between the check and the call: nobody listens
                self._loop = None

    @property
    def is_drained(self) -> bool:
        """Whether everything emitted so far has been delivered."""
        return not (self._events or self._lines)

    def _wake(self) -> None:
        """Drain now, or at the end of the current frame."""
        loop = self._loop
        if loop is None or self._handle is not None:
            return
        wait = self._last + FRAME_SECONDS - monotonic()
        if wait <= 0:
            self._drain()
        else:
            self._handle = loop.call_later(wait, self._drain, context=self._context)

    def _drain(self) -> None:
        self._handle = None
        self._last = monotonic()
        # Cleared first: an event that arrives from here on wakes the loop again.
        self._awake = False
        events = _take(self._events)
        appended, self._appended = self._appended, 0
        lines = _take(self._lines)
        if events or lines:
            self._receive(events, lines, max(0, appended - len(lines)))


def _take(queue: deque[T]) -> list[T]:
    """Everything in the queue at this moment; others may go on appending."""
    return [queue.popleft() for _ in range(len(queue))]
