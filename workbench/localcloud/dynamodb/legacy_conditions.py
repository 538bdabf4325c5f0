"""Conditions without expressions: Expected, KeyConditions, QueryFilter and ScanFilter.

They are a map from attributes to a comparison operator and its values; Expected may also give a
value alone, or ``Exists``. Source: "Legacy conditional parameters" in DynamoDB's developer guide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.localcloud.dynamodb.values import (
    ORDERED,
    AttributeValue,
    begins_with,
    contains,
    equal,
    in_order,
    type_of,
)

Item = Mapping[str, Any]
Asked = Mapping[str, Mapping[str, Any]]
"""An attribute's name, and what is asked of it."""

_INVALID = "One or more parameter values were invalid: "
_OPERATORS = (
    "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS"
)
_COUNTS = {"NULL": 0, "NOT_NULL": 0, "BETWEEN": 2}
"""How many values an operator takes; IN takes any but none, the others one."""

_ALLOWED = {
    **dict.fromkeys(("LE", "LT", "GE", "GT", "IN", "BETWEEN"), ORDERED),
    **dict.fromkeys(("CONTAINS", "NOT_CONTAINS"), ORDERED),
    "BEGINS_WITH": frozenset({"S", "B"}),
}
_SIGNS = {"LE": "<=", "LT": "<", "GE": ">=", "GT": ">"}
_NOT_IN_KEYS = ("NULL", "NOT_NULL", "NE", "CONTAINS", "NOT_CONTAINS", "IN")


def refusal(parameter: str, asked: Asked) -> str | None:
    """DynamoDB's words for conditions that it does not take; the parameter as the API names it."""
    place = parameter[:1].lower() + parameter[1:]
    for name, condition in asked.items():
        operator = condition.get("ComparisonOperator")
        if operator is None:
            if parameter == "Expected":
                continue
            wrong, constraint = "null", "Member must not be null"
        elif operator in _OPERATORS.split(", "):
            continue
        else:
            wrong, constraint = (
                f"'{operator}'",
                f"Member must satisfy enum value set: [{_OPERATORS}]",
            )
        return (
            f"1 validation error detected: Value {wrong} at "
            f"'{place}.{name}.member.comparisonOperator' failed to satisfy constraint: {constraint}"
        )
    for name, condition in asked.items():
        wrong_use = _unfit(name, condition) if parameter == "Expected" else None
        operator = condition.get("ComparisonOperator")
        if not wrong_use and operator is not None:
            wrong_use = _values_refusal(operator, _values(condition))
        if wrong_use:
            return wrong_use
    return None


def operator_refusal(operator: Any, asked: Asked | None) -> str | None:
    """DynamoDB's words for a ConditionalOperator that joins fewer than two conditions."""
    if operator is None or (asked and len(asked) > 1):
        return None
    if not asked:
        return "ConditionalOperator cannot be used without Filter or Expected"
    return "ConditionalOperator can only be used when Filter or Expected has two or more elements"


def key_refusal(asked: Asked, schema: Sequence[tuple[str, str]]) -> str | None:
    """DynamoDB's words for KeyConditions that do not fit the keys: their names and types."""
    if not 0 < len(asked) <= max(2, len(schema)):
        return "Conditions can be of length 1 or 2 only"
    for at, (name, kind) in enumerate(schema):
        condition = asked.get(name)
        if at == 0 and len(schema) == 1 and len(asked) > 1:
            return "Query key condition not supported"
        if condition is None:
            if at == 0 or len(asked) > at:
                return f"Query condition missed key schema element: {name}"
            return None
        if condition.get("ComparisonOperator") in _NOT_IN_KEYS:
            return "Attempted conditional constraint is not an indexable operation"
        if any(type_of(value) != kind for value in _values(condition)):
            return f"{_INVALID}Condition parameter type does not match schema type"
        if at == 0 and condition.get("ComparisonOperator") != "EQ":
            return "Query key condition not supported"
    return None


