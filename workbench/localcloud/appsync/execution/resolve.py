"""Runs a field's resolver: a pipeline of functions or a single unit; VTL, JavaScript or direct.

docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-reference-overview.html
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from graphql import FieldNode

from workbench.localcloud.appsync.evaluation import (
    Context,
    Effects,
    Evaluation,
    FieldError,
    TemplateError,
)
from workbench.localcloud.appsync.execution.call_data_source import call, call_direct
from workbench.localcloud.appsync.execution.errors import field_error
from workbench.localcloud.appsync.execution.request_state import RequestState
from workbench.localcloud.appsync.execution.selection import depends_on_variables, selection_info
from workbench.localcloud.appsync.execution.trace import ResolverTrace, Step
from workbench.localcloud.appsync.records import Code, DataSource, Function, Resolver


async def resolve(
    state: RequestState,
    resolver: Resolver,
    source: Any,
    arguments: dict[str, Any],
    *,
    nodes: Sequence[FieldNode],
    path: list[str | int],
) -> Any:
    """The field's raw value; raises FieldError. What its templates do besides goes to the state."""
    state.evaluating += 1
    try:
        await state.turns.wait(state.trace.request_id)
    finally:
        state.evaluating -= 1
    kind = "UNIT" if resolver.functions is None else "PIPELINE"
    started = state.trace.elapsed_ms()
    record = ResolverTrace(
        path, resolver.type_name, resolver.field_name, kind, started, dict(arguments)
    )
    state.trace.resolvers.append(record)
    context = _context(state, resolver, source, arguments, nodes)
    effects = Effects()
    run = _Run(state, context, effects, record)
    try:
        state.count_resolver()
        if resolver.functions is None:
            value = await run.unit(resolver)
        else:
            value = await run.pipeline(resolver, resolver.functions)
    except FieldError as error:
        record.error = {"message": error.message, "type": error.error_type}
        raise
    else:
        record.result = value
        return value
    finally:
        record.ms = state.trace.elapsed_ms() - started
        record.stash = context["stash"]
        record.logs = effects.logs
        state.response_headers.update(effects.response_headers)
        if effects.errors:
            fragments = state.prepared.fragments
            state.errors += [field_error(error, path, nodes, fragments) for error in effects.errors]
        state.effects.append(effects)


def _context(
    state: RequestState,
    resolver: Resolver,
    source: Any,
    arguments: dict[str, Any],
    nodes: Sequence[FieldNode],
) -> Context:
    identity = state.caller.identity
    return {
        "arguments": arguments,
        "args": arguments,
        "identity": None if identity is None else dict(identity),
        "source": source,
        "request": {"headers": dict(state.headers), "domainName": None},
        "info": _info(state, resolver, nodes),
        "stash": {},
        "prev": None,
        "result": None,
        "error": None,
        "env": dict(state.compiled.api.environment),
        "outErrors": [],
    }


def _info(state: RequestState, resolver: Resolver, nodes: Sequence[FieldNode]) -> dict[str, Any]:
    cached = state.prepared.selections
    key = id(nodes[0])
    selected = cached.get(key) if len(nodes) == 1 else None
    if selected is None:
        selected = selection_info(nodes, state.prepared.fragments, state.variables)
        if len(nodes) == 1 and not depends_on_variables(nodes[0]):
            cached[key] = selected
    return {
        "fieldName": resolver.field_name,
        "parentTypeName": resolver.type_name,
        "variables": dict(state.variables),
        "selectionSetList": list(selected["selectionSetList"]),
        "selectionSetGraphQL": selected["selectionSetGraphQL"],
    }


