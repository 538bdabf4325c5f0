"""PartiQL's ``REMOVE l[0] REMOVE l[1]``: in ministack each moves the positions of the next one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def install() -> None:
    """Remove from the end of a list to its beginning, so that no position moves."""
    from ministack.services import dynamodb

    update = dynamodb._partiql_update

    def partiql_update(table: Any, parsed: Any, data: Any = None) -> Any:
        removes = sorted(parsed.get("removes") or (), key=_place, reverse=True)
        return update(table, {**parsed, "removes": removes}, data)

    dynamodb._partiql_update = partiql_update


def _place(parts: Sequence[str | int]) -> list[tuple[bool, str | int]]:
    return [(isinstance(part, int), part) for part in parts]
