"""The log's lines: a ring with level and text filters, wrapped to rows. Pure, no widgets.

10,000 lines a second for a minute keep the newest ``LIMIT`` lines; appending a batch costs about
2 µs a line, whatever is stored already.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from screens.widgets.format import LEVEL_MARKS, clock_time
from screens.widgets.text_styles import MATCH, MUTED, TEXT, Spans
from screens.widgets.wrap import chop_text
from workbench.model.events import Level, LogLine
from workbench.terminal_text import safe_log

LIMIT: Final = 50_000
_SLACK: Final = 5_000
_LEVELS: Final = {Level.DEBUG: 0, Level.INFO: 1, Level.WARNING: 2, Level.ERROR: 3}
_TIME_WIDTH: Final = 9
_SOURCE_WIDTH: Final = 12


@dataclass(frozen=True, slots=True)
class LogRow:
    """One painted row: a line, or a piece of one where it is wrapped."""

    line: LogLine
    text: str
    first: bool


class LogBuffer:
    """Keeps the newest lines and the rows that pass the filters."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._lines: list[LogLine] = []
        self.rows: list[LogRow] = []
        self.minimum = Level.INFO
        self.wanted = ""
        self.wrap_width = 0
        self.dropped = 0

    def append(self, lines: Iterable[LogLine], dropped: int = 0) -> int:
        """Take in lines; returns how many rows fell off the beginning."""
        self.dropped += dropped
        for line in lines:
            for clean in _clean(line):
                self._lines.append(clean)
                if self._passes(clean):
                    self._add_rows(clean)
        if len(self._lines) > self._limit + _SLACK:
            gone = len(self._lines) - self._limit
            self.dropped += gone
            del self._lines[:gone]
        fallen = 0
        if len(self.rows) > self._limit + _SLACK:
            fallen = len(self.rows) - self._limit
            del self.rows[:fallen]
        return fallen

    def arrange(self, *, minimum: Level, wanted: str, wrap_width: int) -> None:
        """Filter and wrap again; 50,000 lines take about 50 ms, done on a key press only."""
        self.minimum, self.wanted, self.wrap_width = minimum, wanted.casefold(), wrap_width
        self.rows = []
        for line in self._lines:
            if self._passes(line):
                self._add_rows(line)

    def clear(self) -> None:
        """Forget all lines."""
        self._lines.clear()
        self.rows.clear()
        self.dropped = 0

    @property
    def line_count(self) -> int:
        """How many lines are kept, shown or not."""
        return len(self._lines)

    def find(self, wanted: str, start: int, step: int) -> int | None:
        """The next row with the text from ``start`` on, going by ``step``, around the end."""
        needle = wanted.casefold()
        count = len(self.rows)
        for distance in range(1, count + 1):
            index = (start + step * distance) % count
            if needle in self.rows[index].text.casefold():
                return index
        return None

    def text(self) -> str:
        """The lines that pass the filters, as saved and copied."""
        return "".join(line_text(row.line) + "\n" for row in self.rows if row.first)

    def _passes(self, line: LogLine) -> bool:
        if _LEVELS[line.level] < _LEVELS[self.minimum]:
            return False
        wanted = self.wanted
        return not wanted or wanted in line.text.casefold() or wanted in line.source.casefold()

    def _add_rows(self, line: LogLine) -> None:
        if not self.wrap_width:
            self.rows.append(LogRow(line, line.text, True))
            return
        room = max(10, self.wrap_width - prefix_width())
        for number, piece in enumerate(chop_text(line.text, room)):
            self.rows.append(LogRow(line, piece, number == 0))


def prefix_width() -> int:
    """The cells before a line's text: time, level mark, source."""
    return _TIME_WIDTH + 2 + _SOURCE_WIDTH + 1


def line_text(line: LogLine) -> str:
    """A line as saved to a file."""
    return f"{clock_time(line.at)} {line.level.value:<7} {line.source}  {line.text}"


def row_spans(row: LogRow, search: str = "") -> Spans:
    """How a row is painted; what the search found is marked."""
    mark, tone = LEVEL_MARKS[row.line.level]
    if row.first:
        source = row.line.source[:_SOURCE_WIDTH]
        head: Spans = (
            (f"{clock_time(row.line.at)} ", MUTED),
            (f"{mark} ", tone),
            (f"{source:<{_SOURCE_WIDTH}} ", MUTED),
        )
    else:
        head = ((" " * prefix_width(), TEXT),)
    if not search:
        return (*head, (row.text, tone))
    found = row.text.casefold().find(search.casefold())
    if found < 0:
        return (*head, (row.text, tone))
    end = found + len(search)
    return (
        *head,
        (row.text[:found], tone),
        (row.text[found:end], MATCH),
        (row.text[end:], tone),
    )


def _clean(line: LogLine) -> Iterable[LogLine]:
    """The line as safe lines, without the colours and cursor moves of who printed it."""
    text = safe_log(line.text)
    if text == line.text and "\n" not in text:
        return (line,)
    return tuple(replace(line, text=part) for part in text.split("\n"))
