"""Applies update expressions. Every path and position is of the item before the update."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.localcloud.dynamodb.paths import Parts, resolved, value_at
from workbench.localcloud.dynamodb.syntax import (
    Action,
    Arithmetic,
    Call,
    ExpressionError,
    Operand,
    Path,
    UpdateExpression,
    Value,
)
from workbench.localcloud.dynamodb.values import AttributeValue, set_of, sum_of, type_of

_WRONG_TYPE = "An operand in the update expression has an incorrect data type"
_NO_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item"
_NO_PATH = "The document path provided in the update expression is invalid for update"

_NOTHING: AttributeValue = {}
"""The value of an attribute that is removed."""


@dataclass(slots=True)
class _Change:
    """What becomes of one value: it is replaced, removed, or changed further down."""

    value: AttributeValue | None = None
    below: dict[str | int, _Change] = field(default_factory=dict)


def targets(expression: UpdateExpression, names: Mapping[str, str]) -> list[Parts]:
    """The paths that an update changes."""
    return [resolved(action.path, names) for action in expression.actions]


def apply(
    expression: UpdateExpression,
    item: Mapping[str, Any],
    names: Mapping[str, str],
    given: Mapping[str, AttributeValue],
) -> dict[str, Any]:
    """The item after the update; the one given stays as it is. Raises ExpressionError."""
    root = _Change()
    for action in expression.actions:
        parts = resolved(action.path, names)
        value = _new_value(action, value_at(item, parts), item, names, given)
        if value is None:
            continue
        change = root
        for part in parts:
            change = change.below.setdefault(part, _Change())
        change.value = value
    return _entries(item, root.below)


def _entries(before: Mapping[str, Any], changes: Mapping[str | int, _Change]) -> dict[str, Any]:
    after = dict(before)
    for name, change in changes.items():
        assert isinstance(name, str)
        value = _changed(before.get(name), change)
        if value:
            after[name] = value
        else:
            after.pop(name, None)
    return after


def _members(before: Sequence[Any], changes: Mapping[str | int, _Change]) -> list[Any]:
    after = []
    for position, member in enumerate(before):
        change = changes.get(position)
        value = member if change is None else _changed(member, change)
        if value:
            after.append(value)
    for position in sorted(p for p in changes if isinstance(p, int) and p >= len(before)):
        # A position past the end appends.
        value = _changed(None, changes[position])
        if value:
            after.append(value)
    return after


def _changed(before: AttributeValue | None, change: _Change) -> AttributeValue:
    if change.value is not None:
        return change.value
    by_position = any(isinstance(part, int) for part in change.below)
    if before is None:
        raise ExpressionError(_NO_PATH)
    if by_position:
        if not isinstance(before.get("L"), list):
            raise ExpressionError(_NO_PATH)
        return {"L": _members(before["L"], change.below)}
    if not isinstance(before.get("M"), Mapping):
        raise ExpressionError(_NO_PATH)
    return {"M": _entries(before["M"], change.below)}


def _new_value(
    action: Action,
    before: AttributeValue | None,
    item: Mapping[str, Any],
    names: Mapping[str, str],
    given: Mapping[str, AttributeValue],
) -> AttributeValue | None:
    """The value to be written; nothing to remove the attribute, None to leave it alone."""
    if action.clause == "REMOVE" or action.value is None:
        return _NOTHING
    if isinstance(action.value, Arithmetic):
        left = _value(action.value.left, item, names, given)
        right = _value(action.value.right, item, names, given)
        if type_of(left) != "N" or type_of(right) != "N":
            raise ExpressionError(_WRONG_TYPE)
        return sum_of(left, action.value.operator, right)
    value = _value(action.value, item, names, given)
    if action.clause == "SET":
        return value
    kind = type_of(value)
    if before is not None and type_of(before) != kind:
        raise ExpressionError(_WRONG_TYPE)
    if action.clause == "ADD":
        return _added(before, kind, value)
    if before is None:
        return None
    taken = set_of(kind, value[kind])[kind]
    left_over = [each for each in set_of(kind, before[kind])[kind] if each not in taken]
    return {kind: left_over} if left_over else _NOTHING


def _added(before: AttributeValue | None, kind: str, value: AttributeValue) -> AttributeValue:
    if kind == "N":
        return sum_of(before or {"N": "0"}, "+", value)
    return set_of(kind, [*(before[kind] if before else ()), *value[kind]])


def _value(
    operand: Operand,
    item: Mapping[str, Any],
    names: Mapping[str, str],
    given: Mapping[str, AttributeValue],
) -> AttributeValue:
    if isinstance(operand, Value):
        return _own(given[operand.name])
    if isinstance(operand, Call):
        first, second = operand.operands
        if operand.function == "if_not_exists":
            found = value_at(item, resolved(first, names)) if isinstance(first, Path) else None
            return _value(second, item, names, given) if found is None else _own(found)
        one, other = _value(first, item, names, given), _value(second, item, names, given)
        if type_of(one) != "L" or type_of(other) != "L":
            raise ExpressionError(_WRONG_TYPE)
        return {"L": [*one["L"], *other["L"]]}
    found = value_at(item, resolved(operand, names))
    if found is None:
        raise ExpressionError(_NO_ATTRIBUTE)
    return _own(found)


def _own(value: AttributeValue) -> AttributeValue:
    """A document is copied: two attributes never share one that is changed in place later."""
    return copy.deepcopy(value) if "M" in value or "L" in value else value
