"""From a key condition to the span of keys that fulfil it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.dynamodb.key_conditions import joined
from workbench.localcloud.dynamodb.key_order import Attribute, Span
from workbench.localcloud.dynamodb.paths import resolved
from workbench.localcloud.dynamodb.syntax import (
    Between,
    Call,
    Comparison,
    ConditionExpression,
    Operand,
    Path,
    Value,
)

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


def span_of(
    expression: ConditionExpression,
    names: Mapping[str, str],
    values: Mapping[str, Any],
    first: Attribute,
    second: Attribute | None,
) -> Span | None:
    """The keys that fulfil it; None where it does not fit the two key attributes."""
    partition: Any = None
    bounds: dict[str, Any] = {}
    for condition in joined(expression.condition):
        if isinstance(condition, Comparison):
            turned = isinstance(condition.left, Value)
            path, value = condition.left, condition.right
            if turned:
                path, value = value, path
            operator = _TURNED.get(condition.operator, "") if turned else condition.operator
            operands: tuple[Operand, ...] = (value,)
        elif isinstance(condition, Between):
            path, operator, operands = condition.operand, "between", (condition.low, condition.high)
        elif isinstance(condition, Call) and len(condition.operands) > 1:
            path, operator, operands = condition.operands[0], "prefix", condition.operands[1:]
        else:
            return None
        name = str(resolved(path, names)[0]) if isinstance(path, Path) else ""
        attribute = next((each for each in (first, second) if each and each.name == name), None)
        found = [
            attribute.sort_value(values.get(each.name))
            for each in operands
            if attribute is not None and isinstance(each, Value)
        ]
        if len(found) != len(operands) or None in found:
            return None
        if attribute is first:
            partition = found[0] if operator == "=" else None
        else:
            bounds = _bounds(operator, found)
            if not bounds:
                return None
    return None if partition is None else Span.of_partition(partition, **bounds)


def _bounds(operator: str, values: list[Any]) -> dict[str, Any]:
    value = values[0]
    if operator == "=":
        return {"low": value, "high": value}
    if operator in (">", ">="):
        return {"low": value, "above": operator == ">"}
    if operator in ("<", "<="):
        return {"high": value, "below": operator == "<"}
    if operator == "between":
        return {"low": value, "high": values[1]}
    if operator == "prefix" and isinstance(value, str | bytes):
        return {"low": value, "high": _after_prefix(value), "below": True}
    return {}


def _after_prefix(prefix: str | bytes) -> str | bytes | None:
    """The least key that is greater than all that begin so; None where there is none."""
    if isinstance(prefix, bytes):
        kept = prefix.rstrip(b"\xff")
        return kept[:-1] + bytes([kept[-1] + 1]) if kept else None
    text = prefix.rstrip(chr(0x10FFFF))
    return text[:-1] + chr(ord(text[-1]) + 1) if text else None
