"""AppSync's scalars as texts: whether one is a date, a time, an address.

https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html, and what AppSync itself says of
each in an introspection.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

_ZONE = r"(?:Z|[+-]\d{2}:\d{2}(?::\d{2})?)"
_DATE = re.compile(rf"(-?\d{{4}}-\d{{2}}-\d{{2}}){_ZONE}?", re.ASCII)
_TIME = re.compile(rf"(\d{{2}}):(\d{{2}})(?::(\d{{2}})(?:\.\d{{1,9}})?)?{_ZONE}?", re.ASCII)
_DATE_TIME = re.compile(
    rf"(-?\d{{4}}-\d{{2}}-\d{{2}})T(\d{{2}}):(\d{{2}})(?::(\d{{2}})(?:\.\d{{1,9}})?)?{_ZONE}",
    re.ASCII,
)
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_PHONE = re.compile(r"\+?\(?\d[\d\s().-]*\d", re.ASCII)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_FIRST_TIMESTAMP = -31_557_014_167_219_200
_LAST_TIMESTAMP = 31_556_889_864_403_199
"""Seconds of Java's ``Instant``: from the year -1000000000 to the end of 1000000000."""


def _is_day(text: str) -> bool:
    """Whether a ``YYYY-MM-DD`` is in the calendar, which goes on before the year 1."""
    if text.startswith(("-", "0000")):
        year = int(text[:-6])
        if text.startswith("-0000"):
            return False
        # Python's calendar begins in the year 1, and repeats every 400.
        text = f"{year % 400 + 400:04}{text[-6:]}"
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_clock(hours: str, minutes: str, seconds: str | None) -> bool:
    return int(hours) < 24 and int(minutes) < 60 and int(seconds or 0) < 60


def is_date(text: str) -> bool:
    """``YYYY-MM-DD`` with an optional offset; ``-YYYY`` is a year before 0000."""
    match = _DATE.fullmatch(text)
    return match is not None and _is_day(match[1])


def is_time(text: str) -> bool:
    """``hh:mm:ss.sss`` with an optional offset."""
    match = _TIME.fullmatch(text)
    return match is not None and _is_clock(*match.groups())


@lru_cache(4096)
def is_date_time(text: str) -> bool:
    """``YYYY-MM-DDThh:mm:ss.sssZ``; the offset is required.

    Every item has two of them, and lists show the same ones again and again: 4 µs each without the
    cache.
    """
    match = _DATE_TIME.fullmatch(text)
    if not match:
        return False
    return _is_day(match[1]) and _is_clock(match[2], match[3], match[4])


def is_email(text: str) -> bool:
    """``local-part@domain-part``."""
    return _EMAIL.fullmatch(text) is not None and ".." not in text


def is_phone(text: str) -> bool:
    """With a country code, or ten digits (eleven with a leading 1) of North America.

    AppSync asks libphonenumber; lengths are what can be told without its tables.
    """
    if _PHONE.fullmatch(text) is None:
        return False
    digits = re.sub(r"\D", "", text)
    if text.startswith("+"):
        return 7 <= len(digits) <= 15
    return len(digits) == 10 or (len(digits) == 11 and digits.startswith("1"))


def is_url(text: str) -> bool:
    """Has a scheme, and no empty path segment."""
    if _SCHEME.fullmatch(text) is None:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return "//" not in parts.path


def is_ip_address(text: str) -> bool:
    """IPv4 or IPv6, with an optional CIDR suffix."""
    try:
        ipaddress.ip_interface(text)
    except ValueError:
        return False
    return True


def is_timestamp(seconds: int) -> bool:
    """Within what AppSync can tell in seconds."""
    return _FIRST_TIMESTAMP <= seconds <= _LAST_TIMESTAMP
