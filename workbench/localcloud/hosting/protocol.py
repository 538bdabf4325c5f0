"""Amplify Hosting's wire protocol, read from botocore's own model of the service.

A request becomes an operation's name with its members; an answer is checked by the same model, so
that boto3 can never be given what it does not know.
Source: docs.aws.amazon.com/amplify/latest/APIReference
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

if TYPE_CHECKING:  # imported with the first request, in its thread: 50 ms that no start waits for
    from botocore.model import OperationModel, ServiceModel


class RefusalError(Exception):
    """An error of the service's, by AWS's own code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        """The HTTP status that AWS answers with."""
        return int(
            _model().shape_for(self.code).metadata.get("error", {}).get("httpStatusCode", 400)
        )


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the operation and its members, by the API's own names."""

    operation: str
    members: Mapping[str, Any]


@cache
def _model() -> ServiceModel:
    from botocore.session import get_session

    return get_session().get_service_model("amplify")


@cache
def _routes() -> tuple[tuple[str, re.Pattern[str], OperationModel], ...]:
    """Method, path and operation; literal paths first (``/apps/x/branches``, ``/apps/{id}``)."""
    found = []
    for name in _model().operation_names:
        operation = _model().operation_model(name)
        uri = operation.http["requestUri"]
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", uri)
        found.append((operation.http["method"], re.compile(pattern + "/?"), operation))
    return tuple(sorted(found, key=lambda each: each[1].pattern.count("(")))


def read_call(method: str, raw_path: str, query: str, body: bytes) -> Call:
    """The call of a request; raises RefusalError for what AWS would refuse."""
    for wanted, pattern, operation in _routes():
        match = pattern.fullmatch(raw_path)
        if match and wanted == method:
            return Call(operation.name, _members(operation, match.groupdict(), query, body))
    raise RefusalError("NotFoundException", f"There is no operation {method} {unquote(raw_path)}.")


def write_answer(operation: str, result: Mapping[str, Any]) -> bytes:
    """The answer's JSON; raises ValueError where the result lacks what the API promises."""
    shape = _model().operation_model(operation).output_shape
    return json.dumps(_plain(shape, result, operation) if shape else {}).encode()


def write_refusal(refusal: RefusalError) -> bytes:
    """An error's JSON."""
    return json.dumps({"message": refusal.message}).encode()


def _members(
    operation: OperationModel, path: Mapping[str, str], query: str, body: bytes
) -> Mapping[str, Any]:
    from botocore.validate import ParamValidator

    shape: Any = operation.input_shape
    members: dict[str, Any] = {}
    queried = parse_qs(query, keep_blank_values=True)
    try:
        given = json.loads(body) if body.strip() else {}
    except ValueError:
        raise RefusalError("BadRequestException", "The request body is not JSON.") from None
    for name, member in shape.members.items():
        key = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case "uri":
                members[name] = unquote(path[key])
            case "querystring" if key in queried:
                values = queried[key]
                members[name] = _typed(member, values)
            case None if name in given and given[name] is not None:
                members[name] = given[name]
    report = ParamValidator().validate(_with_times(shape, members), shape)
    if report.has_errors():
        raise RefusalError("BadRequestException", report.generate_report())
    _check(shape, members, "")
    return members


def _with_times(shape: Any, members: Mapping[str, Any]) -> Mapping[str, Any]:
    """Timestamps come as numbers, which the validator takes for something else."""
    return {
        name: datetime.fromtimestamp(value)
        if shape.members[name].type_name == "timestamp" and isinstance(value, int | float)
        else value
        for name, value in members.items()
    }


def _typed(member: Any, values: list[str]) -> Any:
    match member.type_name:
        case "integer" | "long":
            try:
                return int(values[0])
            except ValueError:
                raise RefusalError("BadRequestException", f"{values[0]} is not a number.") from None
        case "boolean":
            return values[0] == "true"
        case "list":
            return values
        case _:
            return values[0]


def _check(shape: Any, value: Any, where: str) -> None:
    """Patterns and enumerations, which botocore's own validator leaves to the service."""
    match shape.type_name:
        case "structure":
            for name, each in value.items():
                if name in shape.members:
                    _check(shape.members[name], each, f"{where}.{name}".lstrip("."))
        case "list":
            for each in value:
                _check(shape.member, each, where)
        case "map":
            for key, each in value.items():
                _check(shape.key, key, where)
                _check(shape.value, each, where)
        case "string":
            pattern = shape.metadata.get("pattern")
            if pattern and not re.fullmatch(_in_python(pattern), value, re.DOTALL):
                raise RefusalError(
                    "BadRequestException", _wrong(value, where, f"pattern: {pattern}")
                )
            if shape.metadata.get("enum") and value not in shape.metadata["enum"]:
                allowed = ", ".join(shape.metadata["enum"])
                raise RefusalError(
                    "BadRequestException", _wrong(value, where, f"enum value set: [{allowed}]")
                )
            longest = shape.metadata.get("max")
            if longest is not None and len(value) > longest:
                limit = f"length less than or equal to {longest}"
                raise RefusalError("BadRequestException", _wrong(value, where, limit))


def _in_python(pattern: str) -> str:
    """Unicode classes, which Python's expressions do not have, by the nearest that they have."""
    for theirs, ours in ((r"\p{L}", r"\w"), (r"\p{Z}", r"\s"), (r"\p{N}", r"\d")):
        pattern = pattern.replace(theirs, ours)
    return pattern


def _wrong(value: str, where: str, constraint: str) -> str:
    return (
        f"1 validation error detected: Value '{value}' at '{where}' failed to satisfy constraint: "
        f"Member must satisfy {constraint}"
    )


def _plain(shape: Any, value: Any, where: str) -> Any:
    """``value`` as JSON by its shape: unknown members are left out, missing required ones raise."""
    match shape.type_name:
        case "structure":
            missing = [name for name in shape.required_members if value.get(name) is None]
            if missing:
                raise ValueError(f"{where} lacks {', '.join(missing)}")
            return {
                name: _plain(member, value[name], f"{where}.{name}")
                for name, member in shape.members.items()
                if value.get(name) is not None
            }
        case "list":
            return [_plain(shape.member, each, where) for each in value]
        case "map":
            return {key: _plain(shape.value, each, where) for key, each in value.items()}
        case "timestamp":
            return float(value)
        case _:
            return value
