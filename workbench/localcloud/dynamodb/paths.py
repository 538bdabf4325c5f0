"""Document paths: with their names filled in, looked up, shown as DynamoDB shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.localcloud.dynamodb.syntax import ExpressionError, Path
from workbench.localcloud.dynamodb.values import AttributeValue

Parts = tuple[str | int, ...]


def resolved(path: Path, names: Mapping[str, str]) -> Parts:
    """The path's parts, each ``#placeholder`` replaced by its name."""
    return tuple(
        names.get(part, part) if isinstance(part, str) and part.startswith("#") else part
        for part in path.parts
    )


def value_at(item: Mapping[str, Any], parts: Parts) -> AttributeValue | None:
    """The value at a path of an item; None if there is none."""
    current = item.get(str(parts[0]))
    for part in parts[1:]:
        if not isinstance(current, Mapping):
            return None
        if isinstance(part, int):
            members = current.get("L")
            if not isinstance(members, list) or part >= len(members):
                return None
            current = members[part]
        else:
            entries = current.get("M")
            current = entries.get(part) if isinstance(entries, Mapping) else None
    return current


def shown(parts: Parts) -> str:
    """``[a, b, [0]]``."""
    return "[" + ", ".join(f"[{p}]" if isinstance(p, int) else p for p in parts) + "]"


def overlap_error(paths: Sequence[Parts]) -> str | None:
    """What is wrong with paths of one expression of which one lies within another."""
    for index, later in enumerate(paths):
        for earlier in paths[:index]:
            fault = _fault(earlier, later)
            if fault:
                return (
                    f"Two document paths {fault} with each other; must remove or rewrite one of "
                    f"these paths; path one: {shown(earlier)}, path two: {shown(later)}"
                )
    return None


def _fault(one: Parts, other: Parts) -> str | None:
    for left, right in zip(one, other, strict=False):
        if type(left) is not type(right):
            return "conflict"
        if left != right:
            return None
    return "overlap"


def check_overlap(paths: Sequence[Parts]) -> None:
    """Raises ExpressionError if one path lies within another."""
    error = overlap_error(paths)
    if error:
        raise ExpressionError(error)
