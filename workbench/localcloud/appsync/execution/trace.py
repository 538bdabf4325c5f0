"""Records what happened while a request was answered, for whoever asks why a field is null."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from workbench.localcloud.appsync.vtl.json_text import check_size
from workbench.localcloud.appsync.vtl.render_state import RenderError

KEPT = 200
"""Traces of one API."""

_TOO_LARGE = "(not kept: the answer is large)"

_TOO_LARGE_VALUE = "(not kept: the value is too large)"

MAX_VALUE = 64 * 1024
"""Characters of one value; a larger one is told by its size."""


@dataclass(slots=True)
class Step:
    """A template pair or handler pair that ran: a function, or a resolver's before or after.

    Times in milliseconds. ``kind`` is ``before``, ``function``, ``after`` or ``unit``; ``runtime``
    is ``VTL``, ``APPSYNC_JS`` or ``DIRECT``; ``request`` is what went to the data source.
    """

    name: str
    kind: str
    runtime: str
    data_source: str | None = None
    data_source_type: str | None = None
    request: Any = None
    result: Any = None
    response: Any = None
    error: dict[str, Any] | None = None
    returned_early: bool = False
    request_ms: float = 0.0
    invoke_ms: float = 0.0
    response_ms: float = 0.0

    def document(self) -> dict[str, Any]:
        """The step as JSON."""
        return {
            "name": self.name,
            "kind": self.kind,
            "runtime": self.runtime,
            "dataSource": self.data_source,
            "dataSourceType": self.data_source_type,
            "request": shown(self.request),
            "result": shown(self.result),
            "response": shown(self.response),
            "error": self.error,
            "returnedEarly": self.returned_early,
            "requestMs": round(self.request_ms, 3),
            "invokeMs": round(self.invoke_ms, 3),
            "responseMs": round(self.response_ms, 3),
        }


@dataclass(slots=True)
class ResolverTrace:
    """One field's resolver; ``started_ms`` from the start of the request."""

    path: list[str | int]
    parent_type: str
    field_name: str
    kind: str
    started_ms: float
    arguments: Any = None
    ms: float = 0.0
    steps: list[Step] = field(default_factory=list)
    stash: Any = None
    result: Any = None
    error: dict[str, Any] | None = None
    logs: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The resolver as JSON."""
        return {
            "path": self.path,
            "parentType": self.parent_type,
            "fieldName": self.field_name,
            "kind": self.kind,
            "startedMs": round(self.started_ms, 3),
            "ms": round(self.ms, 3),
            "arguments": shown(self.arguments),
            "steps": [step.document() for step in self.steps],
            "stash": shown(self.stash),
            "result": shown(self.result),
            "error": self.error,
            "logs": self.logs,
        }


@dataclass(slots=True)
class RequestTrace:
    """One request; ``at`` in seconds since 1970, ``status`` is HTTP's."""

    request_id: str
    api_id: str
    at: float = field(default_factory=time.time)
    started: float = field(default_factory=time.perf_counter)
    query: str = ""
    variables: Any = None
    operation_name: str | None = None
    operation: str | None = None
    mode: str | None = None
    username: str | None = None
    authorize_ms: float = 0.0
    prepare_ms: float = 0.0
    ms: float = 0.0
    status: int = 200
    errors: list[dict[str, Any]] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    resolvers: list[ResolverTrace] = field(default_factory=list)

    def elapsed_ms(self) -> float:
        """Milliseconds since the request came in."""
        return (time.perf_counter() - self.started) * 1000

    def forget_values(self) -> None:
        """Keep what ran and how long, without what went in and out."""
        for resolver in self.resolvers:
            resolver.result = resolver.stash = _TOO_LARGE
            for step in resolver.steps:
                step.request = step.result = step.response = _TOO_LARGE

    def document(self) -> dict[str, Any]:
        """The request as JSON."""
        return {
            "requestId": self.request_id,
            "apiId": self.api_id,
            "at": self.at,
            "operation": self.operation,
            "operationName": self.operation_name,
            "query": self.query,
            "variables": shown(self.variables),
            "mode": self.mode,
            "username": self.username,
            "status": self.status,
            "ms": round(self.ms, 3),
            "authorizeMs": round(self.authorize_ms, 3),
            "prepareMs": round(self.prepare_ms, 3),
            "errors": self.errors,
            "deniedFields": self.denied,
            "resolvers": [resolver.document() for resolver in self.resolvers],
        }

    def summary(self) -> dict[str, Any]:
        """The request in a list of requests."""
        found = self.document()
        for name in ("query", "variables", "resolvers", "deniedFields"):
            found.pop(name)
        found["errors"] = len(self.errors)
        return found


class Traces:
    """The last requests of every API."""

    def __init__(self) -> None:
        self._of: dict[str, OrderedDict[str, RequestTrace]] = {}

    def add(self, trace: RequestTrace) -> None:
        """Keep a trace, and forget the oldest where there are too many."""
        kept = self._of.setdefault(trace.api_id, OrderedDict())
        kept[trace.request_id] = trace
        while len(kept) > KEPT:
            kept.popitem(last=False)

    def find(self, api_id: str, request_id: str) -> RequestTrace | None:
        """One request's trace; None where it is not kept any more."""
        return self._of.get(api_id, OrderedDict()).get(request_id)

    def latest(self, api_id: str) -> list[RequestTrace]:
        """What is kept of an API, newest first."""
        return list(reversed(self._of.get(api_id, OrderedDict()).values()))


def shown(value: Any) -> Any:
    """A value as a trace shows it: as JSON, or its size where it is large."""
    if value is None or isinstance(value, bool | int | float):
        return value
    try:
        # A failed template may have left a value that holds itself a million times.
        check_size(value)
        text = json.dumps(value, ensure_ascii=False, default=str)
    except RenderError:
        return _TOO_LARGE_VALUE
    except (TypeError, ValueError, RecursionError):
        return "(not JSON)"
    if len(text) > MAX_VALUE:
        return f"({len(text):,} characters)"
    return json.loads(text)