def skipped_key(asked: Asked, hashes: Sequence[str], ranges: Sequence[str]) -> str | None:
    """DynamoDB's words where a condition on keys of several attributes leaves one out."""
    last = max((at for at, name in enumerate(ranges) if name in asked), default=-1)
    for name in (*hashes, *ranges[: last + 1]):
        if name not in asked:
            return f"Query condition missed key schema element: {name}"
    return None


def met(item: Item, asked: Asked, operator: str | None = None) -> bool:
    """Whether an item meets all conditions, or by OR any; no conditions are met."""
    results: list[bool] = [_met(item.get(name), each) for name, each in asked.items()]
    return any(results) if operator == "OR" and results else all(results)


def _values(condition: Mapping[str, Any]) -> Sequence[AttributeValue]:
    listed = condition.get("AttributeValueList")
    if listed is None:
        listed = [condition["Value"]] if "Value" in condition else []
    return list(listed)


def _unfit(name: str, condition: Mapping[str, Any]) -> str | None:
    """What cannot stand together in one member of Expected."""
    of = f"for Attribute: {name}"
    operator, exists = condition.get("ComparisonOperator"), condition.get("Exists")
    if "AttributeValueList" in condition and "Value" in condition:
        return f"{_INVALID}Value and AttributeValueList cannot be used together {of}"
    if operator is not None:
        if exists is not None:
            return f"{_INVALID}Exists and ComparisonOperator cannot be used together {of}"
        if operator not in ("NULL", "NOT_NULL") and not condition.keys() & {
            "AttributeValueList",
            "Value",
        }:
            return (
                f"{_INVALID}Value or AttributeValueList must be used with ComparisonOperator: "
                f"{operator} {of}"
            )
        return None
    if "AttributeValueList" in condition:
        return f"{_INVALID}AttributeValueList can only be used with a ComparisonOperator {of}"
    if exists is False:
        wrong = f"{_INVALID}Value cannot be used when Exists is false {of}"
        return wrong if "Value" in condition else None
    if "Value" not in condition:
        given = "null" if exists is None else "true"
        return f"{_INVALID}Value must be provided when Exists is {given} {of}"
    return None


def _values_refusal(operator: str, values: Sequence[AttributeValue]) -> str | None:
    count = _COUNTS.get(operator, 1)
    if len(values) < count or (operator != "IN" and len(values) > count):
        return f"{_INVALID}Invalid number of argument(s) for the {operator} ComparisonOperator"
    kinds = [type_of(value) for value in values]
    if len(set(kinds)) > 1:
        return f"{_INVALID}AttributeValues inside AttributeValueList must be of same type"
    for kind in kinds:
        if kind not in _ALLOWED.get(operator, (kind,)):
            return (
                f"{_INVALID}ComparisonOperator {operator} is not valid for {kind} AttributeValue "
                "type"
            )
    if operator == "BETWEEN" and in_order(">", values[0], values[1]):
        return (
            "The BETWEEN condition was provided a range where the lower bound is greater than the "
            "upper bound"
        )
    return None


def _met(value: AttributeValue | None, condition: Mapping[str, Any]) -> bool:
    operator = condition.get("ComparisonOperator")
    given = _values(condition)
    if operator is None:
        return equal(value, given[0]) if given else value is None
    if operator in ("NULL", "NOT_NULL"):
        return (value is None) is (operator == "NULL")
    if operator in _SIGNS:
        return in_order(_SIGNS[operator], value, given[0])
    test = _TESTS.get(str(operator))
    return test is not None and test(value, given)


def _between(value: AttributeValue | None, given: Sequence[AttributeValue]) -> bool:
    return in_order(">=", value, given[0]) and in_order("<=", value, given[1])


_TESTS: dict[str, Callable[[AttributeValue | None, Sequence[AttributeValue]], bool]] = {
    "EQ": lambda value, given: equal(value, given[0]),
    "NE": lambda value, given: not equal(value, given[0]),
    "IN": lambda value, given: any(equal(value, each) for each in given),
    "BETWEEN": _between,
    "BEGINS_WITH": lambda value, given: begins_with(value, given[0]),
    "CONTAINS": lambda value, given: contains(value, given[0]),
    "NOT_CONTAINS": lambda value, given: value is not None and not contains(value, given[0]),
}
