"""Finds what breaks the constraints of a service's model, as botocore brings it, in AWS's words."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.model import ServiceModel, Shape

_NOT_NULL = "Member must not be null"


def violations(service: str, action: str, parameters: Any) -> str:
    """All that is wrong with a call's parameters, as AWS says it; empty where nothing is."""
    wrong = list(_wrong_in(_model(service), action, parameters))
    if not wrong:
        return ""
    count = f"{len(wrong)} validation error{'s' if len(wrong) > 1 else ''} detected: "
    return count + "; ".join(wrong)


@functools.cache
def _model(service: str) -> ServiceModel:
    """Read at a service's first call: 5 to 40 ms."""
    from botocore.session import Session

    return Session().get_service_model(service)


def _wrong_in(model: ServiceModel, action: str, data: Any) -> Iterator[str]:
    if action not in model.operation_names or not isinstance(data, dict):
        return
    shape = model.operation_model(action).input_shape
    if shape is not None:
        yield from _wrong(shape, data, "")


def _wrong(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if value is None:
        return
    said = f"Value '{value}' at '{path}' failed to satisfy constraint: Member must "
    kind, limits = shape.type_name, shape.metadata
    if kind == "structure" and isinstance(value, dict):
        for name, member in shape.members.items():  # type: ignore[attr-defined]
            inner = f"{path}.{_lower(name)}" if path else _lower(name)
            if name in limits.get("required", ()) and value.get(name) is None:
                yield f"Value null at '{inner}' failed to satisfy constraint: {_NOT_NULL}"
            yield from _wrong(member, value.get(name), inner)
        return
    if kind == "list" and isinstance(value, list):
        for number, each in enumerate(value, 1):
            yield from _wrong(shape.member, each, f"{path}.{number}.member")  # type: ignore[attr-defined]
    elif kind == "map" and isinstance(value, dict):
        for key, each in value.items():
            yield from _wrong(shape.value, each, f"{path}.{key}.member")  # type: ignore[attr-defined]
    if isinstance(value, str | list | dict):
        if len(value) < limits.get("min", 0):
            yield f"{said}have length greater than or equal to {limits['min']}"
        if len(value) > limits.get("max", len(value)):
            yield f"{said}have length less than or equal to {limits['max']}"
    elif isinstance(value, int) and not isinstance(value, bool):
        if value < limits.get("min", value):
            yield f"{said}have value greater than or equal to {limits['min']}"
        if value > limits.get("max", value):
            yield f"{said}have value less than or equal to {limits['max']}"
    if isinstance(value, str):
        if limits.get("enum") and value not in limits["enum"]:
            yield f"{said}satisfy enum value set: [{', '.join(limits['enum'])}]"
        if not _matches(limits.get("pattern"), value):
            yield f"{said}satisfy regular expression pattern: {limits['pattern']}"


def _matches(pattern: str | None, value: str) -> bool:
    """Whether the whole value is of the pattern; those that only Java can read allow anything."""
    try:
        return pattern is None or re.fullmatch(pattern, value, re.ASCII) is not None
    except re.error:
        return True


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
