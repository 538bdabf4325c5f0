"""How a preview is marked: tags of its branch in Amplify, the same for whoever reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

PREVIEW_OF = "amplify-tui:preview-of"
"""The Git branch or the commit that a preview shows."""

EXPIRES = "amplify-tui:expires"
"""When a preview is removed by itself, in ISO 8601."""

_PREFIX = "preview/"


def preview_name(source: str) -> str:
    """The name of the environment that previews a branch or commit."""
    return f"{_PREFIX}{source}"


def preview_tags(source: str, hours: float, now: datetime | None = None) -> dict[str, str]:
    """The tags of a preview that lives for ``hours``."""
    ends = (now or datetime.now(UTC)) + timedelta(hours=hours)
    return {PREVIEW_OF: source, EXPIRES: ends.isoformat(timespec="seconds")}


def expiry(tags: Mapping[str, str]) -> datetime | None:
    """When a preview ends; None for what is none, or where it cannot be read."""
    try:
        ends = datetime.fromisoformat(tags[EXPIRES])
    except (KeyError, ValueError):
        return None
    return ends if ends.tzinfo is not None else ends.replace(tzinfo=UTC)
