"""Writes what was asked and answered to the API's log group, in CloudWatch's own manner.

The group is ``/aws/appsync/apis/<api id>``. Lines are gathered and written some at a time, after
the answer: a request does not wait for its log.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from workbench.localcloud.appsync.execution.trace import RequestTrace, ResolverTrace, shown

DELAY = 0.5
"""Seconds from the first line to its writing."""

_LONGEST = 32_000
_WAITING = 2_000

Line = tuple[int, str]
"""Milliseconds since 1970, and the message."""

Write = Callable[[str, Sequence[Line]], None]
"""``write(api id, lines)``: append to the API's log."""


class RequestLog:
    """Gathers the lines of all APIs. Belongs to one event loop."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._lines: dict[str, list[Line]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, trace: RequestTrace) -> None:
        """Log a request that was answered."""
        waiting = self._lines.setdefault(trace.api_id, [])
        if len(waiting) < _WAITING:
            at = int(time.time() * 1000)
            waiting += [(at, line) for line in lines_of(trace)]
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(DELAY, self._flush)

    def _flush(self) -> None:
        self._timer = None
        lines, self._lines = self._lines, {}
        for api_id, found in lines.items():
            self._write(api_id, found)


def lines_of(trace: RequestTrace) -> list[str]:
    """A request's lines; the query's literals and variables are the user's own test data."""
    request_id = trace.request_id
    lines = [f"{request_id} Begin Request"]
    if trace.query:
        variables = _text(shown(trace.variables))
        lines.append(
            f"{request_id} GraphQL Query: {trace.query}, Operation: {trace.operation_name}, "
            f"Variables: {variables}"
        )
    for resolver in trace.resolvers:
        lines += [f"{request_id} {line}" for line in _resolver_lines(resolver)]
    for error in trace.errors:
        lines.append(f"{request_id} Error: {_text(error)}")
    lines.append(f"{request_id} Request Status: {trace.status}, Latency: {trace.ms:.1f} ms")
    lines.append(f"{request_id} End Request")
    return [line[:_LONGEST] for line in lines]


def _resolver_lines(resolver: ResolverTrace) -> list[str]:
    name = f"{resolver.parent_type}.{resolver.field_name}"
    lines = []
    for step in resolver.steps:
        where = f" on {step.data_source}" if step.data_source else ""
        took = step.request_ms + step.invoke_ms + step.response_ms
        problem = f", error: {step.error['message']}" if step.error else ""
        lines.append(f"{name}: {step.kind} {step.name}{where}, {took:.1f} ms{problem}")
    lines += [f"{name}: {line}" for line in resolver.logs]
    return lines


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
