"""Limits a value to a selection set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode
from graphql.language import InlineFragmentNode


def project(
    value: Any,
    selections: SelectionSetNode | None,
    fragments: Mapping[str, FragmentDefinitionNode],
    *,
    aliased: bool = True,
) -> Any:
    """``value`` with nothing but what ``selections`` name, under the fields' own names.

    ``aliased``: the value is a result, keyed by response names; otherwise it is raw.
    """
    if selections is None:
        return value
    if isinstance(value, list):
        return [project(item, selections, fragments, aliased=aliased) for item in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    _into(found, value, selections, fragments, aliased)
    return found


def _into(
    found: dict[str, Any],
    value: dict[str, Any],
    selections: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    aliased: bool,
) -> None:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            name = node.name.value
            key = node.alias.value if aliased and node.alias else name
            if key in value:
                inner = project(value[key], node.selection_set, fragments, aliased=aliased)
                before = found.get(name)
                found[name] = _merged(before, inner) if name in found else inner
        elif isinstance(node, FragmentSpreadNode):
            fragment = fragments.get(node.name.value)
            if fragment is not None:
                _into(found, value, fragment.selection_set, fragments, aliased)
        elif isinstance(node, InlineFragmentNode):
            _into(found, value, node.selection_set, fragments, aliased)


def _merged(before: Any, more: Any) -> Any:
    if isinstance(before, dict) and isinstance(more, dict):
        return {**before, **{k: _merged(before.get(k), v) for k, v in more.items()}}
    if isinstance(before, list) and isinstance(more, list) and len(before) == len(more):
        return [_merged(one, other) for one, other in zip(before, more, strict=True)]
    return more
