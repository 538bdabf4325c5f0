from __future__ import annotations

from typing import Any

import pytest

from workbench.localcloud.appsync.evaluation import FieldError, TemplateError


def key(text: str) -> dict[str, Any]:
    return {"id": {"S": text}}


async def test_batches_go_over_several_tables_in_order(cloud: Any) -> None:
    one, other = await cloud.table(), await cloud.table()
    first, second = one.settings["tableName"], other.settings["tableName"]
    put = {
        "operation": "BatchPutItem",
        "tables": {
            first: [{**key("a"), "n": {"N": 1}}, {**key("b"), "n": {"N": 2}}],
            second: [key("c")],
        },
    }
    assert await cloud.run(one, put) == {
        "data": {first: [{"id": "a", "n": 1}, {"id": "b", "n": 2}], second: [{"id": "c"}]},
        "unprocessedItems": {first: [], second: []},
    }
    get = {
        "operation": "BatchGetItem",
        "tables": {
            first: {"keys": [key("b"), key("x"), key("a")], "consistentRead": True},
            second: {"keys": [key("c")]},
        },
    }
    assert await cloud.run(one, get) == {
        "data": {first: [{"id": "b", "n": 2}, None, {"id": "a", "n": 1}], second: [{"id": "c"}]},
        "unprocessedKeys": {first: [], second: []},
    }
    names = {"#n": "n"}
    projected = {**get, "projection": {"expression": "#n", "expressionNames": names}}
    data = (await cloud.run(one, projected))["data"]
    assert data == {first: [{"n": 2}, None, {"n": 1}], second: [{}]}
    keys = {"keys": [key("b")], "projection": {"expression": "id"}}
    data = (await cloud.run(one, {"operation": "BatchGetItem", "tables": {first: keys}}))["data"]
    assert data == {first: [{"id": "b"}]}
    delete = {"operation": "BatchDeleteItem", "tables": {first: [key("a")], second: [key("c")]}}
    assert await cloud.run(one, delete) == {
        "data": {first: [{"id": "a"}], second: [{"id": "c"}]},
        "unprocessedKeys": {first: [], second: []},
    }
    assert await cloud.item(one, **key("a")) is None
    assert await cloud.item(one, **key("b")) is not None


async def test_a_transaction_writes_all_or_nothing(cloud: Any) -> None:
    source = await cloud.table()
    name = source.settings["tableName"]
    exists = {"expression": "attribute_exists(id)"}
    update = {"expression": "SET n = :n", "expressionValues": {":n": {"N": 5}}}
    items: list[dict[str, Any]] = [
        {
            "table": name,
            "operation": "PutItem",
            "key": key("a"),
            "attributeValues": {"n": {"N": 1}},
        },
        {"table": name, "operation": "UpdateItem", "key": key("b"), "update": update},
        {"table": name, "operation": "DeleteItem", "key": key("c")},
    ]
    written = await cloud.run(source, {"operation": "TransactWriteItems", "transactItems": items})
    assert written == {
        "keys": [{"id": "a"}, {"id": "b"}, {"id": "c"}],
        "cancellationReasons": None,
    }
    check = {"table": name, "operation": "ConditionCheck", "key": key("z"), "condition": exists}
    taken = {
        **items[0],
        "attributeValues": {"n": {"N": 99}},
        "condition": {
            "expression": "attribute_not_exists(id)",
            "returnValuesOnConditionCheckFailure": True,
        },
    }
    asked = {"operation": "TransactWriteItems", "transactItems": [taken, items[1], check]}
    with pytest.raises(FieldError, match="Transaction cancelled") as caught:
        await cloud.run(source, asked)
    assert caught.value.error_type == "DynamoDB:TransactionCanceledException"
    assert caught.value.data["keys"] is None
    reasons = caught.value.data["cancellationReasons"]
    assert [reason["type"] for reason in reasons] == [
        "ConditionalCheckFailed",
        "None",
        "ConditionalCheckFailed",
    ]
    assert reasons[0]["item"] == {"id": "a", "n": 1}
    got = await cloud.run(
        source,
        {
            "operation": "TransactGetItems",
            "transactItems": [{"table": name, "key": key(k)} for k in ("a", "b", "c")],
        },
    )
    assert got == {
        "items": [{"id": "a", "n": 1}, {"id": "b", "n": 5}, None],
        "cancellationReasons": None,
    }


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"operation": "BatchGetItem"}, "Value for field '$[tables]' not found."),
        (
            {"operation": "BatchGetItem", "tables": {}},
            "At least one table must be provided in '$[tables]'.",
        ),
        (
            {"operation": "BatchPutItem", "tables": {"t": {}}},
            "Expected JSON array for '$[tables][t]'.",
        ),
        (
            {"operation": "TransactWriteItems", "transactItems": [{"operation": "Put"}]},
            "Unsupported operation 'Put' at '$[transactItems][0][operation]'.",
        ),
        (
            {
                "operation": "TransactWriteItems",
                "transactItems": [{"operation": "ConditionCheck", "table": "t", "key": key("a")}],
            },
            "Value for field '$[transactItems][0][condition]' not found.",
        ),
    ],
)
async def test_a_malformed_batch_says_what_is_wrong(cloud: Any, asked: Any, message: str) -> None:
    source = await cloud.table()
    with pytest.raises(TemplateError) as caught:
        await cloud.run(source, asked)
    assert caught.value.message == message
