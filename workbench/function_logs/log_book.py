"""The lines of functions' logs as they are shown: a bounded store, an invocation's facts folded.

START, END and REPORT become one entry, the head of an invocation, which changes when it ends.
100,000 lines of 100 characters take about 40 MB. Pure: no widgets, no requests.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from workbench.function_logs.log_feed import FunctionLine
from workbench.function_logs.records import LogRecord, RecordKind, Report, is_failure
from workbench.model.events import Level

LIMIT: Final = 100_000
_SLACK: Final = 5_000
"""Entries beyond the limit before the oldest go: removing costs the whole list."""
_LEVELS: Final = {Level.DEBUG: 0, Level.INFO: 1, Level.WARNING: 2, Level.ERROR: 3}


@dataclass(eq=False, slots=True)
class Head:
    """The head of an invocation; ``report`` comes when it ends, and ``failed`` is known by then."""

    function: str
    request: str
    stream: str
    at: int
    report: Report | None = None
    failed: bool = False
    texts: int = 0
    """How many lines it has."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a function's own; ``head`` is its invocation's, None for one of its start."""

    function: str
    record: LogRecord
    head: Head | None

    @property
    def request(self) -> str:
        """The invocation's request id, "" where it is not known."""
        return self.record.request or (self.head.request if self.head else "")


Entry = Head | Line


