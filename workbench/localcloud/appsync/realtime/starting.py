"""Runs a subscription field's own resolvers when it starts: they refuse it, or set its filters."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Mapping

from workbench.localcloud.appsync.evaluation import Effects
from workbench.localcloud.appsync.execution.compiled import Compiled
from workbench.localcloud.appsync.execution.errors import RequestError
from workbench.localcloud.appsync.execution.operation import begin, run
from workbench.localcloud.appsync.execution.request import GraphQLRequest
from workbench.localcloud.appsync.execution.runtime import Runtime
from workbench.localcloud.appsync.execution.trace import Trace
from workbench.localcloud.appsync.identity import Caller
from workbench.localcloud.appsync.realtime.backend import Authorize, Backend, ReadyApi, Started
from workbench.localcloud.appsync.realtime.subscription import Request
from workbench.localcloud.appsync.schema.build import SchemaError


def realtime_backend(
    snapshot: Callable[[str], Compiled | None],
    runtime: Runtime,
    authorize: Authorize,
    record: Callable[[Trace], None],
) -> Backend:
    """The real-time protocol's view of the data plane.

    ``snapshot`` gives the API as it is now and raises SchemaError; ``record`` gets the trace of
    each start.
    """

    def ready(api_id: str) -> ReadyApi | None:
        try:
            compiled = snapshot(api_id)
        except SchemaError:
            return None
        if compiled is None:
            return None
        return ReadyApi(compiled.api, compiled.schema, compiled.rules)

    async def start(
        api_id: str, request: Request, caller: Caller, headers: Mapping[str, str]
    ) -> Started:
        compiled = snapshot(api_id)
        if compiled is None:
            missing = {"errorType": "NotFoundException", "message": "The API does not exist."}
            return Started(Effects(), (missing,))
        trace = Trace(str(uuid.uuid4()), api_id)
        trace.mode = caller.mode.value
        asked = GraphQLRequest(
            request.query, request.variables, request.operation_name, headers, trace.request_id
        )
        began = time.perf_counter()
        try:
            state = begin(compiled, asked, caller, runtime, trace)
            response = await run(state, None)
            started = Started(_joined(state.effects), tuple(response.errors))
        except RequestError as refused:
            started = Started(Effects(), tuple(refused.errors))
        trace.ms = (time.perf_counter() - began) * 1000
        trace.status, trace.errors = 200, list(started.errors)
        record(trace)
        return started

    return Backend(ready, authorize, start)


def _joined(effects: Iterable[Effects]) -> Effects:
    """The filters that the field's resolvers set; of several, the last."""
    joined = Effects()
    for one in effects:
        if one.subscription_filter is not None:
            joined.subscription_filter = one.subscription_filter
        if one.invalidation_filter is not None:
            joined.invalidation_filter = one.invalidation_filter
    return joined
