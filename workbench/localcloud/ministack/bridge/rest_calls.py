"""Recognises a call of a REST service by botocore's model: its operation and its parameters."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from workbench.localcloud.ministack.bridge.model_constraints import service_model

Query = Mapping[str, Sequence[str] | str]


@dataclass(frozen=True, slots=True)
class RestCall:
    """What is called, and with what: the members of the operation's input by their names."""

    operation: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Route:
    operation: str
    method: str
    path: re.Pattern[str]
    query: Mapping[str, list[str]]
    members: Mapping[str, tuple[str, str]]
    """The query's names of members, and the types of those."""


def recognise(
    service: str, method: str, path: str, query: Query, document: Any = None
) -> RestCall | None:
    """The call of this address; None for an address that the service does not have."""
    best: tuple[int, _Route, re.Match[str]] | None = None
    for route in _routes(service):
        found = route.path.fullmatch(path) if route.method == method else None
        wanted = all(query.get(name) for name in route.query)
        if found and wanted and (best is None or len(route.query) > best[0]):
            best = (len(route.query), route, found)
    if best is None:
        return None
    _, route, found = best
    parameters = dict(document) if isinstance(document, dict) else {}
    for name, (member, kind) in route.members.items():
        given = query.get(name)
        if given:
            values = [given] if isinstance(given, str) else list(given)
            parameters[member] = _typed(values, kind)
    parameters.update({name: unquote(value) for name, value in found.groupdict().items()})
    return RestCall(route.operation, parameters)


def _typed(values: list[str], kind: str) -> Any:
    if kind == "list":
        return values
    first = values[0]
    if kind in ("integer", "long") and re.fullmatch(r"-?\d+", first):
        return int(first)
    return first


@functools.cache
def _routes(service: str) -> tuple[_Route, ...]:
    return tuple(_every_route(service))


def _every_route(service: str) -> Iterator[_Route]:
    model = service_model(service)
    for operation in model.operation_names:
        shape = model.operation_model(operation)
        address, _, query = str(shape.http["requestUri"]).partition("?")
        # A REST service's address has its version in front; SDKs of any age are answered.
        pattern = re.sub(r"\\\{(\w+)(\\\+)?\\\}", _member, re.escape(address.rstrip("/")))
        pattern = re.sub(r"^/[\d\\-]+/", r"/[^/]+/", pattern)
        members = shape.input_shape.members if shape.input_shape else {}
        yield _Route(
            operation,
            str(shape.http["method"]),
            re.compile(pattern + "/?"),
            parse_qs(query),
            {
                str(member.serialization.get("name", name)): (name, member.type_name)
                for name, member in members.items()
                if member.serialization.get("location") == "querystring"
            },
        )


def _member(found: re.Match[str]) -> str:
    return f"(?P<{found[1]}>{'.+' if found[2] or found[1] == 'Resource' else '[^/]+'})"
