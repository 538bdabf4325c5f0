"""Shapes what a mutation answered into what a subscription asked for.

A subscription sees only what the mutation selected: no resolver runs for an event. What it selects
beyond that is null, and its own caller may see less than the mutation's: fields that the schema's
directives keep from it are null, with an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLSkipDirective,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionSetNode,
)
from graphql.execution.values import get_directive_values

from workbench.localcloud.appsync.authorization.directives import FieldRules
from workbench.localcloud.appsync.identity import Caller

_MOST_ERRORS = 100


class _NullError(Exception):
    """A field that may not be null is; its parent becomes null instead."""


@dataclass(slots=True)
class Shaper:
    """Shapes payloads for one selection of one caller; raises nothing but GraphQL's own errors."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    rules: FieldRules
    caller: Caller
    errors: list[dict[str, Any]] = field(default_factory=list)

    def shape(self, node: FieldNode, output: GraphQLOutputType, payload: object) -> dict[str, Any]:
        """The response, ``{"data": …}`` and ``errors`` if any, of one root field."""
        key = node.alias.value if node.alias else node.name.value
        self.errors = []
        answer: dict[str, Any]
        try:
            answer = {
                "data": {key: self._complete(output, (node,), payload, (key,), "Subscription")}
            }
        except _NullError:
            # The field itself may not be null either: the whole data is.
            answer = {"data": None}
        if self.errors:
            answer["errors"] = self.errors[:_MOST_ERRORS]
        return answer

    def _complete(
        self,
        output: GraphQLOutputType,
        nodes: tuple[FieldNode, ...],
        value: Any,
        path: tuple[str | int, ...],
        parent: str,
    ) -> Any:
        if isinstance(output, GraphQLNonNull):
            found = self._complete(output.of_type, nodes, value, path, parent)
            if found is None:
                if value is None:
                    where = "/" + "/".join(map(str, path))
                    self._say(
                        f"Cannot return null for non-nullable type: '{output.of_type}' "
                        f"within parent '{parent}' ({where})",
                        path,
                    )
                raise _NullError
            return found
        if value is None:
            return None
        if isinstance(output, GraphQLList):
            items = value if isinstance(value, list) else []
            try:
                return [
                    self._complete(output.of_type, nodes, item, (*path, index), parent)
                    for index, item in enumerate(items)
                ]
            except _NullError:
                return None
        if not isinstance(output, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
            return value
        concrete = self._concrete(output, value)
        if concrete is None or not isinstance(value, Mapping):
            return None
        return self._object(concrete, nodes, value, path)

    def _object(
        self,
        of: GraphQLObjectType,
        nodes: tuple[FieldNode, ...],
        value: Mapping[str, Any],
        path: tuple[str | int, ...],
    ) -> dict[str, Any] | None:
        selected: dict[str, list[FieldNode]] = {}
        for node in nodes:
            if node.selection_set:
                for found in self._fields(of, node.selection_set):
                    key = found.alias.value if found.alias else found.name.value
                    selected.setdefault(key, []).append(found)
        answer: dict[str, Any] = {}
        try:
            for key, fields in selected.items():
                answer[key] = self._field(of, tuple(fields), value, (*path, key))
        except _NullError:
            return None
        return answer

    def _field(
        self,
        of: GraphQLObjectType,
        nodes: tuple[FieldNode, ...],
        value: Mapping[str, Any],
        path: tuple[str | int, ...],
    ) -> Any:
        name = nodes[0].name.value
        if name == "__typename":
            return of.name
        definition = of.fields.get(name)
        if definition is None:
            return None
        if not self.rules.allows(of.name, name, self.caller):
            self._say(f"Not Authorized to access {name} on type {of.name}", path, "Unauthorized")
            if isinstance(definition.type, GraphQLNonNull):
                raise _NullError
            return None
        return self._complete(definition.type, nodes, value.get(name), path, of.name)

    def _fields(self, of: GraphQLObjectType, within: SelectionSetNode) -> Iterator[FieldNode]:
        for node in within.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
                continue
            fragment: InlineFragmentNode | FragmentDefinitionNode | None = None
            if isinstance(node, FragmentSpreadNode):
                fragment = self.fragments.get(node.name.value)
            elif isinstance(node, InlineFragmentNode):
                fragment = node
            if fragment is not None and self._applies(fragment, of):
                yield from self._fields(of, fragment.selection_set)

    def _included(self, node: Any) -> bool:
        variables = dict(self.variables)
        skip = get_directive_values(GraphQLSkipDirective, node, variables)
        if skip and skip["if"]:
            return False
        include = get_directive_values(GraphQLIncludeDirective, node, variables)
        return not include or bool(include["if"])

    def _applies(
        self, fragment: InlineFragmentNode | FragmentDefinitionNode, of: GraphQLObjectType
    ) -> bool:
        if fragment.type_condition is None:
            return True
        named = self.schema.get_type(fragment.type_condition.name.value)
        if named is of:
            return True
        return isinstance(
            named, GraphQLInterfaceType | GraphQLUnionType
        ) and self.schema.is_sub_type(named, of)

    def _concrete(
        self, of: GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType, value: object
    ) -> GraphQLObjectType | None:
        if isinstance(of, GraphQLObjectType):
            return of
        named = value.get("__typename") if isinstance(value, Mapping) else None
        found = self.schema.get_type(named) if isinstance(named, str) else None
        return found if isinstance(found, GraphQLObjectType) else None

    def _say(
        self, message: str, path: tuple[str | int, ...], error_type: str | None = None
    ) -> None:
        said: dict[str, Any] = {"path": list(path), "locations": None, "message": message}
        if error_type:
            said["errorType"] = error_type
        self.errors.append(said)
