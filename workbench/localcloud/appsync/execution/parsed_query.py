"""Parses and validates a query: what can be done before variables and caller are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
)
from graphql.language import InlineFragmentNode

from workbench.localcloud.appsync.execution import limits, validation
from workbench.localcloud.appsync.execution.errors import RequestError, locations_of, request_error
from workbench.localcloud.appsync.records import Api
from workbench.operation_roots import definitions


@dataclass(slots=True)
class ParsedQuery:
    """A valid document; caches what is read from it, by the node's id.

    ``selections`` keeps what ``ctx.info`` says of a field, ``roots`` an operation's root fields.
    """

    document: DocumentNode
    fragments: dict[str, FragmentDefinitionNode]
    operations: Mapping[str, OperationDefinitionNode]
    selections: dict[int, Any] = field(default_factory=dict)
    roots: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to execute; raises RequestError where the name does not tell."""
        if name:
            found = self.operations.get(name)
            if found is None:
                raise RequestError([request_error(f"Unknown operation named '{name}'.")])
            return found
        if len(self.operations) != 1:
            message = "Must provide operation name if query contains multiple operations."
            raise RequestError([request_error(message)])
        return next(iter(self.operations.values()))


def prepare(query: str, schema: GraphQLSchema, api: Api) -> ParsedQuery:
    """Parse, limit and validate; raises RequestError."""
    document = parse_query(query)
    limits.check_document(document)
    found = definitions(document)
    operations, fragments = found.operations, found.fragments
    if not api.introspection:
        _refuse_introspection(operations, fragments)
    validation.check(schema, document)
    for operation in operations.values():
        limits.check_depth(limits.depth_of(document, operation), api.query_depth_limit)
    return ParsedQuery(document, fragments, operations)


def parse_query(query: str) -> DocumentNode:
    """The document of a text; raises RequestError in AppSync's words."""
    try:
        return parse(query, max_tokens=limits.MAX_TOKENS)
    except GraphQLSyntaxError as error:
        place = error.locations[0] if error.locations else None
        if "tokens" in error.message and not error.message.startswith("Syntax Error: Unexpected"):
            message = f"The query has more than {limits.MAX_TOKENS:,} tokens."
            raise RequestError([request_error(message, None, "ExecutionLimitExceeded")]) from None
        line, column = (place.line, place.column) if place else (1, 1)
        what = error.message.removeprefix("Syntax Error: ")
        message = f"Invalid Syntax : {what} at line {line} column {column}"
        where = [{"line": line, "column": column, "sourceName": None}]
        raise RequestError([request_error(message, where, "InvalidSyntaxError")]) from None
    except RecursionError:
        message = "The query is nested too deeply."
        raise RequestError([request_error(message, None, "ExecutionLimitExceeded")]) from None


def _refuse_introspection(
    operations: Mapping[str, OperationDefinitionNode],
    fragments: Mapping[str, FragmentDefinitionNode],
) -> None:
    """Where introspection is off, ``__schema`` and ``__type`` are fields that do not exist."""
    errors = []
    stack = [node.selection_set for node in (*operations.values(), *fragments.values())]
    while stack:
        for node in stack.pop().selections:
            if isinstance(node, InlineFragmentNode):
                stack.append(node.selection_set)
            elif isinstance(node, FieldNode) and node.name.value in ("__schema", "__type"):
                name = node.name.value
                errors.append(
                    request_error(
                        f"Validation error of type FieldUndefined: Field '{name}' in type 'Query' "
                        f"is undefined @ '{name}'",
                        locations_of([node]),
                    )
                )
    if errors:
        raise RequestError(errors)
