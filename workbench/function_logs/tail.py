"""Follows one log group: gives each event once, whether it is read or comes by a session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from workbench.function_logs.log_events import LogEvent, read_page

_OVERLAP: Final = 10_000
"""Milliseconds that are read again: CloudWatch shows some events later than newer ones."""
_PAGES: Final = 5
"""Pages of one read, so that a flood in one group does not keep the others waiting."""
_KNOWN: Final = 20_000
"""Known events beyond which old ones are forgotten while a session lasts."""

_Key = tuple[str, int, str]
"""Live sessions give no ids: equal lines of one stream and moment are told apart by number."""


class Tail:
    """The events of a group from ``start`` on, in milliseconds since the epoch."""

    def __init__(self, group: str, start: int) -> None:
        self.group = group
        self.exists = True
        """Whether the group was there at the last read; Lambda makes it at the first run."""
        self._begin = start
        self._newest = start
        self._token = ""
        self._asked_from = start
        self._seen: Counter[_Key] = Counter()
        self._in_read: Counter[_Key] = Counter()
        self._in_session: Counter[_Key] = Counter()

    def read(self, logs: Any) -> list[LogEvent]:
        """What is new; blocks. The rest of a flood comes with the next reads."""
        found: list[LogEvent] = []
        for _ in range(_PAGES):
            if not self._token:
                self._asked_from = max(self._begin, self._newest - _OVERLAP)
                self._in_read.clear()
            page = read_page(logs, self.group, self._asked_from, token=self._token)
            self.exists = page.group_exists
            found += self._new(page.events, self._in_read)
            self._token = page.next_token
            if not self._token:
                break
        if not self._token:
            self._forget()
        return sorted(found, key=lambda each: each.at)

    @property
    def is_behind(self) -> bool:
        """Whether a flood's rest is still to be read."""
        return bool(self._token)

    def session_began(self) -> None:
        """A live session begins: what it gives is counted from now on."""
        self._in_session.clear()

    def take(self, events: Sequence[LogEvent]) -> list[LogEvent]:
        """Of a live session's events, those that have not been read."""
        found = self._new([each for each in events if each.at >= self._begin], self._in_session)
        if len(self._seen) > _KNOWN:
            self._forget()
        return found

    def _new(self, events: Sequence[LogEvent], counted: Counter[_Key]) -> list[LogEvent]:
        found = []
        for event in events:
            # Live sessions trim a line's end, reads do not.
            key = (event.stream, event.at, event.message.rstrip())
            counted[key] += 1
            if counted[key] > self._seen[key]:
                self._seen[key] = counted[key]
                self._newest = max(self._newest, event.at)
                found.append(event)
        return found

    def _forget(self) -> None:
        """Only what is read again must be known."""
        oldest = self._newest - _OVERLAP
        for counter in (self._seen, self._in_session):
            old = [key for key in counter if key[1] < oldest]
            for key in old:
                del counter[key]
