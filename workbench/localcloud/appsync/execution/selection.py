"""Builds ``ctx.info``'s description of the selection below a field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    SelectionSetNode,
    VariableNode,
    print_ast,
)
from graphql.language import BooleanValueNode, InlineFragmentNode


def selection_info(
    nodes: Sequence[FieldNode],
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
) -> dict[str, Any]:
    """``selectionSetList`` (paths such as ``comments/author``) and ``selectionSetGraphQL``."""
    listed: dict[str, None] = {}
    for node in nodes:
        if node.selection_set is not None:
            _paths(node.selection_set, "", fragments, variables, listed)
    selected = [node.selection_set for node in nodes if node.selection_set is not None]
    return {
        "selectionSetList": list(listed),
        "selectionSetGraphQL": print_ast(selected[0]) if selected else "",
    }


def depends_on_variables(node: FieldNode) -> bool:
    """Whether ``@include`` or ``@skip`` could change what the node selects."""
    text = node.loc.source.body[node.loc.start : node.loc.end] if node.loc else "@"
    return "@" in text or "..." in text


def _paths(
    selections: SelectionSetNode,
    above: str,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
    listed: dict[str, None],
) -> None:
    for node in selections.selections:
        if not _included(node.directives, variables):
            continue
        if isinstance(node, FieldNode):
            path = above + (node.alias or node.name).value
            listed[path] = None
            if node.selection_set is not None:
                _paths(node.selection_set, path + "/", fragments, variables, listed)
        elif isinstance(node, InlineFragmentNode):
            _paths(node.selection_set, above, fragments, variables, listed)
        elif isinstance(node, FragmentSpreadNode) and node.name.value in fragments:
            inner = fragments[node.name.value].selection_set
            _paths(inner, above, fragments, variables, listed)


def _included(directives: Sequence[DirectiveNode], variables: Mapping[str, Any]) -> bool:
    for directive in directives:
        if directive.name.value not in ("include", "skip") or not directive.arguments:
            continue
        value = directive.arguments[0].value
        given = False
        if isinstance(value, VariableNode):
            given = bool(variables.get(value.name.value))
        elif isinstance(value, BooleanValueNode):
            given = value.value
        if given is (directive.name.value == "skip"):
            return False
    return True
