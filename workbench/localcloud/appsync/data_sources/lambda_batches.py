"""Joins the Lambda invocations of one GraphQL request's fields into batches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from workbench.localcloud.appsync.data_sources import aws_lambda
from workbench.localcloud.appsync.data_sources.services import Services
from workbench.localcloud.appsync.evaluation import Context
from workbench.localcloud.appsync.records import DataSource

DEFAULT_SIZE = 5
"""Payloads of one ``BatchInvoke`` where the resolver sets no ``maxBatchSize``."""

_PAUSE = 0.0005
_LONGEST_WAIT = 0.05
"""Seconds that a batch waits for fields whose request is still evaluated."""

_ROUNDS = 3
"""How often the event loop goes round without a new payload before a batch is sent: the fields of
one list reach their data source within so many rounds, with functions before them or not."""


@dataclass(slots=True)
class _Batch:
    payloads: list[Any] = field(default_factory=list)
    results: list[asyncio.Future[Any]] = field(default_factory=list)
    quiet: int = 0


class LambdaBatches:
    """One for each GraphQL request; belongs to the event loop it is used on."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._open: dict[Hashable, _Batch] = {}
        self._running: set[asyncio.Task[None]] = set()
        self.under_way: Callable[[], bool] = lambda: False
        """Whether fields of the request may still come to their data source."""

    async def invoke(
        self, source: DataSource, request: Any, context: Context, max_batch_size: int = 0
    ) -> Any:
        """The result of one field: its own invocation, or its element of a batch's results."""
        operation, payload, event = aws_lambda.read_invocation(request)
        arn = aws_lambda.function_of(source)
        if operation == "Invoke":
            return await aws_lambda.invoke_plain(self._services, arn, payload, event)
        size = max_batch_size or DEFAULT_SIZE
        return await self.join(arn, payload, context, size, event)

    async def invoke_direct(
        self, source: DataSource, payload: Any, context: Context, max_batch_size: int
    ) -> Any:
        """The result of a direct Lambda resolver, whose payload is the whole context.

        With a ``max_batch_size`` the function gets a list, and answers each element with ``data``
        or ``errorMessage`` and ``errorType``.
        """
        arn = aws_lambda.function_of(source)
        if max_batch_size <= 0:
            return await aws_lambda.invoke_plain(self._services, arn, payload)
        element = await self.join(arn, payload, context, max_batch_size, False)
        return aws_lambda.batch_result(element)

    async def join(self, arn: str, payload: Any, context: Context, size: int, event: bool) -> Any:
        """One element of the batch of this function, field and kind of invocation."""
        info = context.get("info") or {}
        key = (arn, info.get("parentTypeName"), info.get("fieldName"), event)
        batch = self._open.get(key)
        if batch is None:
            batch = self._open[key] = _Batch()
            self._keep(asyncio.create_task(self._send_when_quiet(key, batch, arn, event)))
        result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        batch.payloads.append(payload)
        batch.results.append(result)
        batch.quiet = 0
        if len(batch.payloads) >= size:
            # The batch's own task sees that it is no longer open, and sends it.
            del self._open[key]
        return await result

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _send_when_quiet(self, key: Hashable, batch: _Batch, arn: str, event: bool) -> None:
        loop = asyncio.get_running_loop()
        last = loop.time() + _LONGEST_WAIT
        while self._open.get(key) is batch and batch.quiet < _ROUNDS:
            if self.under_way() and loop.time() < last:
                await asyncio.sleep(_PAUSE)
                continue
            batch.quiet += 1
            await asyncio.sleep(0)
        if self._open.get(key) is batch:
            del self._open[key]
        try:
            found = await aws_lambda.invoke_batch(self._services, arn, batch.payloads, event)
        except BaseException as error:
            for result in batch.results:
                if not result.done():
                    result.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for result, value in zip(batch.results, found, strict=True):
            if not result.done():
                result.set_result(value)
