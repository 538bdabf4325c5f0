"""The Lambda data source: ``Invoke`` and, for a single field, ``BatchInvoke``."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from workbench import debug_clock
from workbench.localcloud.appsync.data_sources import request_objects as read
from workbench.localcloud.appsync.data_sources.services import FunctionReply, Services
from workbench.localcloud.appsync.evaluation import FieldError, TemplateError
from workbench.localcloud.appsync.records import DataSource
from workbench.localcloud.service_error import ServiceError
from workbench.wording import plural

logger = logging.getLogger("local cloud")

LONGEST = 30.0
"""Seconds after which AppSync gives up on a function."""

_unwaited: set[asyncio.Task[FunctionReply]] = set()
"""Keeps the event loop from losing the invocations that nothing waits for."""

_MEMBERS = frozenset({"version", "operation", "payload", "invocationType"})
_INVOCATION_TYPES = ("RequestResponse", "Event")


def function_of(source: DataSource) -> str:
    """The function's ARN."""
    arn = source.settings.get("lambdaFunctionArn")
    if not arn:
        raise TemplateError(f"Data source {source.name} names no Lambda function.")
    return str(arn)


def read_invocation(request: Any) -> tuple[str, Any, bool]:
    """The operation, the payload, and whether it is an ``Event`` invocation."""
    found = read.request_object(request)
    read.refuse_unknown(found, _MEMBERS)
    operation = read.text_at(found, "operation")
    if operation not in ("Invoke", "BatchInvoke"):
        raise TemplateError(f"Unsupported operation '{operation}'.")
    kind = read.optional_text(found, "invocationType") or "RequestResponse"
    if kind not in _INVOCATION_TYPES:
        raise TemplateError(f"Unsupported value '{kind}' for '$[invocationType]'.")
    return operation, found.get("payload"), kind == "Event"


async def invoke(source: DataSource, request: Any, services: Services) -> Any:
    """The function's result; null for an ``Event`` invocation, which is not waited for."""
    operation, payload, event = read_invocation(request)
    arn = function_of(source)
    if operation == "Invoke":
        return await invoke_plain(services, arn, payload, event)
    results = await invoke_batch(services, arn, [payload], event)
    return results[0]


async def invoke_plain(services: Services, arn: str, payload: Any, event: bool = False) -> Any:
    """The function's result as JSON; FieldError ``Lambda:Unhandled`` with its own message."""
    body = json.dumps(payload).encode()
    try:
        reply = await _in_time(services.invoke_function(arn, body, event))
    except ServiceError as problem:
        raise FieldError(problem.message, f"Lambda:{problem.code}") from problem
    if reply.error:
        raise _failure(reply)
    if event:
        return None
    try:
        return json.loads(reply.payload) if reply.payload else None
    except ValueError:
        raise FieldError("The function's result is not JSON.", "Lambda:Unhandled", None) from None


async def invoke_batch(
    services: Services, arn: str, payloads: list[Any], event: bool = False
) -> list[Any]:
    """One invocation for many fields: a list in, a list of the same length out."""
    results = await invoke_plain(services, arn, payloads, event)
    if event:
        return [None] * len(payloads)
    if not isinstance(results, list):
        raise FieldError(
            "The function must answer BatchInvoke with a list of results.", "Lambda:IllegalArgument"
        )
    if len(results) != len(payloads):
        raise FieldError(
            f"The function answered {plural(len(payloads), 'payload')} with "
            f"{plural(len(results), 'result')}; there must be one for each, in the same order.",
            "Lambda:IllegalArgument",
        )
    return results


def batch_result(element: Any) -> Any:
    """A direct resolver's result from its element ``{data, errorMessage, errorType}``.

    Raises FieldError for an element with an error (its ``data`` comes along).
    """
    if not isinstance(element, Mapping):
        return element
    if element.get("errorMessage") is not None or element.get("errorType") is not None:
        raise FieldError(
            str(element.get("errorMessage") or ""),
            str(element.get("errorType") or "Lambda:Unhandled"),
            element.get("data"),
        )
    return element.get("data")


async def _in_time(invocation: Coroutine[Any, Any, FunctionReply]) -> FunctionReply:
    """The reply, if it comes in time; a function that takes longer goes on, as on AWS."""
    task = asyncio.create_task(invocation)
    deadline = debug_clock.now() + LONGEST
    while not task.done() and (left := deadline - debug_clock.now()) > 0:
        await asyncio.wait({task}, timeout=left)
    if not task.done():
        _unwaited.add(task)
        task.add_done_callback(_forget)
        raise FieldError("Execution timed out.", "ExecutionTimeout")
    return task.result()


def _forget(task: asyncio.Task[FunctionReply]) -> None:
    _unwaited.discard(task)
    if not task.cancelled() and task.exception() is not None:
        logger.info("a function that AppSync no longer waited for failed: %s", task.exception())


def _failure(reply: FunctionReply) -> FieldError:
    text = reply.payload.decode(errors="replace")
    try:
        error = json.loads(text)
    except ValueError:
        error = text
    if isinstance(error, Mapping):
        message = error.get("errorMessage")
        return FieldError(str(text if message is None else message), f"Lambda:{reply.error}")
    return FieldError(str(error), f"Lambda:{reply.error}")
