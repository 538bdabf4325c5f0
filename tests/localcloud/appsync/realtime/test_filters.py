"""Enhanced subscription filters, operator by operator, and plain argument matching."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workbench.localcloud.appsync.realtime.filters import arguments_match, passes

EVENT = {
    "name": "milk",
    "count": 3,
    "done": True,
    "tags": ["a", "b"],
    "none": None,
    "inner": {"level": 2},
}


def _one(field: str, operator: str, value: Any) -> dict[str, Any]:
    return {"fieldName": field, "operator": operator, "value": value}


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("name", "eq", "milk", True),
        ("name", "eq", "Milk", False),
        ("done", "eq", True, True),
        ("done", "eq", 1, False),
        ("count", "eq", 3.0, True),
        ("none", "eq", None, True),
        ("missing", "eq", None, True),
        ("missing", "eq", "x", False),
        ("name", "ne", "eggs", True),
        ("name", "ne", "milk", False),
        ("missing", "ne", "x", True),
        ("count", "le", 3, True),
        ("count", "lt", 3, False),
        ("count", "ge", 4, False),
        ("count", "gt", 2, True),
        ("name", "gt", "a", True),
        ("count", "gt", "2", False),
        ("done", "ge", 0, False),
        ("missing", "lt", 9, False),
        ("name", "contains", "il", True),
        ("tags", "contains", "a", True),
        ("tags", "contains", "z", False),
        ("count", "contains", 3, False),
        ("tags", "notContains", "z", True),
        ("name", "notContains", "il", False),
        ("name", "beginsWith", "mi", True),
        ("tags", "beginsWith", "a", False),
        ("count", "in", [1, 3], True),
        ("count", "in", 3, False),
        ("count", "notIn", [1, 2], True),
        ("count", "notIn", "12", False),
        ("count", "between", [3, 5], True),
        ("count", "between", [4, 5], False),
        ("count", "between", [3], False),
        ("tags", "containsAny", ["z", "b"], True),
        ("tags", "containsAny", [], False),
        ("inner.level", "eq", 2, True),
        ("inner.none", "gt", 1, False),
        ("name.deeper", "eq", "x", False),
        ("name", "matches", ".*", False),
    ],
)
def test_operators(field: str, operator: str, value: Any, expected: bool) -> None:
    rule = {"filterGroup": [{"filters": [_one(field, operator, value)]}]}
    assert passes(rule, EVENT) is expected


def test_groups_are_alternatives_of_conjunctions() -> None:
    good, bad = _one("count", "eq", 3), _one("count", "eq", 4)
    assert passes({"filterGroup": [{"filters": [good, bad]}, {"filters": [good]}]}, EVENT)
    assert not passes({"filterGroup": [{"filters": [good, bad]}, {"filters": [bad]}]}, EVENT)
    assert passes({"filterGroup": []}, EVENT)
    assert passes({}, EVENT)


@pytest.mark.parametrize("group", ["x", [None], [{}], [{"filters": "x"}], [{"filters": [1]}], 7])
def test_what_is_no_filter_passes_nothing(group: Any) -> None:
    assert not passes({"filterGroup": group}, EVENT), json.dumps(group)


def test_arguments_equal_the_fields_of_their_names() -> None:
    assert arguments_match({"name": "milk", "count": 3}, EVENT)
    assert not arguments_match({"name": "milk", "count": 4}, EVENT)
    assert not arguments_match({"done": 1}, EVENT)
    assert not arguments_match({"missing": "x"}, EVENT)
    assert arguments_match({"missing": None, "none": None}, EVENT)
    assert arguments_match({}, EVENT)
