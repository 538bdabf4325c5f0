"""What UPDATED_OLD and UPDATED_NEW return: the changed parts of an item, in their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.localcloud.dynamodb.paths import Parts, value_at
from workbench.localcloud.dynamodb.values import AttributeValue

_Tree = dict[str | int, "AttributeValue | _Node"]


class _Node:
    """A map or list of which only parts are returned."""

    def __init__(self) -> None:
        self.below: _Tree = {}


def parts_of(item: Mapping[str, Any], changed: Iterable[Parts]) -> dict[str, AttributeValue]:
    """The values at the paths, within the maps and lists that they stand in; none if missing."""
    root = _Node()
    for parts in sorted(changed, key=len):
        value = value_at(item, parts)
        if value is not None:
            _put(root, parts, value)
    return {str(name): _value(below) for name, below in root.below.items()}


def _put(node: _Node, parts: Parts, value: AttributeValue) -> None:
    first, *rest = parts
    if not rest:
        node.below[first] = value
        return
    below = node.below.setdefault(first, _Node())
    if isinstance(below, _Node):
        _put(below, tuple(rest), value)


def _value(found: AttributeValue | _Node) -> AttributeValue:
    if not isinstance(found, _Node):
        return found
    below = found.below
    if all(isinstance(part, int) for part in below):
        return {"L": [_value(below[at]) for at in sorted(below, key=int)]}
    return {"M": {str(name): _value(each) for name, each in below.items()}}
