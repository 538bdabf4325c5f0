"""Counts in words, the same everywhere: ``1 user``, ``2 users``."""

from __future__ import annotations


def plural(count: int, one: str, many: str = "") -> str:
    """The count with its noun; ``many`` where the plural is not ``one`` with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