class _Run:
    """One resolver under way: its context is shared by all of its templates."""

    def __init__(
        self, state: RequestState, context: Context, effects: Effects, record: ResolverTrace
    ) -> None:
        self._state = state
        self._context = context
        self._effects = effects
        self._record = record

    async def unit(self, resolver: Resolver) -> Any:
        """A resolver with a data source of its own."""
        source = self._source(resolver.data_source or "")
        step = self._step(resolver.field_name, "unit", resolver.code, source)
        return (await self._with_source(resolver, source, step)).value

    async def pipeline(self, resolver: Resolver, functions: tuple[str, ...]) -> Any:
        """Before, each function, after; what one gives is the next one's ``prev.result``."""
        code, context = resolver.code, self._context
        before = await self._own(code, "request", "before")
        value = before.value if before is not None else None
        ended = before is not None and before.returned
        if ended and code.code is None:
            # ``#return`` in a resolver's own template is the field's value.
            return value
        for function_id in () if ended else functions:
            function = self._function(function_id)
            context["prev"] = {"result": value}
            context["result"], context["error"] = None, None
            source = self._source(function.data_source)
            step = self._step(function.name, "function", function.code, source)
            done = await self._with_source(function, source, step)
            value = done.value
            if done.returned and done.skip_to == "END":
                break
        context["prev"] = {"result": value}
        context["result"], context["error"] = value, None
        after = await self._own(code, "response", "after")
        return value if after is None else after.value

    async def _own(self, code: Code, which: Any, kind: str) -> Evaluation | None:
        """A pipeline resolver's own template; None where it has none."""
        template = code.request_template if which == "request" else code.response_template
        if code.code is None and template is None:
            return None
        step = Step(kind, kind, _runtime(code))
        self._record.steps.append(step)
        began = time.perf_counter()
        try:
            found = await self._evaluate(code, which)
        except FieldError as error:
            step.error = _told(error)
            raise
        finally:
            step.request_ms = _since(began)
        step.response, step.returned_early = found.value, found.returned
        return found

    async def _with_source(
        self, unit: Function | Resolver, source: DataSource, step: Step
    ) -> Evaluation:
        """Request, data source, response of one function or unit resolver."""
        context, code = self._context, unit.code
        direct = code.code is None and code.request_template is None
        began = time.perf_counter()
        try:
            if direct and source.type != "AWS_LAMBDA":
                raise TemplateError("The request mapping template is missing.")
            asked = (
                Evaluation(_lambda_payload(context))
                if direct
                else await self._evaluate(code, "request")
            )
        except FieldError as error:
            step.error = _told(error)
            raise
        finally:
            step.request_ms = _since(began)
        step.request = asked.value
        if asked.returned:
            step.returned_early, step.response = True, asked.value
            return asked
        failure: FieldError | None = None
        began = time.perf_counter()
        try:
            send = call_direct if direct else call
            context["result"] = step.result = await send(
                self._state, source, asked.value, context, unit
            )
        except FieldError as error:
            failure = error
            step.error = _told(error)
            context["result"] = step.result = error.data
            context["error"] = step.error
        step.invoke_ms = _since(began)
        if failure is not None and (isinstance(failure, TemplateError) or _aborts(asked.value)):
            raise failure
        return await self._response(code, step, failure)

    async def _response(self, code: Code, step: Step, failure: FieldError | None) -> Evaluation:
        if code.code is None and code.response_template is None:
            if failure is not None:
                raise failure
            return Evaluation(self._context["result"])
        began = time.perf_counter()
        try:
            found = await self._evaluate(code, "response")
        except FieldError as error:
            step.error = _told(error)
            raise
        finally:
            step.response_ms = _since(began)
        step.response = found.value
        return found

    async def _evaluate(self, code: Code, which: Any) -> Evaluation:
        engines, facts = self._state.engines, self._state.facts
        owner = self._state.trace.request_id
        try:
            if code.code is not None:
                self._state.evaluating += 1
                try:
                    return await engines.evaluate_handler(
                        code.code, which, self._context, self._effects, facts, owner
                    )
                finally:
                    self._state.evaluating -= 1
            text = code.request_template if which == "request" else code.response_template
            return await engines.evaluate_mapping(
                text or "", self._context, self._effects, facts, owner
            )
        except FieldError:
            raise
        except Exception as error:
            # A fault of the engine denies the field; it never lets a value through.
            raise TemplateError(f"Template could not be evaluated: {error}") from error

    def _function(self, function_id: str) -> Function:
        found = self._state.compiled.function(function_id)
        if found is None:
            raise FieldError(f"Function {function_id} does not exist.", "MappingTemplate")
        return found

    def _source(self, name: str) -> DataSource:
        found = self._state.compiled.api.data_sources.get(name)
        if found is None:
            raise FieldError(f"Data source '{name}' does not exist.", "DataSourceNotFound")
        return found

    def _step(self, name: str, kind: str, code: Code, source: DataSource) -> Step:
        step = Step(name, kind, _runtime(code), source.name, source.type)
        self._record.steps.append(step)
        return step


def _lambda_payload(context: Context) -> dict[str, Any]:
    """What a direct Lambda resolver is invoked with: the whole context."""
    return {
        name: context[name]
        for name in ("arguments", "identity", "source", "request", "prev", "info", "stash")
    }


def _aborts(request: Any) -> bool:
    """Of the old version, a failed data source ends the field without a response template."""
    return isinstance(request, dict) and request.get("version") == "2017-02-28"


def _runtime(code: Code) -> str:
    if code.code is not None:
        return "APPSYNC_JS"
    return "VTL" if code.request_template or code.response_template else "DIRECT"


def _told(error: FieldError) -> dict[str, Any]:
    """``ctx.error``."""
    return {"message": error.message, "type": error.error_type}


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
