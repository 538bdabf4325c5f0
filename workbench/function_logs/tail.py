"""Follows one log group: each read gives what has come since, once and in order."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from workbench.function_logs.log_events import LogEvent, read_page

_OVERLAP: Final = 10_000
"""Milliseconds that are read again: CloudWatch shows some events later than newer ones."""
_PAGES: Final = 5
"""Pages of one read, so that a flood in one group does not keep the others waiting."""


class Tail:
    """The events of a group from ``start`` on, in milliseconds since the epoch."""

    def __init__(self, group: str, start: int) -> None:
        self._group = group
        self._begin = start
        self._newest = start
        self._token = ""
        self._asked_from = start
        self._seen: dict[str, int] = {}

    def read(self, logs: Any) -> list[LogEvent]:
        """What is new; blocks. The rest of a flood comes with the next reads."""
        found: list[LogEvent] = []
        for _ in range(_PAGES):
            if not self._token:
                self._asked_from = max(self._begin, self._newest - _OVERLAP)
            page = read_page(logs, self._group, self._asked_from, token=self._token)
            found += self._new(page.events)
            self._token = page.next_token
            if not self._token:
                break
        if not self._token:
            self._forget()
        return sorted(found, key=lambda each: each.at)

    def _new(self, events: tuple[LogEvent, ...]) -> list[LogEvent]:
        found = []
        repeated: Counter[str] = Counter()
        for event in events:
            key = event.id
            if not key:
                # The local cloud gives no ids: equal lines of one moment are told apart by number.
                key = f"{event.stream} {event.at} {event.message}"
                repeated[key] += 1
                key = f"{key} {repeated[key]}"
            if key not in self._seen:
                self._seen[key] = event.at
                self._newest = max(self._newest, event.at)
                found.append(event)
        return found

    def _forget(self) -> None:
        """Only what is read again must be known."""
        oldest = self._newest - _OVERLAP
        self._seen = {key: at for key, at in self._seen.items() if at >= oldest}
