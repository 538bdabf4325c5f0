"""Functions' lines as rows: an entry has one row or several, wrapped or cut. Pure, no widgets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from screens.widgets.columns import column
from screens.widgets.format import LEVEL_MARKS, clock_time
from screens.widgets.text_styles import ACCENT, BUSY, FAIL, MATCH, MUTED, OK, TEXT, WARN, Spans
from screens.widgets.wrap import chop_text
from workbench.function_logs.json_words import shown_text
from workbench.function_logs.log_book import Entry, Filter, Head, LogBook, entry_text, head_text
from workbench.function_logs.log_feed import FunctionLine
from workbench.terminal_text import safe_log

_NAME_WIDTH: Final = 12
_PREFIX: Final = 9 + _NAME_WIDTH + 1 + 2
_TONES: Final = (ACCENT, OK, BUSY, WARN)
_MOST_ROWS: Final = 200
"""Rows of one entry: a function may print a whole file at once."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """One painted row of an entry; ``text`` is empty for a head, whose words may change."""

    entry: Entry
    text: str = ""
    first: bool = True


class LogRows:
    """The rows of what a log book shows; ``width`` 0 leaves long lines as they are."""

    def __init__(self, book: LogBook) -> None:
        self.book = book
        self.rows: list[LogRow] = []
        self.width = 0
        self._functions: list[str] = []

    def take(self, lines: tuple[FunctionLine, ...]) -> int:
        """Add lines; returns how many rows fell off the beginning."""
        before = len(self.book.shown)
        taken = self.book.take(lines)
        if taken.rearranged:
            self._arrange()
            return 0
        fallen = self._drop(taken.fallen)
        for entry in self.book.shown[before - taken.fallen :]:
            self.rows += self._rows_of(entry)
        return fallen

    def take_older(self, lines: tuple[FunctionLine, ...]) -> int:
        """Add lines before all others; returns how many rows came before those that were there."""
        before = len(self.rows)
        self.book.take_older(lines)
        self._arrange()
        return len(self.rows) - before

    def show(self, wanted: Filter) -> None:
        """Filter otherwise."""
        self.book.show(wanted)
        self._arrange()

    def wrap(self, width: int) -> None:
        """Wrap to so many cells, or not at all."""
        self.width = width
        self._arrange()

    def clear(self) -> None:
        """Forget all lines."""
        self.book.clear()
        self.rows.clear()

    def tone_of(self, function: str) -> str:
        """Each function has its colour, the first ones different ones."""
        if function not in self._functions:
            self._functions.append(function)
        return _TONES[self._functions.index(function) % len(_TONES)]

    def find(self, wanted: str, start: int, step: int) -> int | None:
        """The next row with the text from ``start`` on, going by ``step``, around the end."""
        needle, count = wanted.casefold(), len(self.rows)
        for distance in range(1, count + 1):
            index = (start + step * distance) % count
            if needle in self._words(self.rows[index]).casefold():
                return index
        return None

    def text(self) -> str:
        """All entries shown, as saved and copied."""
        return "".join(f"{copied(entry)}\n" for entry in self.book.shown)

    def spans(self, row: LogRow, search: str = "", shift: int = 0) -> Spans:
        """How a row is painted; what the search found is marked."""
        entry = row.entry
        if not row.first:
            return ((" " * _PREFIX, TEXT), *_marked(row.text[shift:], _tone(entry), search))
        at = entry.at if isinstance(entry, Head) else entry.record.at
        name = (f"{column(entry.function, _NAME_WIDTH)} ", self.tone_of(entry.function))
        clock = (f"{clock_time(at / 1000)} ", MUTED)
        if isinstance(entry, Head):
            mark = ("✗ ", FAIL) if entry.failed else ("▸ ", MUTED if entry.report else BUSY)
            tone = FAIL if entry.failed else MUTED
            return (clock, name, mark, *_marked(head_text(entry)[shift:], tone, search))
        sign, tone = LEVEL_MARKS[entry.record.level]
        return (clock, name, (f"{sign} ", tone), *_marked(row.text[shift:], tone, search))

    def _words(self, row: LogRow) -> str:
        entry = row.entry
        if isinstance(entry, Head):
            return f"{entry.function} {entry.request} {head_text(entry)}"
        return row.text

    def _arrange(self) -> None:
        self.rows = [row for entry in self.book.shown for row in self._rows_of(entry)]

    def _drop(self, entries: int) -> int:
        """Let go of the first entries' rows."""
        fallen = 0
        while entries or (fallen < len(self.rows) and not self.rows[fallen].first and fallen):
            if fallen >= len(self.rows):
                break
            entries -= self.rows[fallen].first
            fallen += 1
        del self.rows[:fallen]
        return fallen

    def _rows_of(self, entry: Entry) -> Iterator[LogRow]:
        if isinstance(entry, Head):
            yield LogRow(entry)
            return
        lines = safe_log(shown_text(entry.record)).split("\n")
        room = max(10, self.width - _PREFIX) if self.width else 0
        count = 0
        for line in lines:
            for piece in chop_text(line, room) if room else (line,):
                if count == _MOST_ROWS:
                    yield LogRow(entry, "… Enter shows all of it", False)
                    return
                yield LogRow(entry, piece, count == 0)
                count += 1


def copied(entry: Entry) -> str:
    """An entry as it is copied: with its time, whole."""
    at = entry.at if isinstance(entry, Head) else entry.record.at
    return entry_text(entry, (clock_time(at / 1000),))


def _tone(entry: Entry) -> str:
    return TEXT if isinstance(entry, Head) else LEVEL_MARKS[entry.record.level][1]


def _marked(text: str, tone: str, search: str) -> Spans:
    if not search or (found := text.casefold().find(search.casefold())) < 0:
        return ((text, tone),)
    end = found + len(search)
    return ((text[:found], tone), (text[found:end], MATCH), (text[end:], tone))
