"""Spans of time in the largest unit: how long ago, and how long still."""

from __future__ import annotations

from datetime import UTC, datetime


def age(at: datetime, now: datetime | None = None) -> str:
    """How long ago, in the largest unit."""
    return _largest(((now or datetime.now(UTC)) - at).total_seconds()) or "now"


def ago(at: datetime, now: datetime | None = None) -> str:
    """``2 h ago``, or ``just now``."""
    words = age(at, now)
    return "just now" if words == "now" else f"{words} ago"


def until(at: datetime, now: datetime | None = None) -> str:
    """How long still, in the largest unit."""
    return _largest((at - (now or datetime.now(UTC))).total_seconds()) or "a moment"


def _largest(seconds: float) -> str:
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return ""
