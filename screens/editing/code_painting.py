"""Colours and underlined findings of a text, a line at a time. No widgets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from workbench.playground.highlighting import Language, Open, Pieces


class LinePainter:
    """Paints lines of a text; remembers the state at their starts, so that a key costs one line."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._open_before: dict[int, Open] = {}

    def changed_from(self, line: int) -> None:
        """The text has changed from this line on."""
        self._open_before = {at: each for at, each in self._open_before.items() if at <= line}

    def paint(self, lines: Sequence[str], at: int) -> Pieces:
        """The pieces of the line ``at`` with the names of their colours."""
        return self._language.paint(lines[at], self._open_at(lines, at))[0]

    def _open_at(self, lines: Sequence[str], line: int) -> Open:
        known, at = self._open_before, line
        while at and at not in known and not self._language.begins(lines[at]):
            at -= 1
        known.setdefault(at, Open())
        for between in range(at, line):
            known[between + 1] = self._language.paint(lines[between], known[between])[1]
        return known[line]


def columns_by_line(
    lines: Sequence[str], pieces: Sequence[tuple[int, int]]
) -> dict[int, list[tuple[int, int]]]:
    """Pieces of a text, given by offsets, as columns of each line that they touch."""
    found: dict[int, list[tuple[int, int]]] = {}
    if not pieces:
        return found
    starts = list(accumulate((len(line) + 1 for line in lines[:-1]), initial=0))
    for start, end in pieces:
        at = bisect_right(starts, start) - 1
        while at < len(starts) and (starts[at] < end or starts[at] <= start):
            following = starts[at + 1] if at + 1 < len(starts) else end
            found.setdefault(at, []).append(
                (max(start, starts[at]) - starts[at], min(end, following) - starts[at])
            )
            at += 1
    return found
