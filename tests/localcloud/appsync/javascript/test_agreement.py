"""JavaScript and VTL transform, format and convert alike: one API may mix both."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tests.localcloud.appsync.javascript.conftest import Field
from workbench.localcloud.appsync.java import time
from workbench.localcloud.appsync.util_functions.condition_expressions import to_expression
from workbench.localcloud.appsync.util_functions.dynamodb_values import to_attribute_value
from workbench.localcloud.appsync.util_functions.search_queries import to_search_query
from workbench.localcloud.appsync.util_functions.subscription_filters import (
    to_subscription_filter,
)

OPERATORS: dict[str, Any] = {
    "eq": 1,
    "ne": "x",
    "le": 2,
    "lt": 3.5,
    "ge": 4,
    "gt": None,
    "contains": "c",
    "notContains": "d",
    "beginsWith": "b",
    "between": [1, 2],
}
ONLY_DYNAMODB = {"attributeExists": True, "attributeType": "_null", "size": {"gt": 2, "lt": 9}}
SEARCHES: dict[str, Any] = {
    "eq": 1,
    "ne": "x",
    "gt": 1,
    "gte": 2,
    "lt": 3,
    "lte": 4,
    "range": [1, 2],
    "match": "a",
    "matchPhrase": "b",
    "matchPhrasePrefix": "c",
    "multiMatch": "d",
    "exists": True,
    "wildcard": "*",
    "regexp": ".",
}


def _condition(chance: random.Random, operators: dict[str, Any], groups: list[str]) -> Any:
    made: dict[str, Any] = {}
    for _ in range(chance.randint(1, 3)):
        name = chance.choice([*groups, "a", "b", "name"])
        if name in ("and", "or"):
            inner = groups if chance.random() < 0.2 else []
            made[name] = [_condition(chance, operators, inner) for _ in range(chance.randint(1, 3))]
        elif name == "not":
            made[name] = _condition(chance, operators, [])
        else:
            chosen = chance.sample(sorted(operators), chance.randint(1, 2))
            made[name] = {operator: operators[operator] for operator in chosen}
    return made


def test_expressions(field: Field) -> None:
    chance = random.Random(1)
    for _ in range(200):
        condition = _condition(chance, {**OPERATORS, **ONLY_DYNAMODB}, ["and", "or", "not"])
        made = field.value(
            "util.transform.toDynamoDBFilterExpression(ctx.args)", arguments=condition
        )
        assert json.loads(made) == to_expression(condition)


def test_subscription_filters(field: Field) -> None:
    chance = random.Random(2)
    compared = 0
    for _ in range(100):
        condition = _condition(chance, OPERATORS, ["and", "or"])
        try:
            expected = to_subscription_filter(condition, ["b"], {"z": {"eq": 1}, "y": {"ne": 2}})
        except ValueError:
            continue  # too many alternatives
        compared += 1
        made = field.value(
            "util.transform.toSubscriptionFilter(ctx.args, ['b'], { z: { eq: 1 }, y: { ne: 2 } })",
            arguments=condition,
        )
        assert made == expected
    assert compared > 60


@pytest.mark.parametrize("operator", SEARCHES)
def test_search_queries(field: Field, operator: str) -> None:
    one = {"f": {operator: SEARCHES[operator]}}
    for condition in (
        one,
        {"f": {operator: SEARCHES[operator], "eq": 2}, "g": {"ne": 1}},
        {"and": [one, {"g": {"eq": 1}}]},
        {"or": [one, {"g": {"eq": 1}}], "h": {"eq": 3}},
        {"not": one},
    ):
        made = field.value("util.transform.toElasticsearchQueryDSL(ctx.args)", arguments=condition)
        assert json.loads(made) == to_search_query(condition)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "Asia/Kolkata", "America/St_Johns"])
@pytest.mark.parametrize(
    "pattern",
    [
        "yyyy-MM-dd HH:mm:ss.SSS",
        "EEEE, d MMMM uuuu h:mm a",
        "EEE d MMM yy",
        "yyyyMMdd'T'HHmmssXXX",
        "D H m s 'it''s' Z",
    ],
)
def test_times(field: Field, zone: str, pattern: str) -> None:
    chance = random.Random(f"{zone}{pattern}")
    moments = [chance.randrange(0, 4_000_000_000_000) for _ in range(20)]
    texts = field.value(
        "ctx.args.moments.map((each) => util.time.epochMilliSecondsToFormatted("
        "each, ctx.args.pattern, ctx.args.zone))",
        arguments={"moments": moments, "pattern": pattern, "zone": zone},
    )
    assert texts == [
        time.format_time(time.of_milliseconds(moment, zone), pattern) for moment in moments
    ]


@pytest.mark.parametrize(
    "value", ["a", 1, 1.5, True, None, [], {}, [1, "a", None], {"a": {"b": [True]}}]
)
def test_dynamodb_values(field: Field, value: Any) -> None:
    made = field.value("util.dynamodb.toDynamoDB(ctx.args.value)", arguments={"value": value})
    assert made == to_attribute_value(value)
