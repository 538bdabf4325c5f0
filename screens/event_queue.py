"""Events from the engine's threads to the screen, those of a frame at once.

Log lines have a queue of their own with a bound, so that a flood can cost old lines but never
memory or the events that matter.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from screens.frames import Frames, taken
from workbench.model.events import AnyEvent, LogLine

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
        self._frames = Frames(self._drain)

    def open(self) -> None:
        """Begin to deliver; call on the screen's loop. What came before is delivered now."""
        self._frames.open()

    def close(self) -> None:
        """Deliver no more; later events are forgotten."""
        self._frames.close()

    def emit(self, event: AnyEvent) -> None:
        """Take one event; safe from any thread, never blocks."""
        if isinstance(event, LogLine):
            self._appended += 1  # no lock: a race can only make the dropped count too low
            self._lines.append(event)
        else:
            self._events.append(event)
        self._frames.wake()

    @property
    def is_drained(self) -> bool:
        """Whether everything emitted so far has been delivered."""
        return not (self._events or self._lines)

    def _drain(self) -> None:
        events = taken(self._events)
        appended, self._appended = self._appended, 0
        lines = taken(self._lines)
        if events or lines:
            self._receive(events, lines, max(0, appended - len(lines)))
