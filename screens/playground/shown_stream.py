"""A stream's events as rows, each laid out once: a hundred events a second cost only themselves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from time import localtime, strftime

from screens.playground.result_rows import Fold, json_rows
from screens.widgets.row_list import Row
from screens.widgets.text_styles import FAIL, MUTED, STRONG, WARN
from workbench.playground.stream import StreamEvent

ROOT = "/event"
"""An event's pointers begin with this, its number and a slash."""


class EventRows:
    """Remembers the rows of each event while the folding and the search stay the same."""

    def __init__(self) -> None:
        self._fold = Fold()
        self._rows: dict[int, list[Row]] = {}

    def of(self, events: Sequence[tuple[int, StreamEvent]], fold: Fold) -> list[Row]:
        """The rows of all events that have what is searched."""
        known = self._rows if fold == self._fold else {}
        self._fold = fold
        self._rows = {
            number: known[number] if number in known else _rows(number, event, fold)
            for number, event in events
        }
        return list(chain.from_iterable(self._rows.values()))


def _rows(number: int, event: StreamEvent, fold: Fold) -> list[Row]:
    if fold.wanted and fold.wanted.casefold() not in event.body.casefold():
        return []
    at = strftime("%H:%M:%S", localtime(event.at))
    head = Row(((f"◆ {at}", STRONG), (f"  #{number}", MUTED)), copy=event.body)
    errors = [
        Row((("  ✗ ", FAIL), (f"{each.type}: " if each.type else "", STRONG), (each.message, WARN)))
        for each in event.errors
    ]
    return [head, *errors, *json_rows(event.data, fold, f"{ROOT}{number}")]
