"""One subscription: what it asked for, which events are its own, and how they look to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    parse,
)
from graphql.execution.values import get_variable_values

from workbench.localcloud.appsync.authorization.directives import FieldRules
from workbench.localcloud.appsync.evaluation import Effects
from workbench.localcloud.appsync.execution.arguments import field_arguments
from workbench.localcloud.appsync.identity import Caller
from workbench.localcloud.appsync.realtime.filters import arguments_match, passes
from workbench.localcloud.appsync.realtime.payload import Shaper


class BadSubscriptionError(Exception):
    """A ``start`` whose query is not a subscription to one field of the schema."""


@dataclass(frozen=True, slots=True)
class Request:
    """The request of a ``start``; ``field`` is the subscription's field in the schema."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None
    field: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """The part of a subscription that members of one :class:`Group` have in common.

    ``arguments`` filter where ``filter`` is None. ``key`` is equal for subscriptions that get the
    same events, ``shape_key`` for those to whom an event looks the same.
    """

    request: Request
    arguments: Mapping[str, Any]
    filter: Mapping[str, Any] | None
    invalidation: Mapping[str, Any] | None
    shaper: Shaper
    node: FieldNode
    definition: GraphQLField
    key: tuple[object, ...]
    shape_key: tuple[object, ...]

    def wants(self, payload: Mapping[str, Any]) -> bool:
        """Whether an event is for this subscription."""
        if self.filter is not None:
            return passes(self.filter, payload)
        return arguments_match(self.arguments, payload)

    def response(self, payload: object) -> bytes:
        """An event as the subscription's response, in JSON."""
        answer = self.shaper.shape(self.node, self.definition.type, payload)
        text = json.dumps(answer, separators=(",", ":"), ensure_ascii=False)
        # Half of a surrogate pair, which JSON can carry, is no text that a frame may have.
        return text.encode("utf-8", "replace")

    def ends_by(self, payload: Mapping[str, Any]) -> bool:
        """Whether an invalidation's payload is for this subscription."""
        return self.invalidation is not None and passes(self.invalidation, payload)


def build_subscription(
    schema: GraphQLSchema, rules: FieldRules, request: Request, caller: Caller, effects: Effects
) -> Subscription:
    """The subscription after its resolver allowed it; raises BadSubscriptionError."""
    document = _parsed(request.query)
    operation = _operation(document, request.operation_name)
    node = root_field(operation)
    root = schema.subscription_type
    definition = root.fields.get(node.name.value) if root else None
    if definition is None:
        raise BadSubscriptionError(f"The schema has no subscription {node.name.value}.")
    variables = get_variable_values(
        schema, operation.variable_definitions, dict(request.variables), max_errors=10
    )
    if isinstance(variables, list):
        raise BadSubscriptionError("; ".join(error.message for error in variables))
    try:
        arguments = field_arguments(definition, node, variables)
    except GraphQLError as error:
        raise BadSubscriptionError(error.message) from error
    fragments = {
        found.name.value: found
        for found in document.definitions
        if isinstance(found, FragmentDefinitionNode)
    }
    given = {found.name.value for found in node.arguments}
    shape_key = (
        request.query,
        request.operation_name,
        json.dumps(request.variables, sort_keys=True, default=str),
        caller.mode,
        caller.groups,
        caller.denied_fields,
        # The rules and the schema; the group keeps them alive, so that no other gets their place.
        id(schema),
        id(rules),
    )
    filters = [effects.subscription_filter, effects.invalidation_filter]
    key = (*shape_key, json.dumps(filters, sort_keys=True, default=str))
    return Subscription(
        request,
        {name: value for name, value in arguments.items() if name in given},
        _filter(effects.subscription_filter),
        _filter(effects.invalidation_filter),
        Shaper(schema, fragments, variables, rules, caller),
        node,
        definition,
        key,
        shape_key,
    )


def read_request(data: object) -> Request:
    """The request in a ``start`` message's ``data``; raises BadSubscriptionError."""
    try:
        found = json.loads(data) if isinstance(data, str) else None
    except (ValueError, RecursionError) as error:
        raise BadSubscriptionError("The data of the start message is not JSON.") from error
    if not isinstance(found, dict) or not isinstance(found.get("query"), str):
        raise BadSubscriptionError("The data of the start message has no query.")
    variables = found.get("variables") or {}
    if not isinstance(variables, dict):
        raise BadSubscriptionError("The variables are not an object.")
    name = found.get("operationName")
    operation_name = name if isinstance(name, str) and name else None
    operation = _operation(_parsed(found["query"]), operation_name)
    return Request(found["query"], variables, operation_name, root_field(operation).name.value)


def root_field(operation: OperationDefinitionNode) -> FieldNode:
    """The one field of a subscription; raises BadSubscriptionError."""
    if operation.operation is not OperationType.SUBSCRIPTION:
        kind = operation.operation.value
        raise BadSubscriptionError(f"{kind} not supported through the realtime channel")
    selections = operation.selection_set.selections
    if len(selections) != 1 or not isinstance(selections[0], FieldNode):
        raise BadSubscriptionError("A subscription must select exactly one top level field.")
    return selections[0]


def _parsed(query: str) -> DocumentNode:
    try:
        return parse(query, no_location=False, max_tokens=15_000)
    except GraphQLSyntaxError as error:
        raise BadSubscriptionError(error.message) from error
    except RecursionError as error:
        raise BadSubscriptionError("The query is nested too deeply.") from error


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [
        found
        for found in document.definitions
        if isinstance(found, OperationDefinitionNode)
        and (name is None or (found.name and found.name.value == name))
    ]
    if len(operations) != 1:
        raise BadSubscriptionError("Name one operation of the query in operationName.")
    return operations[0]


def _filter(found: object) -> Mapping[str, Any] | None:
    """A filter as templates set it: an object, or its JSON.

    One that cannot be read becomes a filter that nothing passes.
    """
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except ValueError:
            return {"filterGroup": [None]}
    if found is None or isinstance(found, Mapping):
        return found
    return {"filterGroup": [None]}
