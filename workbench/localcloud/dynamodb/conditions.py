"""Evaluates conditions: a request's condition becomes one function, called for each item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.dynamodb import values
from workbench.localcloud.dynamodb.paths import resolved, value_at
from workbench.localcloud.dynamodb.syntax import (
    Between,
    Call,
    Comparison,
    Condition,
    In,
    Junction,
    Not,
    Operand,
    Path,
    Value,
)
from workbench.localcloud.dynamodb.values import AttributeValue

Item = Mapping[str, Any]
Test = Callable[[Item], bool]
Read = Callable[[Item], AttributeValue | None]


def compiled(
    condition: Condition, names: Mapping[str, str], given: Mapping[str, AttributeValue]
) -> Test:
    """A function that tells whether an item meets a condition that was checked before."""
    if isinstance(condition, Junction):
        tests = tuple(compiled(each, names, given) for each in condition.conditions)
        if condition.operator == "AND":
            return lambda item: all(test(item) for test in tests)
        return lambda item: any(test(item) for test in tests)
    if isinstance(condition, Not):
        negated = compiled(condition.condition, names, given)
        return lambda item: not negated(item)
    if isinstance(condition, Call):
        return _function(condition, names, given)
    if isinstance(condition, Comparison):
        left, right = _read(condition.left, names, given), _read(condition.right, names, given)
        return _comparison(condition.operator, left, right)
    read = _read(condition.operand, names, given)
    if isinstance(condition, Between):
        low, high = _read(condition.low, names, given), _read(condition.high, names, given)
        return lambda item: _between(read(item), low(item), high(item))
    return _membership(condition, read, names, given)


def _comparison(operator: str, left: Read, right: Read) -> Test:
    if operator == "=":
        return lambda item: values.equal(left(item), right(item))
    if operator == "<>":
        return lambda item: not values.equal(left(item), right(item))
    return lambda item: values.in_order(operator, left(item), right(item))


def _between(
    value: AttributeValue | None, low: AttributeValue | None, high: AttributeValue | None
) -> bool:
    return values.in_order("<=", low, value) and values.in_order("<=", value, high)


def _membership(
    condition: In, read: Read, names: Mapping[str, str], given: Mapping[str, AttributeValue]
) -> Test:
    candidates = tuple(_read(each, names, given) for each in condition.candidates)

    def test(item: Item) -> bool:
        value = read(item)
        return any(values.equal(value, candidate(item)) for candidate in candidates)

    return test


def _function(call: Call, names: Mapping[str, str], given: Mapping[str, AttributeValue]) -> Test:
    reads = tuple(_read(each, names, given) for each in call.operands)
    first = reads[0]
    if call.function == "attribute_exists":
        return lambda item: first(item) is not None
    if call.function == "attribute_not_exists":
        return lambda item: first(item) is None
    second = reads[1]
    if call.function == "begins_with":
        return lambda item: values.begins_with(first(item), second(item))
    if call.function == "contains":
        return lambda item: values.contains(first(item), second(item))
    return lambda item: _has_type(first(item), second(item))


def _has_type(value: AttributeValue | None, name: AttributeValue | None) -> bool:
    return value is not None and name is not None and values.type_of(value) == name.get("S")


def _read(operand: Operand, names: Mapping[str, str], given: Mapping[str, AttributeValue]) -> Read:
    if isinstance(operand, Value):
        value = given.get(operand.name)
        return lambda item: value
    if isinstance(operand, Call):
        inner = _read(operand.operands[0], names, given)
        return lambda item: values.size(inner(item))
    assert isinstance(operand, Path)
    parts = resolved(operand, names)
    if len(parts) == 1:
        name = str(parts[0])
        return lambda item: item.get(name)
    return lambda item: value_at(item, parts)
