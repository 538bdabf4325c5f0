"""What a GraphQL operation begins with: the fields of its root type, through its fragments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
)


@dataclass(frozen=True, slots=True)
class Definitions:
    """A document's operations and fragments by name; an operation without a name has ""."""

    operations: dict[str, OperationDefinitionNode]
    fragments: dict[str, FragmentDefinitionNode]


def definitions(document: DocumentNode) -> Definitions:
    """The operations and fragments of a document."""
    found = Definitions({}, {})
    for node in document.definitions:
        if isinstance(node, FragmentDefinitionNode):
            found.fragments[node.name.value] = node
        elif isinstance(node, OperationDefinitionNode):
            found.operations[node.name.value if node.name else ""] = node
    return found


def root_fields(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> tuple[str, ...]:
    """The names of the root type's fields, each once; a fragment that is not there has none."""
    found: dict[str, None] = {}
    stack = [operation.selection_set]
    seen: set[str] = set()
    while stack:
        for node in stack.pop().selections:
            if isinstance(node, FieldNode):
                found[node.name.value] = None
            elif isinstance(node, InlineFragmentNode):
                stack.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = fragments.get(node.name.value)
                stack += [fragment.selection_set] if fragment else []
    return tuple(found)
