"""Java's ``DateTimeFormatter`` patterns on Python's datetimes, and AppSync's own time texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|(\[|\])|(.)", re.S)
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)?(?::?(\d\d))?$")
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?$"
)


def zone(name: str) -> tzinfo:
    """A time zone by its name or offset; ValueError for what is none."""
    if name in ("Z", "UTC", "GMT"):
        return UTC
    offset = _OFFSET.match(name.removeprefix("UTC").removeprefix("GMT"))
    if offset is not None:
        return _offset_zone(offset)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'unknown time zone "{name}"') from None


def _offset_zone(found: re.Match[str]) -> tzinfo:
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    difference = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if difference > timedelta(hours=18):
        raise ValueError(f'no time zone offset: "{found[0]}"')
    return timezone(-difference if found[1] == "-" else difference)


def of_milliseconds(milliseconds: float, name: str = "UTC") -> datetime:
    """Milliseconds since 1970 as a moment in a zone; ValueError beyond the calendar."""
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
        return moment.astimezone(zone(name))
    except OverflowError:
        raise ValueError("a time beyond the calendar") from None


def to_milliseconds(moment: datetime) -> int:
    """A moment as milliseconds since 1970."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def iso_text(moment: datetime) -> str:
    """A moment as AppSync writes it: ``2018-02-06T19:01:35.749Z``."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def parse_iso(text: str) -> datetime:
    """A moment of an ISO 8601 text, in UTC where it names no zone; ValueError for any other."""
    found = _ISO.match(text.strip())
    if found is None:
        raise ValueError(f'no ISO 8601 time: "{text[:80]}"')
    numbers = [int(part or 0) for part in found.groups()[:6]]
    fraction = int((found[7] or "").ljust(6, "0")[:6])
    where = zone(found[8]) if found[8] else UTC
    return datetime(*numbers, fraction, tzinfo=where)  # type: ignore[misc,arg-type]


def _tokens(pattern: str) -> Iterator[tuple[str, str]]:
    """Letters with their count, literal texts, and brackets of optional parts."""
    for found in _TOKEN.finditer(pattern):
        quoted, letter, bracket = found[1], found[2], found[3]
        if quoted is not None:
            yield "text", quoted.replace("''", "'") or "'"
        elif letter is not None:
            yield "field", found[0]
        elif bracket is not None:
            yield "bracket", bracket
        else:
            yield "text", found[0]


def format_time(moment: datetime, pattern: str) -> str:
    """A moment by a ``DateTimeFormatter`` pattern; ValueError for letters not supported."""
    return "".join(
        _field_text(moment, token) if kind == "field" else token
        for kind, token in _tokens(pattern)
        if kind != "bracket"
    )


def _field_text(moment: datetime, token: str) -> str:
    letter, count = token[0], len(token)
    if letter in "yu":
        return f"{moment.year % 100:02d}" if count == 2 else str(moment.year).rjust(count, "0")
    if letter in "ML":
        return _name_or_number(_MONTHS, moment.month, count)
    if letter == "E" or (letter in "ec" and count > 2):
        return _DAYS[moment.weekday()] if count == 4 else _DAYS[moment.weekday()][:3]
    if letter == "a":
        return "AM" if moment.hour < 12 else "PM"
    if letter == "S":
        return f"{moment.microsecond:06d}000"[:count].ljust(count, "0")
    if letter in "XxZO":
        return _offset_text(moment, letter, count)
    if letter in "zVv":
        return _zone_name(moment, letter)
    if letter in "Qq":
        return str((moment.month + 2) // 3).rjust(min(count, 2), "0")
    numbers = {
        "d": moment.day,
        "D": moment.timetuple().tm_yday,
        "H": moment.hour,
        "h": moment.hour % 12 or 12,
        "K": moment.hour % 12,
        "k": moment.hour or 24,
        "m": moment.minute,
        "s": moment.second,
        "n": moment.microsecond * 1000,
        "e": moment.isoweekday() % 7 + 1,
    }
    if letter == "G":
        return "AD"
    if letter not in numbers:
        raise ValueError(f'"{token}" is not supported in a time format')
    return str(numbers[letter]).rjust(count, "0")


def _name_or_number(names: tuple[str, ...], number: int, count: int) -> str:
    if count <= 2:
        return str(number).rjust(count, "0")
    return names[number - 1][:3] if count == 3 else names[number - 1]


def _offset_text(moment: datetime, letter: str, count: int) -> str:
    offset = moment.utcoffset() or timedelta()
    if letter == "X" and not offset:
        return "Z"
    if letter == "O":
        return "GMT" + ("" if not offset else _offset_text(moment, "x", 3))
    sign = "-" if offset < timedelta() else "+"
    minutes = abs(offset) // timedelta(minutes=1)
    hours, minutes = divmod(minutes, 60)
    if letter in "Xx" and count == 1:
        return f"{sign}{hours:02d}" + (f"{minutes:02d}" if minutes else "")
    colon = ":" if (letter in "Xx" and count in (3, 5)) or count == 5 else ""
    if letter == "Z" and count == 5 and not offset:
        return "Z"
    return f"{'GMT' if letter == 'Z' and count == 4 else ''}{sign}{hours:02d}{colon}{minutes:02d}"


def _zone_name(moment: datetime, letter: str) -> str:
    where = moment.tzinfo
    if letter == "V" and isinstance(where, ZoneInfo):
        return str(where.key)
    return moment.tzname() or "UTC"


_FIELDS = {
    "M": r"\d{1,2}", "d": r"\d{1,2}", "H": r"\d{1,2}", "h": r"\d{1,2}", "K": r"\d{1,2}",
    "k": r"\d{1,2}", "m": r"\d{1,2}", "s": r"\d{1,2}", "S": r"\d{1,9}", "a": r"[AaPp][Mm]",
    "X": r"Z|[+-]\d\d(?::?\d\d)?", "x": r"[+-]\d\d(?::?\d\d)?", "Z": r"Z|(?:GMT)?[+-]\d\d:?\d\d",
    "z": r"[A-Za-z_/]+", "V": r"[A-Za-z_/+\-0-9:]+", "E": r"[A-Za-z]+", "D": r"\d{1,3}",
}  # fmt: skip


def parse_time(text: str, pattern: str, zone_name: str | None = None) -> datetime:
    """Parse a time by a pattern; in ``zone_name`` or UTC if the text has no zone.

    Raises ValueError for another text, and for patterns that are not supported.
    """
    expression, letters = _parser(pattern)
    found = expression.fullmatch(text)
    if found is None:
        raise ValueError(f'"{text[:80]}" does not match the format "{pattern[:80]}"')
    parts = {
        letter: found[number + 1] for number, letter in enumerate(letters) if found[number + 1]
    }
    year = int(parts.get("y", "1970"))
    hour = int(parts.get("H", parts.get("K", "0")))
    if "k" in parts:
        hour = int(parts["k"]) % 24
    if "h" in parts:
        hour = int(parts["h"]) % 12
    if parts.get("a", "").lower() == "pm" and hour < 12:
        hour += 12
    named = parts.get("X") or parts.get("x") or parts.get("Z") or parts.get("z") or parts.get("V")
    moment = datetime(
        year + 2000 if year < 100 and "yyyy" not in pattern and "uuuu" not in pattern else year,
        _month(parts.get("M", "1")),
        int(parts.get("d", "1")),
        hour,
        int(parts.get("m", "0")),
        int(parts.get("s", "0")),
        int(parts.get("S", "0").ljust(6, "0")[:6]),
        tzinfo=zone(named or zone_name or "UTC"),
    )
    return moment + timedelta(days=int(parts.get("D", "1")) - 1)


def _parser(pattern: str) -> tuple[re.Pattern[str], list[str]]:
    written: list[str] = []
    letters: list[str] = []
    for kind, token in _tokens(pattern):
        if kind == "text":
            written.append(re.escape(token))
        elif kind == "bracket":
            written.append("(?:" if token == "[" else ")?")
        else:
            letter = {"u": "y", "L": "M", "e": "E", "c": "E"}.get(token[0], token[0])
            written.append(f"({_field_pattern(letter, len(token))})")
            letters.append(letter)
    try:
        return re.compile("".join(written)), letters
    except re.error:
        raise ValueError(f'no time format: "{pattern[:80]}"') from None


def _field_pattern(letter: str, count: int) -> str:
    if letter == "y":
        return r"\d{2}" if count == 2 else r"\d{4,9}" if count < 4 else r"\d{4}"
    if letter == "M" and count > 2:
        return "[A-Za-z]+"
    if letter not in _FIELDS:
        raise ValueError(f'"{letter}" is not supported when parsing a time')
    return rf"\d{{{count}}}" if count == 2 and letter in "MdHhKkms" else _FIELDS[letter]


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    for number, name in enumerate(_MONTHS, 1):
        if text.lower() in (name.lower(), name[:3].lower()):
            return number
    raise ValueError(f'no month: "{text[:20]}"')
