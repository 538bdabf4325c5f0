"""What was said at the edge of the screen, as rows, the newest first. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from screens.widgets.format import clock_time
from screens.widgets.row_list import Row
from screens.widgets.text_styles import FAIL, MUTED, TEXT, WARN

_MARKS = {"warning": ("! ", WARN), "error": ("✗ ", FAIL)}


def message_rows(messages: Iterable[tuple[float, str, str]]) -> list[Row]:
    """A row for each line of each message: when it was said, how bad it is, its words."""
    rows: list[Row] = []
    for at, severity, words in reversed(list(messages)):
        mark = _MARKS.get(severity, ("  ", TEXT))
        for number, line in enumerate(words.splitlines() or [""]):
            time = f"{clock_time(at)}  " if not number else " " * 10
            rows.append(
                Row(((time, MUTED), mark if not number else ("  ", TEXT), (line, TEXT)), copy=words)
            )
    return rows
