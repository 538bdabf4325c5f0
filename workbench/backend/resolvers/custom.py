"""Custom operations: a check of the caller, then functions or the user's own JavaScript."""

from __future__ import annotations

from workbench.backend.definitions.schema import Handler, Operation
from workbench.backend.graphql.names import capital
from workbench.backend.resolvers.access_code import static_function, support, told
from workbench.backend.resolvers.javascript import function, literal, module
from workbench.backend.resolvers.records import NONE_SOURCE, ResolverPlan, SourcePlan, Step

_UTIL = "import { util } from '@aws-appsync/utils';"


def operation_plan(operation: Operation) -> ResolverPlan:
    """The resolver of a custom operation."""
    name = operation.name
    steps = [Step(f"{name}Guard", NONE_SOURCE, _guard(operation))]
    for number, handler in enumerate(operation.handlers, 1):
        step = name if len(operation.handlers) == 1 else f"{name}{number}"
        code = _invoke(operation, handler) if handler.function is not None else handler.code
        steps.append(Step(step, source_name(handler), code))
    return ResolverPlan(capital(operation.kind), name, tuple(steps))


def source_name(handler: Handler) -> str:
    """The data source of a handler."""
    if handler.function is not None:
        return f"{capital(handler.function.name)}LambdaDataSource"
    if handler.model:
        return f"{handler.model}Table"
    if handler.http is not None:
        return handler.http.name
    return handler.source or NONE_SOURCE


def handler_source(handler: Handler) -> SourcePlan | None:
    """The data source that a handler brings with it; tables and NONE are there anyway."""
    if handler.function is not None:
        return SourcePlan(source_name(handler), "function", function=handler.function)
    if handler.http is not None:
        return SourcePlan(handler.http.name, "http", endpoint=handler.http.endpoint)
    return None


def _guard(operation: Operation) -> str:
    rules = operation.rules
    who = "; ".join(told(rule) for rule in rules) or "nobody but the account itself"
    return module(
        f"{operation.name} · {who}.",
        [_UTIL],
        [
            *support(rules),
            static_function(rules, f"Who may ask for {operation.name}."),
            function(
                "export function request(ctx)",
                ["if (!isAllowed(ctx)) util.unauthorized();", "return { payload: null };"],
            ),
            function("export function response(ctx)", ["return ctx.prev.result;"]),
        ],
    )


def _invoke(operation: Operation, handler: Handler) -> str:
    assert handler.function is not None
    event = [
        "return {",
        "  operation: 'Invoke',",
        *(["  invocationType: 'Event',"] if handler.is_async else []),
        "  payload: {",
        f"    typeName: {literal(capital(operation.kind))},",
        f"    fieldName: {literal(operation.name)},",
        "    arguments: ctx.args,",
        "    identity: ctx.identity,",
        "    source: ctx.source,",
        "    request: ctx.request,",
        "    prev: ctx.prev,",
        "  },",
        "};",
    ]
    answer = (
        "return { success: true };"
        if handler.is_async and operation.returns.type == "EventInvocationResponse"
        else "return ctx.result;"
    )
    return module(
        f"{operation.name} · the function {handler.function.name} answers.",
        [_UTIL],
        [
            function("export function request(ctx)", event),
            function(
                "export function response(ctx)",
                ["if (ctx.error) util.error(ctx.error.message, ctx.error.type);", answer],
            ),
        ],
    )
