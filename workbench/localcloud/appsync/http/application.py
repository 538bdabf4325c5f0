"""The ASGI application behind an API's GraphQL address.

``POST`` (and, for what is in the query string, ``GET``) executes an operation; ``OPTIONS`` answers
a browser's preflight. WebSockets are handed to the real-time protocol.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

from workbench import debug_clock
from workbench.localcloud.appsync.authorization.http_request import HttpRequestFacts
from workbench.localcloud.appsync.execution.compiled_api import CompiledApi
from workbench.localcloud.appsync.execution.engines import Engines
from workbench.localcloud.appsync.execution.granted_fields import Grants, check_operation
from workbench.localcloud.appsync.execution.graphql_request import (
    MAX_BODY,
    GraphQLRequest,
    MalformedRequestError,
    parse_body,
)
from workbench.localcloud.appsync.execution.operation import Execution, execute_operation
from workbench.localcloud.appsync.execution.trace import RequestTrace, Traces
from workbench.localcloud.appsync.http.body import DisconnectedError, TooLargeError, read_body
from workbench.localcloud.appsync.http.paths import api_id_of
from workbench.localcloud.appsync.http.responses import (
    added_headers,
    encode,
    send_answer,
    send_refusal,
)
from workbench.localcloud.appsync.http.snapshots import Snapshots
from workbench.localcloud.appsync.identity import Caller, RefusedError
from workbench.localcloud.appsync.records import Api
from workbench.localcloud.appsync.schema.build import SchemaError
from workbench.localcloud.asgi.types import App, Receive, Scope, Send

logger = logging.getLogger("local cloud")

_LARGE = 256 * 1024
"""Bytes of an answer whose trace keeps no values: 200 of them are kept for each API."""

Authorize = Callable[[Api, Mapping[str, str], HttpRequestFacts], Awaitable[Caller]]
"""Finds out who calls; raises RefusedError."""

Publish = Callable[[str, str, Any, Caller], Awaitable[object]]
"""``await publish(api id, mutation field, result, caller)``."""

Invalidate = Callable[[str, Mapping[str, Any]], object]
"""``invalidate(api id, what a template gave to invalidateSubscriptions)``."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The parts of the application; ``on_done`` is called with every executed request's trace."""

    snapshots: Snapshots
    engines: Engines
    traces: Traces
    authorize: Authorize
    grants: Grants
    publish: Publish
    invalidate: Invalidate
    on_done: Callable[[RequestTrace], None]


def application(endpoint: Endpoint) -> App:
    """The application; it serves every API by the id in its path."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        api_id = api_id_of(scope["path"])
        request_id = str(uuid.uuid4())
        try:
            await _serve(endpoint, scope, receive, send, api_id, request_id)
        except DisconnectedError:
            return

    return app


async def _serve(  # noqa: PLR0917 - ASGI's three, and whom they concern
    endpoint: Endpoint, scope: Scope, receive: Receive, send: Send, api_id: str, request_id: str
) -> None:
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
    method = scope["method"]
    try:
        body = await read_body(receive)
    except TooLargeError:
        message = f"HTTP content length exceeded {MAX_BODY} bytes."
        await send_refusal(send, 413, request_id, "RequestEntityTooLargeException", message)
        return
    if method not in ("POST", "GET"):
        message = f"The HTTP method {method} is not supported."
        await send_refusal(send, 405, request_id, "MethodNotAllowedException", message)
        return
    try:
        compiled = endpoint.snapshots.get(api_id)
    except SchemaError as error:
        message = f"The API has no schema that can be executed: {error}"
        await send_refusal(send, 400, request_id, "GraphQLSchemaException", message)
        return
    if compiled is None:
        message = f"GraphQL API {api_id} not found."
        await send_refusal(send, 404, request_id, "NotFoundException", message)
        return
    trace = RequestTrace(request_id, api_id)
    try:
        found: GraphQLRequest | MalformedRequestError = _request(scope, method, body)
    except MalformedRequestError as error:
        found = error
    try:
        caller = await _caller(endpoint, compiled, scope, headers, body, found, trace)
        if isinstance(found, GraphQLRequest):
            await check_operation(
                compiled, found.query, found.operation_name, caller, endpoint.grants
            )
    except RefusedError as error:
        said = {"errorType": error.error_type, "message": error.message}
        trace.denied += error.fields
        _finish(endpoint, trace, error.status, [said])
        await send_refusal(send, error.status, request_id, error.error_type, error.message)
        return
    if isinstance(found, MalformedRequestError):
        error_type = "MalformedHttpRequestException"
        _finish(endpoint, trace, 400, [{"errorType": error_type, "message": str(found)}])
        await send_refusal(send, 400, request_id, error_type, str(found))
        return
    request = replace(found, headers=headers, request_id=request_id)
    execution = await _execute(endpoint, compiled, request, caller, trace)
    response = execution.response
    answer = encode(response.document())
    if len(answer) > _LARGE:
        trace.forget_values()
    _finish(endpoint, trace, 200, list(response.errors))
    await send_answer(send, 200, request_id, answer, added_headers(response.headers))
    for field, value in execution.changes:
        await endpoint.publish(api_id, field, value, caller)
    for invalidation in execution.invalidations:
        endpoint.invalidate(api_id, invalidation)


async def _execute(
    endpoint: Endpoint,
    compiled: CompiledApi,
    request: GraphQLRequest,
    caller: Caller,
    trace: RequestTrace,
) -> Execution:
    try:
        async with debug_clock.limited(30):
            return await execute_operation(compiled, request, caller, endpoint.engines, trace)
    except TimeoutError:
        error = {
            "path": None,
            "locations": None,
            "errorType": "ExecutionTimeout",
            "message": "Execution timed out.",
        }
        return Execution.failed(error)


async def _caller(  # noqa: PLR0917 - what the credentials may cover
    endpoint: Endpoint,
    compiled: CompiledApi,
    scope: Scope,
    headers: Mapping[str, str],
    body: bytes,
    found: GraphQLRequest | MalformedRequestError,
    trace: RequestTrace,
) -> Caller:
    request = found if isinstance(found, GraphQLRequest) else GraphQLRequest("")
    began = time.perf_counter()
    raw = scope.get("raw_path")
    facts = HttpRequestFacts(
        method=scope["method"],
        path=raw.decode("latin-1") if raw else scope["path"],
        body=body,
        source_ip=(scope.get("client") or ("127.0.0.1",))[0],
        query=request.query,
        operation_name=request.operation_name,
        variables=request.variables,
        request_id=trace.request_id,
        query_string=scope.get("query_string", b"").decode("latin-1"),
    )
    try:
        caller = await endpoint.authorize(compiled.api, headers, facts)
    finally:
        trace.authorize_ms = (time.perf_counter() - began) * 1000
    trace.mode = caller.mode.value
    identity = caller.identity or {}
    name = identity.get("username") or identity.get("sub") or identity.get("userArn")
    trace.username = str(name) if name else None
    return caller


def _request(scope: Scope, method: str, body: bytes) -> GraphQLRequest:
    if method == "POST":
        return parse_body(body)
    given = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return parse_body(json.dumps({name: values[0] for name, values in given.items()}).encode())


def _finish(
    endpoint: Endpoint, trace: RequestTrace, status: int, errors: list[dict[str, Any]]
) -> None:
    trace.ms, trace.status, trace.errors = trace.elapsed_ms(), status, errors
    endpoint.traces.add(trace)
    endpoint.on_done(trace)
