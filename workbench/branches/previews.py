"""How a preview is marked: tags of its branch in Amplify, the same for whoever reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from workbench.localcloud.contract import EXPIRES, PREVIEW_OF

_PREFIX = "preview/"


def preview_name(source: str) -> str:
    """The name of the environment that previews a branch or commit."""
    return f"{_PREFIX}{source}"


def preview_tags(source: str, hours: float, now: datetime | None = None) -> dict[str, str]:
    """The tags of a preview that lives for ``hours``."""
    ends = (now or datetime.now(UTC)) + timedelta(hours=hours)
    return {PREVIEW_OF: source, EXPIRES: ends.isoformat(timespec="seconds")}
