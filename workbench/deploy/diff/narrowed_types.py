"""Which stored values a changed GraphQL schema no longer takes, field by field of a model.

A field is looked at if its new type takes less than its old one: required, of another type, an enum
without a value. What AppSync makes of a stored value decides: it gives a number as a text, say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from graphql.language import ast

from workbench.deploy.diff.schema_diff import parsed_schema

_TEXTS = frozenset({"String", "ID"})
_WHOLE = frozenset({"Int", "AWSTimestamp"})
_NUMBERS = _WHOLE | {"Float"}
_SHAPES = {
    "AWSDate": r"-?\d{4,}-\d\d-\d\d(Z|[+-]\d\d:\d\d(:\d\d)?)?",
    "AWSTime": r"\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d(:\d\d)?)?",
    "AWSDateTime": r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d(:\d\d)?)",
    "AWSEmail": r"[^@\s]+@[^@\s]+",
    "AWSURL": r"[A-Za-z][\w+.-]*:.+",
    "AWSPhone": r"\+?[\d\s().-]+",
    "AWSIPAddress": r"[\da-fA-F.:/]+",
}
_SHAPE = {name: re.compile(pattern) for name, pattern in _SHAPES.items()}
Value = Mapping[str, Any]
"""A value as DynamoDB writes it: ``{"S": "text"}``."""


@dataclass(frozen=True, slots=True)
class Types:
    """What a schema says of the values that tables hold: its enums, and its objects' fields."""

    enums: Mapping[str, Set[str]]
    objects: Mapping[str, Mapping[str, ast.TypeNode]]


def read_types(sdl: str) -> Types:
    """The types of an SDL text; a field with arguments is computed, and stored nowhere."""
    enums: dict[str, Set[str]] = {}
    objects: dict[str, Mapping[str, ast.TypeNode]] = {}
    for node in parsed_schema(sdl).definitions:
        if isinstance(node, ast.EnumTypeDefinitionNode):
            enums[node.name.value] = {value.name.value for value in node.values}
        elif isinstance(node, ast.ObjectTypeDefinitionNode):
            objects[node.name.value] = {
                field.name.value: field.type for field in node.fields if not field.arguments
            }
    return Types(enums, objects)


def narrowed_fields(
    model: str, before: Types, after: Types, models: Set[str]
) -> dict[str, ast.TypeNode]:
    """The fields of a model whose new type takes less than the old one; relations are left out."""
    old = before.objects.get(model, {})
    return {
        name: kind
        for name, kind in after.objects.get(model, {}).items()
        if _named(kind) not in models and _narrowed(old.get(name), kind, before, after, frozenset())
    }


def misfit(value: Value | None, kind: ast.TypeNode, types: Types) -> str:
    """Why a stored value is none of this type, as the end of a sentence; "" if it is one."""
    required = isinstance(kind, ast.NonNullTypeNode)
    inner = kind.type if isinstance(kind, ast.NonNullTypeNode) else kind
    if value is None or "NULL" in value:
        return "is missing" if required else ""
    ((stored, content),) = value.items()
    if isinstance(inner, ast.ListTypeNode):
        if stored in ("SS", "NS"):
            content = [{stored[0]: each} for each in content]
        elif stored != "L":
            return "is not a list"
        return next(filter(None, (misfit(each, inner.type, types) for each in content)), "")
    assert isinstance(inner, ast.NamedTypeNode)
    name = inner.name.value
    if name in types.objects:
        if stored != "M":
            return f"is not a valid {name}"
        return next(_misfits_inside(content, types.objects[name], types), "")
    if name in types.enums:
        known = stored == "S" and content in types.enums[name]
        return "" if known else f"has a value that {name} does not have"
    if _takes(name, stored, content):
        return ""
    return f"is not a valid {name}"


def _misfits_inside(
    content: Mapping[str, Value], fields: Mapping[str, ast.TypeNode], types: Types
) -> Iterator[str]:
    for name, kind in fields.items():
        found = misfit(content.get(name), kind, types)
        if found:
            yield f"has a {name} that {found}" if found != "is missing" else f"has no {name}"


def _takes(name: str, stored: str, content: Any) -> bool:
    if name in _TEXTS:
        return stored in ("S", "N", "BOOL")
    if name in _NUMBERS:
        return stored in ("S", "N") and _is_number(content, whole=name in _WHOLE)
    if name == "Boolean":
        return stored in ("BOOL", "N") or (stored == "S" and content in ("true", "false"))
    if name in _SHAPE:
        return stored == "S" and _SHAPE[name].fullmatch(content) is not None
    return True


def _is_number(text: str, *, whole: bool) -> bool:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    return number.is_finite() and (not whole or number == number.to_integral_value())


def _narrowed(
    old: ast.TypeNode | None,
    new: ast.TypeNode,
    before: Types,
    after: Types,
    seen: frozenset[str],
) -> bool:
    if isinstance(new, ast.NonNullTypeNode):
        if not isinstance(old, ast.NonNullTypeNode):
            return True
        return _narrowed(old.type, new.type, before, after, seen)
    if old is None:
        return False
    if isinstance(old, ast.NonNullTypeNode):
        return _narrowed(old.type, new, before, after, seen)
    if isinstance(old, ast.ListTypeNode) and isinstance(new, ast.ListTypeNode):
        return _narrowed(old.type, new.type, before, after, seen)
    if not (isinstance(old, ast.NamedTypeNode) and isinstance(new, ast.NamedTypeNode)):
        return True
    was, now = old.name.value, new.name.value
    if now in after.enums:
        return not before.enums.get(was, {None}) <= after.enums[now]
    if now in after.objects:
        if was not in before.objects:
            return True
        former = before.objects[was]
        return now not in seen and any(
            _narrowed(former.get(name), kind, before, after, seen | {now})
            for name, kind in after.objects[now].items()
        )
    return was != now and not (now in _TEXTS and was in _TEXTS)


def _named(kind: ast.TypeNode) -> str:
    while not isinstance(kind, ast.NamedTypeNode):
        assert isinstance(kind, ast.NonNullTypeNode | ast.ListTypeNode)
        kind = kind.type
    return kind.name.value
