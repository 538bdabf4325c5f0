"""Expected, KeyConditions, QueryFilter and ScanFilter: what they mean, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.localcloud.dynamodb import legacy_conditions

INVALID = "One or more parameter values were invalid: "
ITEM: dict[str, Any] = {
    "n": {"N": "1"},
    "s": {"S": "hello"},
    "b": {"B": "aGVsbG8="},
    "ns": {"NS": ["1", "2"]},
    "l": {"L": [{"S": "a"}]},
}


def _asked(operator: str, *values: dict[str, Any]) -> dict[str, Any]:
    return {"ComparisonOperator": operator, "AttributeValueList": list(values)}


@pytest.mark.parametrize(
    ("name", "condition", "expected"),
    [
        ("n", _asked("EQ", {"N": "1.0"}), True),
        ("n", _asked("NE", {"S": "1"}), True),
        ("missing", _asked("NE", {"N": "1"}), True),
        ("ns", _asked("EQ", {"NS": ["2", "1"]}), True),
        ("n", _asked("GT", {"N": "0"}), True),
        ("n", _asked("GT", {"S": "0"}), False),
        ("n", _asked("BETWEEN", {"N": "1"}, {"N": "2"}), True),
        ("n", _asked("IN", {"N": "3"}, {"N": "1"}), True),
        ("missing", _asked("NULL"), True),
        ("n", _asked("NOT_NULL"), True),
        ("s", _asked("BEGINS_WITH", {"S": "he"}), True),
        ("b", _asked("BEGINS_WITH", {"B": "aGU="}), True),
        ("b", _asked("CONTAINS", {"B": "bGw="}), True),
        ("ns", _asked("CONTAINS", {"N": "2.0"}), True),
        ("l", _asked("NOT_CONTAINS", {"S": "a"}), False),
        ("missing", _asked("NOT_CONTAINS", {"S": "a"}), False),
        ("n", {"Value": {"N": "1"}}, True),
        ("n", {"Exists": True, "Value": {"N": "2"}}, False),
        ("n", {"Exists": False}, False),
        ("missing", {"Exists": False}, True),
        ("n", {"ComparisonOperator": "LT", "Value": {"N": "2"}}, True),
    ],
)
def test_what_items_meet(name: str, condition: dict[str, Any], expected: bool) -> None:
    assert legacy_conditions.refusal("Expected", {name: condition}) is None
    assert legacy_conditions.met(ITEM, {name: condition}) is expected
    both = {name: condition, "n": _asked("EQ", {"N": "5"})} if name != "n" else None
    if both:
        assert legacy_conditions.met(ITEM, both) is False
        assert legacy_conditions.met(ITEM, both, "OR") is expected


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (_asked("EQ"), "Invalid number of argument(s) for the EQ ComparisonOperator"),
        (_asked("NULL", {"N": "1"}), "Invalid number of argument(s) for the NULL "),
        (_asked("IN"), "Invalid number of argument(s) for the IN ComparisonOperator"),
        (_asked("BETWEEN", {"N": "1"}), "Invalid number of argument(s) for the BETWEEN "),
        (_asked("IN", {"N": "1"}, {"S": "1"}), "AttributeValues inside AttributeValueList must be"),
        (_asked("LE", {"L": []}), "ComparisonOperator LE is not valid for L AttributeValue type"),
        (_asked("BEGINS_WITH", {"N": "1"}), "ComparisonOperator BEGINS_WITH is not valid for N "),
        (_asked("CONTAINS", {"SS": ["a"]}), "ComparisonOperator CONTAINS is not valid for SS "),
        ({"Exists": True}, "Value must be provided when Exists is true for Attribute: a"),
        ({}, "Value must be provided when Exists is null for Attribute: a"),
        ({"Exists": False, "Value": {"N": "1"}}, "Value cannot be used when Exists is false for "),
        ({"Exists": False, **_asked("EQ", {"N": "1"})}, "Exists and ComparisonOperator cannot be "),
        ({"Value": {"N": "1"}, **_asked("EQ", {"N": "1"})}, "Value and AttributeValueList cannot "),
        ({"AttributeValueList": [{"N": "1"}]}, "AttributeValueList can only be used with a "),
        ({"ComparisonOperator": "EQ"}, "Value or AttributeValueList must be used with "),
    ],
)
def test_what_is_refused(condition: dict[str, Any], words: str) -> None:
    refused = legacy_conditions.refusal("Expected", {"a": condition}) or ""
    assert refused.startswith(f"{INVALID}{words}")


def test_operators_are_of_a_list_and_ranges_in_order() -> None:
    assert legacy_conditions.refusal("QueryFilter", {"a": _asked("eq", {"N": "1"})}) == (
        "1 validation error detected: Value 'eq' at 'queryFilter.a.member.comparisonOperator' "
        "failed to satisfy constraint: Member must satisfy enum value set: [IN, NULL, BETWEEN, LT, "
        "NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS]"
    )
    reversed_ = {"a": _asked("BETWEEN", {"N": "2"}, {"N": "1"})}
    assert legacy_conditions.refusal("ScanFilter", reversed_) == (
        "The BETWEEN condition was provided a range where the lower bound is greater than the "
        "upper bound"
    )
    one = {"a": _asked("NULL")}
    assert legacy_conditions.operator_refusal("OR", {**one, "b": _asked("NULL")}) is None
    assert "two or more elements" in (legacy_conditions.operator_refusal("OR", one) or "")
    assert "without Filter or Expected" in (legacy_conditions.operator_refusal("AND", None) or "")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"p": _asked("EQ", {"S": "a"}), "c": _asked("GT", {"N": "1"})}, None),
        ({"c": _asked("EQ", {"N": "1"})}, "Query condition missed key schema element: p"),
        ({"p": _asked("GT", {"S": "a"})}, "Query key condition not supported"),
        (
            {"p": _asked("EQ", {"S": "a"}), "x": _asked("EQ", {"N": "1"})},
            "Query condition missed key schema element: c",
        ),
        (
            {"p": _asked("EQ", {"S": "a"}), "c": _asked("NE", {"N": "1"})},
            "Attempted conditional constraint is not an indexable operation",
        ),
        (
            {"p": _asked("EQ", {"N": "1"})},
            f"{INVALID}Condition parameter type does not match schema type",
        ),
        ({}, "Conditions can be of length 1 or 2 only"),
    ],
)
def test_key_conditions_fit_the_keys(asked: dict[str, Any], words: str | None) -> None:
    assert legacy_conditions.key_refusal(asked, [("p", "S"), ("c", "N")]) == words


def test_keys_of_several_attributes_are_asked_for_without_gaps() -> None:
    missed = "Query condition missed key schema element: "
    for asked, expected in (
        ("h1 h2", None),
        ("h1 h2 r1", None),
        ("h1 h2 r2", f"{missed}r1"),
        ("h1 r1", f"{missed}h2"),
    ):
        conditions = {name: _asked("EQ", {"S": "a"}) for name in asked.split()}
        found = legacy_conditions.skipped_key(conditions, ["h1", "h2"], ["r1", "r2"])
        assert found == expected
