"""Finds what breaks the constraints of a service's model, as botocore brings it, in AWS's words."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.model import ServiceModel, Shape

_NOT_NULL = "Member must not be null"


_VISIBLE = (
    "!-~\xa1-\xac\xae-\u167f\u1681-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff"
    "\u3001-\ud7ff\uf900-\ufefe\uff01-\U0010fffd"
)
_SPACES = " \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CLASSES = {r"\p{L}\p{M}\p{S}\p{N}\p{P}": _VISIBLE, r"\p{Z}": _SPACES}
"""Java's classes of characters, which Python's expressions lack."""


def violations(
    service: str,
    action: str,
    parameters: Any,
    *,
    without: Collection[str] = (),
    whole: bool = False,
    most: Mapping[str, int] | None = None,
) -> str:
    """All that is wrong with a call's parameters, as AWS says it; empty where nothing is.

    ``without`` names shapes that are not looked at, ``most`` has maximums of shapes that the
    service keeps to where its model allows more. Services of an older make name a ``whole`` list
    or map for what is wrong in it.
    """
    rules = _Rules(without, whole, most or {})
    wrong = list(_wrong_in(service_model(service), action, parameters, rules))
    if not wrong:
        return ""
    count = f"{len(wrong)} validation error{'s' if len(wrong) > 1 else ''} detected: "
    return count + "; ".join(wrong)


@functools.cache
def service_model(service: str) -> ServiceModel:
    """A service's model, read at its first call: 5 to 40 ms."""
    from botocore.session import Session

    return Session().get_service_model(service)


@dataclass(frozen=True, slots=True)
class _Rules:
    without: Collection[str]
    whole: bool
    most: Mapping[str, int]


def _wrong_in(model: ServiceModel, action: str, data: Any, rules: _Rules) -> Iterator[str]:
    if action not in model.operation_names or not isinstance(data, dict):
        return
    shape = model.operation_model(action).input_shape
    if shape is not None:
        yield from _wrong(shape, data, "", rules)


def _wrong(shape: Shape, value: Any, path: str, rules: _Rules) -> Iterator[str]:
    if value is None:
        return
    kind, limits = shape.type_name, shape.metadata
    if shape.name in rules.most:
        limits = {**limits, "max": rules.most[shape.name]}
    # AWS does not repeat what may be secret.
    shown = _shown(value)
    told = "" if limits.get("sensitive") else f" '{shown}'"
    said = f"Value{told} at '{path}' failed to satisfy constraint: Member must "
    if kind == "structure" and isinstance(value, dict):
        for name, member in shape.members.items():  # type: ignore[attr-defined]
            inner = f"{path}.{_lower(name)}" if path else _lower(name)
            if member.name in rules.without:
                continue
            if name in limits.get("required", ()) and value.get(name) is None:
                null = "" if member.metadata.get("sensitive") else " null"
                yield f"Value{null} at '{inner}' failed to satisfy constraint: {_NOT_NULL}"
            yield from _wrong(member, value.get(name), inner, rules)
        return
    if rules.whole and kind in ("list", "map") and not _has_structures(shape):
        yield from _wrong_within(shape, value, f"Value{told} at '{path}' failed to satisfy")
    elif kind == "list" and isinstance(value, list):
        for number, each in enumerate(value, 1):
            inner = f"{path}.{number}.member"
            yield from _wrong(shape.member, each, inner, rules)  # type: ignore[attr-defined]
    elif kind == "map" and isinstance(value, dict):
        for key, each in value.items():
            yield from _wrong(shape.value, each, f"{path}.{key}.member", rules)  # type: ignore[attr-defined]
    if isinstance(value, str | list | dict):
        if len(value) < limits.get("min", 0):
            yield f"{said}have length greater than or equal to {limits['min']}"
        if len(value) > limits.get("max", len(value)):
            yield f"{said}have length less than or equal to {limits['max']}"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if value < limits.get("min", value):
            yield f"{said}have value greater than or equal to {limits['min']}"
        if value > limits.get("max", value):
            yield f"{said}have value less than or equal to {limits['max']}"
    if isinstance(value, str):
        if limits.get("enum") and value not in limits["enum"]:
            yield f"{said}satisfy enum value set: [{', '.join(limits['enum'])}]"
        if not _matches(limits.get("pattern"), value):
            yield f"{said}satisfy regular expression pattern: {limits['pattern']}"


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={each}" for key, each in value.items()) + "}"
    return value


def _has_structures(shape: Shape) -> bool:
    inner = shape.member if shape.type_name == "list" else shape.value  # type: ignore[attr-defined]
    return inner.type_name in ("structure", "list", "map")


def _wrong_within(shape: Shape, value: Any, said: str) -> Iterator[str]:
    """What is wrong with members, told of the list or map as a whole."""
    if shape.type_name == "list":
        parts = ((shape.member, value, "Member"),)  # type: ignore[attr-defined]
    else:
        keys, values = (value, value.values()) if isinstance(value, dict) else ((), ())
        parts = ((shape.key, keys, "Map keys"), (shape.value, values, "Map value"))  # type: ignore[attr-defined,assignment]
    for member, given, named in parts:
        if any(True for each in given for _ in _wrong(member, each, "", _Rules((), True, {}))):
            wanted = _constraints(member) + ([] if named == "Map keys" else [_NOT_NULL])
            yield f"{said} constraint: {named} must satisfy constraint: [{', '.join(wanted)}]"


def _constraints(shape: Shape) -> list[str]:
    """All that a member must satisfy, as a service of an older make lists it."""
    limits = shape.metadata
    measured = "length" if shape.type_name == "string" else "value"
    found = []
    if limits.get("enum"):
        found.append(f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]")
    if "max" in limits:
        found.append(f"Member must have {measured} less than or equal to {limits['max']}")
    if "min" in limits:
        found.append(f"Member must have {measured} greater than or equal to {limits['min']}")
    if "pattern" in limits:
        found.append(f"Member must satisfy regular expression pattern: {limits['pattern']}")
    return found


def _matches(pattern: str | None, value: str) -> bool:
    """Whether the whole value is of the pattern; those that only Java can read allow anything."""
    try:
        return pattern is None or _expression(pattern).fullmatch(value) is not None
    except re.error:
        return True


@functools.cache
def _expression(pattern: str) -> re.Pattern[str]:
    for java, ours in _CLASSES.items():
        pattern = pattern.replace(java, ours)
    return re.compile(pattern, re.ASCII)


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
