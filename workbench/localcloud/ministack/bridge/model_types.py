"""Finds what is of another type in a request than a service's model says, in AWS's words."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from workbench.localcloud.ministack.bridge.model_constraints import service_model

if TYPE_CHECKING:
    from botocore.model import Shape

_NAMES = {
    "string": "a String",
    "integer": "an Integer",
    "long": "a Long",
    "boolean": "a Boolean",
    "float": "a Float",
    "double": "a Double",
}


def wrong_type(service: str, action: str, data: Any, *, without: Collection[str] = ()) -> str:
    """The first value of a wrong type, as AWS says it; empty where all are right.

    ``without`` names shapes that are not looked at.
    """
    model = service_model(service)
    if action not in model.operation_names:
        return ""
    if not isinstance(data, dict):
        return _unexpected(data)
    shape = model.operation_model(action).input_shape
    return _wrong(shape, data, without) if shape is not None else ""


def given(service: str, action: str, data: Any) -> Any:
    """What a request gives: AWS takes null for absent, and ignores what it does not know."""
    model = service_model(service)
    shape = model.operation_model(action).input_shape if action in model.operation_names else None
    if shape is None or not isinstance(data, dict):
        return data
    members = shape.members
    return {
        name: {key: each for key, each in value.items() if each is not None}
        if isinstance(value, dict) and members[name].type_name == "map"
        else value
        for name, value in data.items()
        if name in members and value is not None
    }


def _wrong(shape: Shape, value: Any, without: Collection[str]) -> str:
    if value is None or shape.name in without or getattr(shape, "is_document_type", False):
        return ""
    match shape.type_name:
        case "structure":
            if not isinstance(value, dict):
                return _unexpected(value)
            members = shape.members  # type: ignore[attr-defined]
            inner = [
                _wrong(members[name], value[name], without) for name in members if name in value
            ]
        case "map":
            if not isinstance(value, dict):
                return _unexpected(value)
            inner = [_wrong(shape.value, each, without) for each in value.values()]  # type: ignore[attr-defined]
        case "list":
            if not isinstance(value, list):
                return _unexpected(value)
            inner = [_wrong(shape.member, each, without) for each in value]  # type: ignore[attr-defined]
        case kind:
            return _wrong_scalar(kind, value)
    return next(filter(None, inner), "")


def _wrong_scalar(kind: str, value: Any) -> str:
    if kind not in _NAMES or _is_of(kind, value):
        return ""
    match value:
        case list():
            return "Start of list found where not expected"
        case dict():
            return "Start of structure or map found where not expected."
        case bool():
            found = f"{value}".upper()
        case str():
            found = "STRING"
        case _:
            found = "NUMBER"
    return f"{found}_VALUE can not be converted to {_NAMES[kind]}"


def _is_of(kind: str, value: Any) -> bool:
    if kind == "string":
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unexpected(value: Any) -> str:
    if isinstance(value, list):
        return "Start of list found where not expected"
    return "Unexpected field type"
