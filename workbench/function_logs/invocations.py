"""A function's log as invocations: a stream's records from START to REPORT are one run's.

An execution environment, and so a log stream, serves one request at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from workbench.function_logs.records import LogRecord, RecordKind, Report, is_failure

_MOST_LINES: Final = 2_000
"""Lines of one invocation that are kept: a function may print a million."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run; ``started`` in milliseconds. Without a report it has not ended, as far as is known.

    ``left_out``: lines beyond those that are kept.
    """

    request: str
    stream: str
    started: int
    lines: tuple[LogRecord, ...] = ()
    report: Report | None = None
    left_out: int = 0

    @property
    def failed(self) -> bool:
        """Whether Lambda or the function's log says that it failed."""
        if self.report is not None and self.report.status:
            return True
        # Lambda's report tells of a time-out or an end, not of a handler that threw.
        return any(is_failure(each) for each in self.lines)


class InvocationReader:
    """Takes a log group's records in order, and tells which invocations they have changed."""

    def __init__(self) -> None:
        self._current: dict[str, Invocation] = {}
        """By stream: the one that runs, or ran last."""

    def take(self, records: Iterable[LogRecord]) -> list[Invocation]:
        """The invocations that began, went on or ended, each as it is now, in order."""
        changed: dict[tuple[str, str], Invocation] = {}
        for record in records:
            found = self._take(record)
            if found is not None:
                key = (found.stream, found.request)
                changed.pop(key, None)
                changed[key] = found
        return list(changed.values())

    def _take(self, record: LogRecord) -> Invocation | None:
        current = self._current.get(record.stream)
        if record.kind is RecordKind.INIT:
            return None
        is_other = record.request and (current is None or current.request != record.request)
        if is_other or (current is None and record.kind is RecordKind.LINE):
            if record.kind is RecordKind.END:
                return None
            current = Invocation(record.request, record.stream, record.at)
        elif current is None:
            return None
        if record.kind is RecordKind.REPORT:
            current = replace(current, report=record.report)
        elif record.kind is RecordKind.LINE:
            if len(current.lines) < _MOST_LINES:
                current = replace(current, lines=(*current.lines, record))
            else:
                current = replace(current, left_out=current.left_out + 1)
        self._current[record.stream] = current
        return current
