"""The messages shown at the edge of the screen, kept to be read again."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final

from screens.ports import Severity
from screens.widgets.row_list import Row
from screens.widgets.text_styles import FAIL, MUTED, TEXT, WARN

_SHOWN_SECONDS: Final[Mapping[Severity, float]] = {"information": 3.0, "warning": 5.0, "error": 8.0}
_READ_LETTERS: Final = 20.0
_KEPT: Final = 200
_MARKS: Final = {"warning": ("! ", WARN), "error": ("✗ ", FAIL)}


def shown_seconds(text: str, severity: Severity) -> float:
    """How long a message stays: its severity's time, and the time to read it."""
    return _SHOWN_SECONDS[severity] + len(text) / _READ_LETTERS


class MessageList:
    """The latest messages, each with its time."""

    def __init__(self) -> None:
        self._kept: deque[tuple[float, Severity, str]] = deque(maxlen=_KEPT)

    def add(self, at: float, severity: Severity, text: str) -> None:
        """Keep one; ``at`` in seconds since the epoch."""
        self._kept.append((at, severity, text))

    def rows(self) -> list[Row]:
        """A row for each line, the newest message first: when, how severe, the text."""
        from screens.widgets.format import clock_time

        rows: list[Row] = []
        for at, severity, text in reversed(self._kept):
            mark = _MARKS.get(severity, ("  ", TEXT))
            for number, line in enumerate(text.splitlines() or [""]):
                time = f"{clock_time(at)}  " if not number else " " * 10
                first = mark if not number else ("  ", TEXT)
                rows.append(Row(((time, MUTED), first, (line, TEXT)), copy=text))
        return rows
