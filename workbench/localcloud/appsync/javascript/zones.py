"""Rules of time zones for the embedded engine, which has no zone database of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_FIRST = datetime(1900, 1, 1, tzinfo=UTC)
_LAST = datetime(2101, 1, 1, tzinfo=UTC)
_STEP = timedelta(days=14)

Change = tuple[int, int, str]
"""From when (milliseconds since 1970), the offset in seconds, the zone's abbreviation."""


@lru_cache(maxsize=64)
def zone_changes(name: str) -> tuple[Change, ...] | None:
    """Every change of a zone's offset from 1900 to 2100; None for an unknown zone.

    ``zoneinfo`` tells offsets, not changes, so they are searched for: about 20 ms for a zone, once.
    """
    try:
        zone = ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        # ZoneInfoNotFoundError is a KeyError; paths and folders raise the others.
        return None
    found = [_change(zone, _FIRST)]
    moment = _FIRST
    while moment < _LAST:
        later = moment + _STEP
        if _facts(zone, later) != _facts(zone, moment):
            found.append(_change(zone, _first_after(zone, moment, later)))
        moment = later
    return tuple(found)


def _first_after(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """When the change between two moments happens, to the second."""
    low, high = int(before.timestamp()), int(after.timestamp())
    old = _facts(zone, before)
    while high - low > 1:
        middle = (low + high) // 2
        if _facts(zone, datetime.fromtimestamp(middle, UTC)) == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _change(zone: ZoneInfo, moment: datetime) -> Change:
    seconds, name = _facts(zone, moment)
    return int(moment.timestamp()) * 1000, seconds, name


def _facts(zone: ZoneInfo, moment: datetime) -> tuple[int, str]:
    local = moment.astimezone(zone)
    offset = local.utcoffset()
    return int(offset.total_seconds()) if offset else 0, local.tzname() or ""
