"""Reads schedules of functions, and refuses what Amplify or EventBridge Scheduler refuses.

Bare cron is Amplify's: numbers alone. What is written as ``rate(…)``, ``cron(…)`` or ``at(…)`` is
EventBridge's, with names, ``L``, ``W`` and ``#``.
Source: docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

_UNITS = {"m": "minute", "h": "hour"}
_NAMED = {
    "day": "cron(0 0 * * ? *)",
    "week": "cron(0 0 ? * 1 *)",
    "month": "cron(0 0 1 * ? *)",
    "year": "cron(0 0 1 1 ? *)",
}
_FIELDS = (
    ("minutes", 0, 59),
    ("hours", 0, 23),
    ("day-of-month", 1, 31),
    ("month", 1, 12),
    ("day-of-week", 1, 7),
    ("year", 1970, 2199),
)
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_BOTH_DAYS = (
    "Cron expressions cannot have both day-of-month and day-of-week defined, "
    "you must use a ? in one of the fields"
)
_NO_RATE = "Function schedule rate must be set with a positive whole number"


_FieldCheck = Callable[[str, str, int, int], list[str]]


class ScheduleError(ValueError):
    """A schedule that is not one; its text says why, in Amplify's words where it has them."""


def schedule_expression(written: str, timeout_seconds: int) -> str:
    """The schedule as EventBridge writes it. Raises ``ScheduleError``."""
    every = re.fullmatch(r"every (-?\d+(?:\.\d+)?)(m|h)", written)
    if every:
        return _every(every[1], every[2], timeout_seconds)
    if written.startswith("every ") and written[6:] in _NAMED:
        return _NAMED[written[6:]]
    form = re.fullmatch(r"(rate|cron|at)\((.*)\)", written)
    if form and form[1] == "rate":
        _check_rate(form[2])
    elif form and form[1] == "at":
        _check_time(form[2])
    elif form:
        _check_cron(form[2].split(), _check_event_bridge_field)
    if form:
        return written
    fields = written.split()
    if len(fields) not in (5, 6):
        raise ScheduleError("it is not understood")
    fields = fields if len(fields) == 6 else [*fields, "*"]
    _check_cron(fields, _check_amplify_field)
    return f"cron({' '.join(fields)})"


def _every(value: str, unit: str, timeout_seconds: int) -> str:
    if "." in value or int(value) <= 0:
        raise ScheduleError(_NO_RATE)
    count = int(value)
    if unit == "m" and count * 60 < timeout_seconds:
        seconds = f"{timeout_seconds} second{'s' if timeout_seconds > 1 else ''}"
        raise ScheduleError(
            f"Function schedule rate must be greater than the function timeout of {seconds}"
        )
    return f"rate({count} {_UNITS[unit]}{'s' if count > 1 else ''})"


def _check_rate(text: str) -> None:
    rate = re.fullmatch(r"(\d+) (minute|hour|day)(s?)", text)
    if rate is None:
        raise ScheduleError("a rate is a positive whole number of minutes, hours or days")
    if int(rate[1]) < 1:
        raise ScheduleError(_NO_RATE)
    if (int(rate[1]) == 1) == bool(rate[3]):
        right = rate[2] if int(rate[1]) == 1 else f"{rate[2]}s"
        raise ScheduleError(f"it must be rate({rate[1]} {right})")


def _check_time(text: str) -> None:
    try:
        datetime.strptime(text, "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        raise ScheduleError("a time is written as at(2030-01-31T09:00:00)") from None


def _check_cron(fields: list[str], check: _FieldCheck) -> None:
    if len(fields) != len(_FIELDS):
        raise ScheduleError("a cron expression in EventBridge's form has six fields")
    errors = [
        error
        for value, (name, low, high) in zip(fields, _FIELDS, strict=True)
        for error in check(name, value, low, high)
    ]
    if "?" not in (fields[2], fields[4]):
        errors.append(_BOTH_DAYS)
    elif fields[2] == fields[4]:
        errors.append("Cron expressions need a day-of-month or a day-of-week")
    if errors:
        raise ScheduleError("; ".join(errors))


def _check_amplify_field(name: str, value: str, low: int, high: int) -> list[str]:
    if value == "*" or (value == "?" and name.startswith("day-")):
        return []
    if "," in value:
        parts = value.split(",")
        errors = []
        if not all(_is_between(part, low, high) for part in parts):
            errors.append(
                f"Cron list for {name} must contain whole numbers between {low} and {high}"
            )
        return [*errors, *(error for part in parts for error in _part(name, part, low, high))]
    if "/" in value or "-" in value:
        return _part(name, value, low, high)
    if not _is_between(value, low, high):
        return [f"Cron field for {name} must be a whole number between {low} and {high}"]
    return []


def _part(name: str, value: str, low: int, high: int) -> list[str]:
    """A step or a range; nothing else has an error of its own."""
    if "/" in value:
        base, _, step = value.partition("/")
        if base == "*":
            if not _is_between(step, 1, None):
                return [f"Cron step values for {name} must be positive whole numbers"]
        elif not (_is_between(base, low, high) and _is_between(step, 1, None)):
            return [f"Cron step values for {name} must be whole numbers between {low} and {high}"]
    elif "-" in value:
        start, _, end = value.partition("-")
        both = _is_between(start, low, high) and _is_between(end, low, high)
        if not both or int(start) > int(end):
            return [f"Cron range for {name} must be whole numbers between {low} and {high}"]
    return []


def _is_between(text: str, low: int, high: int | None) -> bool:
    return text.isascii() and text.isdigit() and low <= int(text) <= (high or int(text))


def _check_event_bridge_field(name: str, value: str, low: int, high: int) -> list[str]:
    number = r"\d+"
    if name == "month":
        number = rf"(?:\d+|{'|'.join(_MONTHS)})"
    elif name == "day-of-week":
        number = rf"(?:\d+|{'|'.join(_DAYS)})"
    forms = [rf"\*|{number}", rf"{number}-{number}", rf"(?:\*|{number}(?:-{number})?)/\d+"]
    if name == "day-of-month":
        forms += [r"\?", "L", "LW", r"L-\d+", r"\d+W"]
    elif name == "day-of-week":
        forms = [r"\*", number, rf"{number}-{number}", r"\?", "L"]
        forms += [rf"{number}L", rf"{number}#[1-5]"]
    is_form = re.compile("|".join(forms), re.IGNORECASE)
    for part in value.split(","):
        numbers = [int(each) for each in re.findall(r"\d+", re.sub(r"(?:L-|[/#])\d+", "", part))]
        if not is_form.fullmatch(part) or any(not low <= each <= high for each in numbers):
            return [f"Cron field for {name} must be a whole number between {low} and {high}"]
        if re.search(r"/0+$", part):
            return [f"Cron step values for {name} must be positive whole numbers"]
    return []