@dataclass(frozen=True, slots=True)
class Filter:
    """What is shown; empty members ask for nothing. ``text`` and ``names`` are in lower case.

    ``names`` are what a user is called: all of an invocation in which one is named is shown.
    """

    level: Level = Level.DEBUG
    functions: frozenset[str] = frozenset()
    request: str = ""
    text: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What new lines have done to those that were shown: so many fell off the beginning.

    ``rearranged``: others than the last are new, so that all are to be laid out again. Heads may
    have changed in any case.
    """

    fallen: int = 0
    rearranged: bool = False


@dataclass
class LogBook:
    """Takes lines in the order in which they come; ``shown`` are the entries that pass the filter.

    Belongs to one thread.
    """

    limit: int = LIMIT
    filter: Filter = field(default_factory=Filter)
    entries: list[Entry] = field(default_factory=list)
    shown: list[Entry] = field(default_factory=list)
    dropped: int = 0
    """Entries that were let go, the oldest first."""
    _running: dict[tuple[str, str], Head] = field(default_factory=dict)
    """By function and stream: the invocation that the stream's lines belong to."""
    _naming: set[Head] = field(default_factory=set)
    """Invocations in which the filter's user is named."""

    def take(self, lines: Iterable[FunctionLine]) -> Taken:
        """Add lines, and let the oldest go where there are too many."""
        rearranged = False
        for each in lines:
            rearranged = self._take(each.function, each.record) or rearranged
        fallen = 0
        if len(self.entries) > self.limit + _SLACK:
            count = len(self.entries) - self.limit
            self.dropped += count
            gone = {id(each) for each in self.entries[:count]}
            while fallen < len(self.shown) and id(self.shown[fallen]) in gone:
                fallen += 1
            del self.entries[:count]
            del self.shown[:fallen]
        return Taken(fallen, rearranged)

    def take_older(self, lines: Iterable[FunctionLine]) -> None:
        """Add lines before all others, as many as there is room for."""
        older = LogBook(limit=self.limit)
        older.take(lines)
        room = max(0, self.limit - len(self.entries))
        self.entries[:0] = older.entries[-room:] if room else []
        self._arrange()

    def show(self, wanted: Filter) -> None:
        """Filter otherwise; 100,000 entries take about 60 ms, so on a key press only."""
        self.filter = wanted
        self._arrange()

    def clear(self) -> None:
        """Forget all lines; what runs goes on."""
        self.entries.clear()
        self.shown.clear()
        self.dropped = 0

    def lines_of(self, head: Head) -> list[LogRecord]:
        """An invocation's lines that are still kept."""
        return [
            each.record for each in self.entries if isinstance(each, Line) and each.head is head
        ]

    # -- taking -----------------------------------------------------------------------------------

    def _take(self, function: str, record: LogRecord) -> bool:
        """True where entries before the last are shown from now on."""
        key = (function, record.stream)
        head = self._running.get(key)
        if record.kind is RecordKind.INIT:
            self._running.pop(key, None)
            return False
        if record.request and (head is None or head.request != record.request):
            if record.kind in (RecordKind.END, RecordKind.REPORT):
                return False  # of an invocation whose beginning is not known
            head = Head(function, record.request, sys.intern(record.stream), record.at)
            self._running[key] = head
            self._add(head)
        if record.kind is RecordKind.REPORT and head is not None:
            head.report = record.report
            head.failed = head.failed or bool(record.report and record.report.status)
            return False
        if record.kind is not RecordKind.LINE:
            return False
        if head is not None:
            head.texts += 1
            head.failed = head.failed or is_failure(record)
        line = Line(function, replace(record, stream=sys.intern(record.stream)), head)
        named = self.filter.names and head is not None and head not in self._naming
        if named and head is not None and self._names(line):
            self._naming.add(head)
            self.entries.append(line)
            self._arrange()
            return True
        self._add(line)
        return False

    def _add(self, entry: Entry) -> None:
        self.entries.append(entry)
        if self._passes(entry):
            self.shown.append(entry)

    # -- filtering --------------------------------------------------------------------------------

    def _arrange(self) -> None:
        if self.filter.names:
            self._naming = {
                each.head
                for each in self.entries
                if isinstance(each, Line) and each.head is not None and self._names(each)
            }
        self.shown = [each for each in self.entries if self._passes(each)]

    def _names(self, line: Line) -> bool:
        text = line.record.text.casefold()
        return any(name in text for name in self.filter.names)

    def _passes(self, entry: Entry) -> bool:
        wanted = self.filter
        if wanted.functions and entry.function not in wanted.functions:
            return False
        if wanted.request and not entry.request.startswith(wanted.request):
            return False
        is_head = isinstance(entry, Head)
        if wanted.names:
            head = entry if isinstance(entry, Head) else entry.head
            if head not in self._naming:
                return False
        if is_head:
            # Facts of invocations, unless something of their lines is searched.
            return not wanted.text and wanted.level in (Level.DEBUG, Level.INFO)
        assert isinstance(entry, Line)
        if _LEVELS[entry.record.level] < _LEVELS[wanted.level]:
            return False
        return not wanted.text or wanted.text in entry.record.text.casefold()


def entry_text(entry: Entry, clock: Sequence[str] = ()) -> str:
    """An entry as it is saved and copied, behind the words of ``clock``, such as its time."""
    words = [*clock, entry.function]
    if isinstance(entry, Line):
        return " ".join([*words, entry.record.text])
    return " ".join([*words, head_text(entry)])


def head_text(head: Head) -> str:
    """The facts of an invocation: ``79b4f56e  4.5 ms, billed 5 ms, 70 of 128 MB, cold 134 ms``."""
    words = "running" if head.report is None else report_text(head.report)
    if head.failed and not (head.report and head.report.status):
        words += ", error"
    return f"{head.request[:8]}  {words}"


def report_text(report: Report) -> str:
    """What Lambda reports, as people read it."""
    facts = [
        _milliseconds(report.duration),
        f"billed {report.billed:,} ms",
        f"{report.used} of {report.memory} MB",
    ]
    if report.loading:
        facts.append(f"cold start {_milliseconds(report.loading)}")
    if report.status:
        facts.append(" ".join(filter(None, (report.status, report.error_type))))
    return ", ".join(facts)


def _milliseconds(value: float) -> str:
    return f"{value:.1f} ms" if value < 100 else f"{value:,.0f} ms"
