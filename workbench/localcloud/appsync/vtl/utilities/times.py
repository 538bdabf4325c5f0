"""``$util.time``."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from workbench.localcloud.appsync.java import time as java_time
from workbench.localcloud.appsync.vtl.utilities.arguments import number, text


def _now_formatted(pattern: Any, zone: Any = "UTC") -> str:
    now = datetime.now(UTC).astimezone(java_time.zone(text(zone)))
    return java_time.format_time(now, text(pattern))


def _parse_formatted(value: Any, pattern: Any, zone: Any = None) -> int:
    where = None if zone is None else text(zone)
    return java_time.to_milliseconds(java_time.parse_time(text(value), text(pattern), where))


def _formatted(milliseconds: Any, pattern: Any, zone: Any = "UTC") -> str:
    moment = java_time.of_milliseconds(number(milliseconds), text(zone))
    return java_time.format_time(moment, text(pattern))


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "nowISO8601": lambda: java_time.iso_text(datetime.now(UTC)),
    "nowEpochSeconds": lambda: int(time.time()),
    "nowEpochMilliSeconds": lambda: time.time_ns() // 1_000_000,
    "nowFormatted": _now_formatted,
    "parseFormattedToEpochMilliSeconds": _parse_formatted,
    "parseISO8601ToEpochMilliSeconds": lambda value: java_time.to_milliseconds(
        java_time.parse_iso(text(value))
    ),
    "epochMilliSecondsToSeconds": lambda milliseconds: int(number(milliseconds) // 1000),
    "epochMilliSecondsToISO8601": lambda milliseconds: java_time.iso_text(
        java_time.of_milliseconds(number(milliseconds))
    ),
    "epochMilliSecondsToFormatted": _formatted,
}
