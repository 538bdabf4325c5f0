"""A subscription's events as rows; and what is copied and saved of them. No widgets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain
from time import localtime, strftime
from typing import Any, Final

from screens.playground.result_rows import Fold, json_rows, problem_rows, value_at
from screens.playground.shown_result import FileContent
from screens.playground.tab_state import StreamState
from screens.widgets.row_list import Row
from screens.widgets.text_styles import FAIL, MUTED, OK, STRONG, WARN
from workbench.playground.stream import StreamEvent
from workbench.wording import plural

_ROOT: Final = "/event"
"""The key of an event's row begins with this, the event's number and a slash."""


class ShownStream:
    """One stream; the rows of an event are made once: a hundred a second cost only themselves."""

    def __init__(self, stream: StreamState) -> None:
        self.stream = stream
        self._fold = Fold()
        self._rows: dict[int, list[Row]] = {}

    @property
    def title(self) -> str:
        """Who listens, and how it is going."""
        stream = self.stream
        count = plural(stream.total, "event")
        if stream.end:
            state = f"ended · {count}"
        elif not stream.started:
            state = "connecting"
        elif stream.paused_at is not None:
            state = f"paused · {stream.total - stream.paused_at} held"
        else:
            state = f"live · {count}"
        return f"Stream · {stream.caller.label} · {state}"

    def rows(self, fold: Fold, width: int) -> list[Row]:
        """The events that match the search, and how the stream ended."""
        stream = self.stream
        rows = self._event_rows(stream.shown, fold)
        if stream.end:
            return rows + problem_rows(stream.end, width, failed=stream.failed)
        if rows:
            return rows
        if fold.wanted:
            return [Row((("No events match.", MUTED),))]
        if stream.started:
            return [Row((("◉ ", OK), ("Live. Run a mutation in another tab (Ctrl+T).", MUTED)))]
        return []

    def _event_rows(self, events: Sequence[tuple[int, StreamEvent]], fold: Fold) -> list[Row]:
        known = self._rows if fold == self._fold else {}
        self._fold = fold
        self._rows = {
            number: known[number] if number in known else _rows(number, event, fold)
            for number, event in events
        }
        return list(chain.from_iterable(self._rows.values()))

    def value(self, key: str) -> Any:
        """What the row with this key shows."""
        number, _, rest = key.removeprefix(_ROOT).partition("/")
        for at, event in self.stream.events:
            if str(at) == number:
                return value_at(event.data, f"/{rest}" if rest else "")
        return None

    def content(self) -> FileContent:
        """All events for a file, a JSON object on each line."""
        lines = [
            json.dumps({"at": each.at, "data": each.data}, ensure_ascii=False)
            for _, each in self.stream.events
        ]
        return FileContent("\n".join(lines) + "\n", "stream.jsonl")


def _rows(number: int, event: StreamEvent, fold: Fold) -> list[Row]:
    if fold.wanted and fold.wanted.casefold() not in event.body.casefold():
        return []
    at = strftime("%H:%M:%S", localtime(event.at))
    head = Row(((f"◆ {at}", STRONG), (f"  #{number}", MUTED)), copy=event.body)
    errors = [
        Row((("  ✗ ", FAIL), (f"{each.type}: " if each.type else "", STRONG), (each.message, WARN)))
        for each in event.errors
    ]
    return [head, *errors, *json_rows(event.data, fold, f"{_ROOT}{number}")]
