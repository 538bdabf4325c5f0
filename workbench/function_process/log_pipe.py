"""Reads what a function's process prints: an event for each line, or for each framed message.

A runtime's logger frames its messages, so that one with several lines is one event, as in
CloudWatch: ``\\x01``, and a JSON array of the time in milliseconds and the message.
"""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Iterator
from dataclasses import dataclass

_FRAME = "\x01"
_END = "\x00"
"""Ends a run's log. It may follow a line that the function has not ended itself."""

_WAIT_SECONDS = 0.25
"""How long to wait for the rest of a log whose end was not marked."""


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event of a function's log; ``at`` in milliseconds since the epoch."""

    at: int
    text: str


def now() -> int:
    """The time of an event that is of now."""
    return int(time.time() * 1000)


Line = tuple[int, bytes]
"""A line of the pipe, and when it came."""


def waiting(lines: queue.Queue[Line | None]) -> list[LogEvent]:
    """What has come, without waiting for more."""
    found: list[LogEvent] = []
    while True:
        try:
            line = lines.get_nowait()
        except queue.Empty:
            return found
        if line is None:
            lines.put(None)
            return found
        found += [each for each in _parsed(line) if each is not None]


def until_mark(lines: queue.Queue[Line | None]) -> list[LogEvent]:
    """The rest of a run's log, up to its mark."""
    found: list[LogEvent] = []
    deadline = time.monotonic() + _WAIT_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        try:
            line = lines.get(timeout=left)
        except queue.Empty:
            break
        if line is None:
            lines.put(None)
            break
        for event in _parsed(line):
            if event is None:
                return found
            found.append(event)
    return found


def _parsed(line: Line) -> Iterator[LogEvent | None]:
    """The events of a line; None for the mark."""
    at, content = line
    text = content.decode(errors="replace")
    is_last = text.endswith(_END)
    text, mark, framed = text.removesuffix(_END).partition(_FRAME)
    if mark:
        try:
            written, message = json.loads(framed)
            if text:
                yield LogEvent(at, text)
            yield LogEvent(int(written), str(message).rstrip("\n"))
        except (ValueError, TypeError):  # the function's own
            yield LogEvent(at, text + mark + framed)
    elif text or not is_last:
        yield LogEvent(at, text)
    if is_last:
        yield None
