"""Runs what a subscription's own resolver has to say before events are delivered to it."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError, OperationType
from graphql.execution.collect_fields import collect_fields

from workbench.localcloud.appsync.evaluation import Effects, FieldError
from workbench.localcloud.appsync.execution.arguments import field_arguments
from workbench.localcloud.appsync.execution.compiled_api import CompiledApi
from workbench.localcloud.appsync.execution.engines import Engines
from workbench.localcloud.appsync.execution.errors import (
    RequestError,
    field_error,
    request_error,
)
from workbench.localcloud.appsync.execution.graphql_request import GraphQLRequest
from workbench.localcloud.appsync.execution.operation import begin
from workbench.localcloud.appsync.execution.resolve import resolve
from workbench.localcloud.appsync.execution.trace import RequestTrace
from workbench.localcloud.appsync.identity import Caller

Errors = tuple[dict[str, Any], ...]


async def start_subscription(
    compiled: CompiledApi,
    request: GraphQLRequest,
    caller: Caller,
    engines: Engines,
    trace: RequestTrace,
) -> tuple[Effects, Errors]:
    """The effects (filters) of the subscription field's resolver, and the errors that refuse it.

    The resolver's value is not looked at: nothing has happened yet that could be told.
    """
    try:
        state = await begin(compiled, request, caller, engines, trace)
        if state.operation.operation is not OperationType.SUBSCRIPTION:
            raise RequestError([request_error("The operation is not a subscription.")])
        root = compiled.schema.subscription_type
        if root is None:
            raise RequestError([request_error("The schema has no subscriptions.")])
    except RequestError as error:
        return Effects(), error.errors
    fragments = state.prepared.fragments
    selected = collect_fields(
        compiled.schema, fragments, state.variables, root, state.operation.selection_set
    )
    for key, nodes in selected.items():
        name = nodes[0].name.value
        try:
            if not state.allows(root.name, name):
                raise FieldError(
                    f"Not Authorized to access {name} on type {root.name}", "Unauthorized"
                )
            resolver = compiled.resolvers.get((root.name, name))
            arguments = field_arguments(root.fields[name], nodes[0], state.variables)
            if resolver is not None:
                await resolve(state, resolver, None, arguments, nodes=nodes, path=[key])
        except FieldError as error:
            return Effects(), (field_error(error, [key], nodes, fragments),)
        except GraphQLError as error:
            return Effects(), (request_error(error.message),)
    effects = state.effects[0] if state.effects else Effects()
    return effects, tuple(state.errors)
