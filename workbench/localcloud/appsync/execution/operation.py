"""Executes one operation of an API for an authorized caller, from request to answer."""

from __future__ import annotations

import time
from inspect import isawaitable
from typing import Any

from graphql import GraphQLError, default_field_resolver, default_type_resolver
from graphql.execution.execute import CollectedErrors

from workbench.localcloud.appsync.data_sources.lambda_batches import LambdaBatches
from workbench.localcloud.appsync.execution.aside import LARGE, aside
from workbench.localcloud.appsync.execution.compiled_api import CompiledApi
from workbench.localcloud.appsync.execution.engines import Engines
from workbench.localcloud.appsync.execution.errors import (
    RequestError,
    executed_error,
    request_error,
)
from workbench.localcloud.appsync.execution.executor import Executor
from workbench.localcloud.appsync.execution.graphql_request import GraphQLRequest, Response
from workbench.localcloud.appsync.execution.parsed_query import ParsedQuery
from workbench.localcloud.appsync.execution.projection import project
from workbench.localcloud.appsync.execution.request_state import RequestState, facts_of
from workbench.localcloud.appsync.execution.trace import RequestTrace
from workbench.localcloud.appsync.execution.turns import turns
from workbench.localcloud.appsync.execution.variables import coerce_variables
from workbench.localcloud.appsync.identity import Caller


class Execution:
    """One executed operation: the answer, and what else came of it.

    ``changes`` are a mutation's successful fields with their results, limited to what the mutation
    selects and under the fields' own names: what its subscribers may see. ``invalidations`` end
    subscriptions.
    """

    def __init__(self, response: Response, state: RequestState | None) -> None:
        self.response = response
        self.state = state
        self.changes: list[tuple[str, Any]] = []
        self.invalidations: list[dict[str, Any]] = []

    @classmethod
    def failed(cls, *errors: dict[str, Any]) -> Execution:
        """An execution that gave nothing but errors."""
        return cls(Response(None, errors), None)


async def execute_operation(
    compiled: CompiledApi,
    request: GraphQLRequest,
    caller: Caller,
    engines: Engines,
    trace: RequestTrace,
) -> Execution:
    """Execute a query or a mutation; errors are in the answer, none is raised."""
    try:
        state = await begin(compiled, request, caller, engines, trace)
        if state.operation.operation.value == "subscription":
            raise RequestError(
                [request_error("Subscriptions are served over WebSocket.", None, "BadRequest")]
            )
    except RequestError as error:
        return Execution.failed(*error.errors)
    response = await run(state, None)
    execution = Execution(response, state)
    if state.operation.operation.value == "mutation":
        execution.changes = _changes(state, response.data)
    execution.invalidations = [found for one in state.effects for found in one.invalidations]
    return execution


async def begin(
    compiled: CompiledApi,
    request: GraphQLRequest,
    caller: Caller,
    engines: Engines,
    trace: RequestTrace,
) -> RequestState:
    """Prepare a request: parsed, validated, its variables coerced; raises RequestError."""
    trace.query, trace.variables = request.query, dict(request.variables)
    trace.operation_name = request.operation_name
    began = time.perf_counter()
    prepared: ParsedQuery = await compiled.prepared(request.query)
    operation = prepared.operation(request.operation_name)
    trace.operation = operation.operation.value
    trace.operation_name = operation.name.value if operation.name else None
    coerced = (compiled.schema, operation, request.variables)
    large = request.size > LARGE
    variables = await aside(coerce_variables, *coerced) if large else coerce_variables(*coerced)
    trace.prepare_ms = (time.perf_counter() - began) * 1000
    state = RequestState(
        compiled=compiled,
        prepared=prepared,
        operation=operation,
        caller=caller,
        headers=request.headers,
        variables=variables,
        engines=engines,
        trace=trace,
        facts=facts_of(caller),
        batches=LambdaBatches(engines.services),
        turns=turns(),
        verdicts=compiled.verdicts(caller),
    )
    state.batches.under_way = lambda: state.evaluating > 0
    return state


async def run(state: RequestState, root: Any) -> Response:
    """Execute the operation; ``root`` is the value that fields without a resolver are read from."""
    context = executor(state, root)
    collected = context.collected_errors
    data: Any = None
    try:
        data = context.execute_operation(state.operation, root)
        if isawaitable(data):
            data = await data
    except GraphQLError as error:
        # Nothing half-made is left: a null that no field could take makes the whole answer null.
        data = None
        collected.add(error, None)
    result = context.build_response(data, collected.errors)
    found = [executed_error(error, state.prepared.fragments) for error in result.errors or ()]
    return Response(result.data, (*found, *state.errors), state.response_headers)


def executor(state: RequestState, root: Any) -> Executor:
    """graphql-core's execution context for a prepared request."""
    return Executor(
        schema=state.compiled.schema,
        fragments=state.prepared.fragments,
        root_value=root,
        context_value=state,
        operation=state.operation,
        variable_values=state.variables,
        field_resolver=default_field_resolver,
        type_resolver=default_type_resolver,
        subscribe_field_resolver=default_field_resolver,
        collected_errors=CollectedErrors(),
        middleware_manager=None,
        is_awaitable=None,
    )


def _changes(state: RequestState, data: Any) -> list[tuple[str, Any]]:
    if not isinstance(data, dict):
        return []
    selections = state.operation.selection_set
    limited = project(data, selections, state.prepared.fragments)
    return [(name, value) for name, value in limited.items() if value is not None]
