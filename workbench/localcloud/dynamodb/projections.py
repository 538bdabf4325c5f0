"""Returns only the attributes that a projection expression names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.dynamodb.paths import resolved
from workbench.localcloud.dynamodb.syntax import ProjectionExpression
from workbench.localcloud.dynamodb.values import AttributeValue

_Wanted = dict[str | int, Any]
"""The parts wanted below each part; nothing below it means all of it."""


def wanted_of(expression: ProjectionExpression, names: Mapping[str, str]) -> _Wanted:
    """The paths as one tree."""
    root: _Wanted = {}
    for path in expression.paths:
        below = root
        for part in resolved(path, names):
            below = below.setdefault(part, {})
    return root


def project(item: Mapping[str, Any], wanted: _Wanted) -> dict[str, Any]:
    """The wanted attributes of an item; wanted members of a list are moved together."""
    found: dict[str, Any] = {}
    for name, below in wanted.items():
        value = item.get(str(name))
        kept = None if value is None else _kept(value, below)
        if kept is not None:
            found[str(name)] = kept
    return found


def _kept(value: AttributeValue, wanted: _Wanted) -> AttributeValue | None:
    if not wanted:
        return value
    if isinstance(next(iter(wanted)), int):
        members = value.get("L")
        if not isinstance(members, list):
            return None
        positions = sorted(p for p in wanted if isinstance(p, int) and p < len(members))
        kept = [_kept(members[p], wanted[p]) for p in positions]
        listed = [each for each in kept if each is not None]
        return {"L": listed} if listed else None
    entries = value.get("M")
    if not isinstance(entries, Mapping):
        return None
    found = project(entries, wanted)
    return {"M": found} if found else None
