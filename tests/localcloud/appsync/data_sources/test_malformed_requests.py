"""Whatever a template or handler makes up as its request, the field fails with a FieldError."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from workbench.localcloud.appsync.data_sources.lambda_batches import LambdaBatches
from workbench.localcloud.appsync.evaluation import FieldError
from workbench.localcloud.appsync.records import DataSource

KEY = {"id": {"S": "1"}}
EXPRESSION = {
    "expression": "#n = :n",
    "expressionNames": {"#n": "n"},
    "expressionValues": {":n": {"N": 1}},
}
UPDATE = {**EXPRESSION, "expression": "SET #n = :n"}
CONDITION = {
    **EXPRESSION,
    "equalsIgnore": ["x"],
    "consistentRead": True,
    "conditionalCheckFailedHandler": {"strategy": "Reject"},
}
VALUES = {"m": {"M": {"l": {"L": [{"SS": ["a"]}, {"NS": [1]}, {"BOOL": True}]}}}}
QUERY = {
    "expression": "id = :id",
    "expressionNames": {},
    "expressionValues": {":id": {"S": "1"}},
}
REQUESTS: list[dict[str, Any]] = [
    {"operation": "GetItem", "key": KEY, "consistentRead": True, "projection": {"expression": "a"}},
    {"operation": "PutItem", "key": KEY, "attributeValues": VALUES, "condition": CONDITION},
    {"operation": "UpdateItem", "key": KEY, "update": UPDATE, "condition": CONDITION},
    {"operation": "DeleteItem", "key": KEY, "condition": CONDITION, "_version": 1},
    {"operation": "Query", "query": QUERY, "filter": EXPRESSION, "limit": 2, "nextToken": "x"},
    {"operation": "Scan", "filter": EXPRESSION, "totalSegments": 2, "segment": 0, "index": "i"},
    {"operation": "Sync", "limit": 5, "lastSync": 1, "filter": EXPRESSION},
    {"operation": "BatchGetItem", "tables": {"TABLE": {"keys": [KEY, KEY]}}},
    {"operation": "BatchPutItem", "tables": {"TABLE": [{**KEY, **VALUES}]}},
    {"operation": "BatchDeleteItem", "tables": {"TABLE": [KEY]}},
    {"operation": "TransactGetItems", "transactItems": [{"table": "TABLE", "key": KEY}]},
    {
        "operation": "TransactWriteItems",
        "transactItems": [
            {"table": "TABLE", "operation": "PutItem", "key": KEY, "attributeValues": VALUES},
            {"table": "TABLE", "operation": "UpdateItem", "key": KEY, "update": UPDATE},
            {"table": "TABLE", "operation": "ConditionCheck", "key": KEY, "condition": EXPRESSION},
        ],
    },
]
ODD: list[Any] = [
    None,
    True,
    -1,
    1.5,
    float("nan"),
    float("inf"),
    10**40,
    "",
    "text",
    "\x00\ud800",
    [],
    [None],
    {},
    {"S": 1},
    {"S": None},
    {"N": "x"},
    {"M": []},
    {"L": {}},
    {"SS": [None]},
    {"BOOL": "perhaps"},
    {"expression": None},
    {"strategy": "Custom"},
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for name, member in value.items():
            found += places(member, (*path, name))
    elif isinstance(value, list):
        for i, member in enumerate(value):
            found += places(member, (*path, i))
    return found


def broken(request: dict[str, Any], chance: random.Random) -> Any:
    changed = copy.deepcopy(request)
    for _ in range(chance.choice((1, 1, 2))):
        path = chance.choice(places(changed) or [()])
        if not path:
            return copy.deepcopy(chance.choice(ODD))
        inside: Any = changed
        for step in path[:-1]:
            inside = inside[step]
        if chance.random() < 0.2:
            del inside[path[-1]]
        else:
            inside[path[-1]] = copy.deepcopy(chance.choice(ODD))
    return changed


def named(value: Any, table: str) -> Any:
    if isinstance(value, dict):
        return {table if k == "TABLE" else k: named(v, table) for k, v in value.items()}
    if isinstance(value, list):
        return [named(member, table) for member in value]
    return table if value == "TABLE" else value


@pytest.mark.parametrize("versioned", [False, True])
async def test_dynamodb_requests_never_fail_otherwise(cloud: Any, versioned: bool) -> None:
    source = await cloud.table()
    name = source.settings["tableName"]
    source.settings.update(versioned=versioned, deltaSyncConfig={"baseTableTTL": 5})
    chance = random.Random(7)
    failures = 0
    for request in REQUESTS:
        for _ in range(60):
            try:
                await cloud.run(source, broken(named(request, name), chance))
            except FieldError as error:
                failures += 1
                assert error.message
                assert error.error_type
    assert failures > 300


async def test_bottomless_nesting_is_refused(cloud: Any) -> None:
    source = await cloud.table()
    value: dict[str, Any] = {"S": "a"}
    for _ in range(3000):
        value = {"M": {"a": value}}
    request = {"operation": "PutItem", "key": KEY, "attributeValues": {"a": value}}
    with pytest.raises(FieldError, match=r"(?i)nest(ed|ing)"):
        await cloud.run(source, request)


async def test_other_requests_never_fail_otherwise(cloud: Any) -> None:
    chance = random.Random(11)
    missing = {"lambdaFunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:no"}
    cases: list[tuple[DataSource, dict[str, Any]]] = [
        (DataSource("N", "NONE"), {"version": "2018-05-29", "payload": {"a": [1]}}),
        (
            DataSource("L", "AWS_LAMBDA", missing),
            {"operation": "Invoke", "payload": {"a": 1}, "invocationType": "Event"},
        ),
        (
            DataSource("B", "AWS_LAMBDA", missing),
            {"operation": "BatchInvoke", "payload": {"a": 1}},
        ),
        (
            DataSource("E", "AMAZON_EVENTBRIDGE", {"eventBusArn": "default"}),
            {
                "operation": "PutEvents",
                "events": [{"source": "a", "detailType": "b", "detail": {}, "time": "x"}],
            },
        ),
        (
            DataSource("H", "HTTP", {"endpoint": "http://127.0.0.1:1"}),
            {
                "method": "POST",
                "resourcePath": "/a",
                "params": {"query": {"a": "b"}, "headers": {"x": "y"}, "body": "z"},
            },
        ),
    ]
    batches = LambdaBatches(cloud.services)
    for source, request in cases:
        for _ in range(80):
            try:
                await cloud.run(source, broken(request, chance), batches=batches)
            except FieldError as error:
                assert error.error_type
    await cloud.services.close()
