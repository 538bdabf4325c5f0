"""Refuses queries that would keep the server busy: before they are validated or executed.

graphql-java, which AppSync builds on, takes 15,000 tokens and answers introspection that repeats
itself with ``This request is not asking for introspection in good faith``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql.language import InlineFragmentNode

from workbench.localcloud.appsync.execution.errors import RequestError, request_error

MAX_TOKENS = 15_000
MAX_DEPTH = 100
"""Nested selections; the API's own ``queryDepthLimit`` (at most 75) comes on top."""

MAX_FIELDS = 100_000
"""Fields of one operation once every fragment is put in place."""

_NESTED_LISTS = 2
"""How often introspection may list the same thing inside itself."""

_INTROSPECTING_LISTS = frozenset({"fields", "inputFields", "interfaces", "possibleTypes"})


def check_document(document: DocumentNode) -> None:
    """Raise RequestError for a document that is too expensive, whatever the schema."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    meter = _Meter(fragments)
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            meter.operation(node)


def check_depth(depth: int, limit: int) -> None:
    """Raise RequestError where an operation is nested deeper than the API allows (0: any)."""
    if limit and depth > limit:
        raise _refusal(
            f"Query depth {depth} exceeds the limit of {limit} configured for this API.",
            "QueryDepthLimitReached",
        )


def depth_of(document: DocumentNode, operation: OperationDefinitionNode) -> int:
    """How many levels of fields an operation selects; 0 for one that only asks for the schema."""
    if all(
        isinstance(node, FieldNode) and node.name.value.startswith("__")
        for node in operation.selection_set.selections
    ):
        return 0
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    return _Meter(fragments).size(operation.selection_set, ())[1]


class _Meter:
    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.fragments = fragments
        self._sizes: dict[str, tuple[int, int]] = {}

    def operation(self, node: OperationDefinitionNode) -> None:
        fields, depth = self.size(node.selection_set, ())
        if depth > MAX_DEPTH:
            raise _refusal(f"The query is nested {depth} levels deep; the limit is {MAX_DEPTH}.")
        if fields > MAX_FIELDS:
            raise _refusal(f"The query selects more than {MAX_FIELDS:,} fields.")
        self._good_faith(node.selection_set, Counter(), frozenset())

    def size(self, selections: SelectionSetNode, inside: tuple[str, ...]) -> tuple[int, int]:
        """Fields and levels of a selection set, fragments put in place (a cycle counts once)."""
        fields, depth = 0, 0
        for node in selections.selections:
            below = (0, 0)
            if isinstance(node, FieldNode):
                if node.selection_set is not None:
                    below = self.size(node.selection_set, inside)
                below = (below[0] + 1, below[1] + 1)
            elif isinstance(node, InlineFragmentNode):
                below = self.size(node.selection_set, inside)
            elif isinstance(node, FragmentSpreadNode):
                below = self._fragment(node.name.value, inside)
            fields, depth = min(fields + below[0], MAX_FIELDS + 1), max(depth, below[1])
        return fields, depth

    def _fragment(self, name: str, inside: tuple[str, ...]) -> tuple[int, int]:
        if name not in self._sizes:
            fragment = self.fragments.get(name)
            if fragment is None or name in inside:
                return 0, 0
            self._sizes[name] = self.size(fragment.selection_set, (*inside, name))
        return self._sizes[name]

    def _good_faith(
        self, selections: SelectionSetNode, above: Counter[str], inside: frozenset[str]
    ) -> None:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                name = node.name.value
                if node.selection_set is None:
                    continue
                if name in ("__schema", "__type"):
                    self._introspection(node.selection_set, Counter(), inside)
                else:
                    self._good_faith(node.selection_set, above, inside)
            elif isinstance(node, InlineFragmentNode):
                self._good_faith(node.selection_set, above, inside)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in inside:
                fragment = self.fragments.get(node.name.value)
                if fragment is not None:
                    inner = inside | {node.name.value}
                    self._good_faith(fragment.selection_set, above, inner)

    def _introspection(
        self, selections: SelectionSetNode, above: Counter[str], inside: frozenset[str]
    ) -> None:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                name = node.name.value
                counted = above + Counter([name]) if name in _INTROSPECTING_LISTS else above
                if counted[name] > _NESTED_LISTS:
                    raise _refusal(
                        "This request is not asking for introspection in good faith - "
                        f"__Type.{name} is present too often!",
                        "BadFaithIntrospection",
                    )
                if node.selection_set is not None:
                    self._introspection(node.selection_set, counted, inside)
            elif isinstance(node, InlineFragmentNode):
                self._introspection(node.selection_set, above, inside)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in inside:
                fragment = self.fragments.get(node.name.value)
                if fragment is not None:
                    inner = inside | {node.name.value}
                    self._introspection(fragment.selection_set, above, inner)


def _refusal(message: str, error_type: str = "ExecutionLimitExceeded") -> RequestError:
    return RequestError([request_error(message, None, error_type)])
