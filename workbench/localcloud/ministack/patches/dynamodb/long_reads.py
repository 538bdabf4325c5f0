"""Reads of large tables: ministack blocks its event loop with them; here they run in a thread.

A filter of 250 operands over 16,000 rows takes 5 s, and AWS serves others meanwhile. Small reads
stay on the loop.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from workbench.localcloud.interpreter_switching import sharing
from workbench.localcloud.ministack.patches.dynamodb.ordered_pages import is_large, is_ready

Reply = tuple[int, dict[str, str], Any]

_READS = (".Scan", ".Query")
_LONG = 25_000.0
"""Microseconds that others may wait for a read."""

_SORT, _WRITE, _FILTER = 0.7, 4.0, 2.0
"""Microseconds for a row: measured, of 20,000."""

_PAGE, _SIZE = 5000, 3.0
"""Rows of a page that no limit ends, and microseconds to take the size of one."""

_ATTEMPTS = 5
_OPERAND = 12
"""Characters of a filter for each of its operands, as a rule."""

_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="dynamodb")


def install() -> None:
    """Do long reads in a thread."""
    from ministack.services import dynamodb

    handle = dynamodb.handle_request

    async def handle_request(
        method: str, path: str, headers: Any, body: Any, *rest: Any, **more: Any
    ) -> Reply:
        if not str(headers.get("x-amz-target", "")).endswith(_READS) or not _is_long(body):
            reply: Reply = await handle(method, path, headers, body, *rest, **more)
            return reply
        return await _aside(lambda: handle(method, path, headers, body, *rest, **more))

    def _is_long(body: Any) -> bool:
        try:
            asked = json.loads(body)
            table = dynamodb._tables.get(asked.get("TableName")) or {}
            if is_large(table):
                index = asked.get("IndexName")
                return not is_ready(table, index) or page_microseconds(asked) > _LONG
            return microseconds(table.get("items", {}), asked) > _LONG
        except (ValueError, AttributeError, TypeError, RecursionError):
            # Refused by the emulator in its own words.
            return False

    dynamodb.handle_request = handle_request


def microseconds(partitions: Mapping[str, Mapping[str, Any]], asked: Mapping[str, Any]) -> float:
    """What a read may take: sorting all rows it looks at, then filtering and writing each."""
    largest = max((len(rows) for rows in islice(partitions.values(), 20)), default=0)
    # A query by the table's own key looks at one partition.
    one = bool(asked.get("KeyConditionExpression") or asked.get("KeyConditions"))
    rows = largest if one and not asked.get("IndexName") else len(partitions) * largest
    read = min(rows, int(asked.get("Limit") or rows))
    return rows * _SORT + read * (_WRITE + _operands(asked) * _FILTER)


def page_microseconds(asked: Mapping[str, Any]) -> float:
    """What a page of a large table may take, whose keys are in order."""
    read = min(_PAGE, int(asked.get("Limit") or _PAGE))
    return read * (_SIZE + _WRITE + _operands(asked) * _FILTER)


def _operands(asked: Mapping[str, Any]) -> int:
    text = asked.get("FilterExpression")
    return 1 + len(text) // _OPERAND if isinstance(text, str) and text else 0


async def _aside(call: Callable[[], Awaitable[Reply]]) -> Reply:
    context = contextvars.copy_context()
    loop = asyncio.get_running_loop()
    for _ in range(_ATTEMPTS):
        try:
            with sharing():
                return await loop.run_in_executor(_threads, lambda: context.run(_completed, call))
        except RuntimeError as problem:
            # Rows were written meanwhile: start over.
            if "changed size" not in str(problem):
                raise
    return await call()


def _completed(call: Callable[[], Awaitable[Reply]]) -> Reply:
    """The reply of a coroutine that waits for nothing."""
    running = call().__await__()
    try:
        next(running)
    except StopIteration as done:
        reply: Reply = done.value
        return reply
    raise RuntimeError("a read of DynamoDB waits for something")
