"""When a schedule's expression is due next: ``rate(…)``, ``cron(…)`` and ``at(…)`` of EventBridge.

The cron libraries for Python read Unix's or Quartz's cron: croniter counts Sunday as 0 and knows no
``W``, and none has both AWS's numbering of days (1 is Sunday) and its ``L-3``, ``LW`` and years. So
the arithmetic is here; what is a valid expression is decided where it is written, not here.
Source: EventBridge user guide, "Cron expressions reference"; EventBridge Scheduler user guide,
"Schedule types" (a time that a clock change skips is left out, one that it repeats counts once).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_UNITS: Final = {"minute": 60, "hour": 3600, "day": 86400}
_MONTHS: Final = [
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MAY",
    "JUN",
    "JUL",
    "AUG",
    "SEP",
    "OCT",
    "NOV",
    "DEC",
]
_DAYS: Final = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_LAST_YEAR: Final = 2199
_SATURDAY: Final = 7


def rate_seconds(expression: str) -> int:
    """The seconds of a ``rate(…)``; 0 for another kind."""
    found = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression.strip())
    return int(found[1]) * _UNITS[found[2]] if found else 0


def next_run(
    expression: str, after: datetime, zone: str = "UTC", since: datetime | None = None
) -> datetime | None:
    """The first time that is due later than ``after``, in UTC; None if never, or not known.

    ``since`` is what a rate counts from: without it, its next time is not known.
    """
    try:
        local = ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return None
    if seconds := rate_seconds(expression):
        return _of_rate(seconds, after, since)
    found = re.fullmatch(r"(cron|at)\((.*)\)", expression.strip())
    try:
        if found and found[1] == "at":
            once = datetime.fromisoformat(found[2]).replace(tzinfo=local).astimezone(UTC)
            return once if once > after else None
        if found:
            return next(_Cron.read(found[2]).times(after, local), None)
    except (ValueError, OverflowError):
        return None
    return None


def _of_rate(seconds: int, after: datetime, since: datetime | None) -> datetime | None:
    if since is None:
        return None
    if since > after:
        return since
    passed = int((after - since).total_seconds() // seconds)
    return since + timedelta(seconds=(passed + 1) * seconds)


@dataclass(frozen=True, slots=True)
class _Cron:
    """A cron expression's fields; the days as they are written."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: str
    months: frozenset[int]
    weekdays: str
    years: frozenset[int]

    @classmethod
    def read(cls, text: str) -> _Cron:
        """Raises ValueError for what is no cron expression."""
        minutes, hours, days, months, weekdays, years = text.upper().split()
        return cls(
            tuple(sorted(_numbers(minutes, 0, 59))),
            tuple(sorted(_numbers(hours, 0, 23))),
            days,
            frozenset(_numbers(months, 1, 12, _MONTHS)),
            weekdays,
            frozenset(_numbers(years, 1970, _LAST_YEAR)),
        )

    def times(self, after: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """All times that are due, in order, in UTC."""
        first = after.astimezone(zone).date()
        for day in self._dates(first):
            for hour in self.hours:
                for minute in self.minutes:
                    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
                    due = local.astimezone(UTC)
                    if due > after and due.astimezone(zone).replace(fold=0) == local:
                        yield due

    def _dates(self, first: date) -> Iterator[date]:
        for year in sorted(each for each in self.years if each >= first.year):
            for month in sorted(self.months):
                if (year, month) < (first.year, first.month):
                    continue
                for day in sorted(self._days_of(year, month)):
                    found = date(year, month, day)
                    if found >= first:
                        yield found

    def _days_of(self, year: int, month: int) -> set[int]:
        length = calendar.monthrange(year, month)[1]
        if self.weekdays == "?":
            return {day for part in self.days.split(",") for day in _days(part, year, month)}
        return {
            day
            for part in self.weekdays.split(",")
            for day in _by_weekday(part, year, month)
            if 1 <= day <= length
        }


def _numbers(field: str, low: int, high: int, names: list[str] | None = None) -> set[int]:
    """What a field without days' signs stands for; a range may pass the end and begin again."""
    found: set[int] = set()
    for part in field.split(","):
        base, _, step = part.partition("/")
        if base in ("*", "?"):
            first, last = low, high
        else:
            begin, _, end = base.partition("-")
            first = _number(begin, low, names)
            last = _number(end, low, names) if end else high if step else first
        if not (low <= first <= high and low <= last <= high):
            raise ValueError(field)
        span = list(range(first, last + 1))
        if last < first:
            span = [*range(first, high + 1), *range(low, last + 1)]
        found.update(span[:: int(step or 1)])
    return found


def _number(text: str, low: int, names: list[str] | None) -> int:
    return names.index(text) + low if names and text in names else int(text)


def _days(part: str, year: int, month: int) -> set[int]:
    """Days of a month by ``15``, ``L``, ``L-3``, ``LW``, ``15W``, ranges and steps."""
    length = calendar.monthrange(year, month)[1]
    if part == "LW":
        return {_nearest_weekday(year, month, length)}
    if part.endswith("W"):
        day = int(part[:-1])
        return {_nearest_weekday(year, month, day)} if day <= length else set()
    if part.startswith("L"):
        return {day for day in (length - int(part[2:] or 0),) if day >= 1}
    return {day for day in _numbers(part, 1, 31) if day <= length}


def _nearest_weekday(year: int, month: int, day: int) -> int:
    """The day itself, else Friday or Monday, in the same month."""
    length = calendar.monthrange(year, month)[1]
    match date(year, month, day).weekday():
        case calendar.SATURDAY:
            return day - 1 if day > 1 else day + 2
        case calendar.SUNDAY:
            return day + 1 if day < length else day - 2
    return day


def _by_weekday(part: str, year: int, month: int) -> set[int]:
    """Days of a month by ``MON``, ``2-6``, ``L`` (Saturday), ``6L`` (the last Friday), ``3#2``."""
    length = calendar.monthrange(year, month)[1]
    first = (date(year, month, 1).weekday() + 1) % 7 + 1

    def all_of(weekday: int) -> list[int]:
        return list(range(1 + (weekday - first) % 7, length + 1, 7))

    if "#" in part:
        weekday, _, number = part.partition("#")
        found = all_of(_number(weekday, 1, _DAYS))
        return set(found[int(number) - 1 : int(number)])
    if part == "L":
        return set(all_of(_SATURDAY))
    if part.endswith("L"):
        return {all_of(_number(part[:-1], 1, _DAYS))[-1]}
    return {day for weekday in _numbers(part, 1, 7, _DAYS) for day in all_of(weekday)}
