from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from workbench.localcloud.appsync.evaluation import FieldError, TemplateError

PUT = {"version": "2018-05-29", "operation": "PutItem"}


async def fill(cloud: Any, source: Any, count: int) -> None:
    for n in range(count):
        await cloud.run(
            source,
            {**PUT, "key": {"id": {"S": f"i{n}"}}, "attributeValues": {"n": {"N": n}}},
        )


async def test_every_type_comes_back_as_plain_json(cloud: Any) -> None:
    source = await cloud.table()
    values = {
        "text": {"S": "a"},
        "whole": {"N": 5},
        "fraction": {"N": "1.50"},
        "flag": {"BOOL": False},
        "nothing": {"NULL": None},
        "list": {"L": [{"N": 1}, {"S": "b"}]},
        "map": {"M": {"inner": {"NULL": True}}},
        "texts": {"SS": ["x", "y"]},
        "numbers": {"NS": [1, 2.5]},
        "bytes": {"B": "aGVsbG8="},
    }
    put = await cloud.run(source, {**PUT, "key": {"id": {"S": "1"}}, "attributeValues": values})
    got = await cloud.run(source, {"operation": "GetItem", "key": {"id": {"S": "1"}}})
    assert got == {
        "id": "1",
        "text": "a",
        "whole": 5,
        "fraction": 1.5,
        "flag": False,
        "nothing": None,
        "list": [1, "b"],
        "map": {"inner": None},
        "texts": ["x", "y"],
        "numbers": [1, 2.5],
        "bytes": "aGVsbG8=",
    }
    assert put == got
    assert (await cloud.item(source, id={"S": "1"}))["whole"] == {"N": "5"}


async def test_a_missing_item_is_null_and_a_projection_reduces(cloud: Any) -> None:
    source = await cloud.table()
    await fill(cloud, source, 1)
    get = {"operation": "GetItem", "consistentRead": True}
    assert await cloud.run(source, {**get, "key": {"id": {"S": "x"}}}) is None
    projected = {"expression": "#n", "expressionNames": {"#n": "n"}}
    asked = {**get, "key": {"id": {"S": "i0"}}, "projection": projected}
    assert await cloud.run(source, asked) == {"n": 0}


async def test_pages_of_a_scan_join_to_everything(cloud: Any) -> None:
    source = await cloud.table()
    await fill(cloud, source, 7)
    seen, token, pages = [], None, 0
    while True:
        page = await cloud.run(source, {"operation": "Scan", "limit": 3, "nextToken": token})
        seen += [item["id"] for item in page["items"]]
        pages += 1
        assert page["scannedCount"] <= 3
        token = page["nextToken"]
        if token is None:
            break
        assert json.loads(base64.b64decode(token))["version"] == 3
    assert sorted(seen) == [f"i{n}" for n in range(7)]
    assert pages == 3


async def test_a_filter_leaves_items_out_but_counts_them(cloud: Any) -> None:
    source = await cloud.table()
    await fill(cloud, source, 5)
    asked = {
        "operation": "Scan",
        "filter": {
            "expression": "#n > :n",
            "expressionNames": {"#n": "n"},
            "expressionValues": {":n": {"N": 2}},
        },
    }
    page = await cloud.run(source, asked)
    assert sorted(item["n"] for item in page["items"]) == [3, 4]
    assert page["scannedCount"] == 5
    assert page["nextToken"] is None


async def test_a_query_goes_either_way_and_through_an_index(cloud: Any) -> None:
    source = await cloud.table(sort=True, index="group")
    for at in range(4):
        key = {"id": {"S": "a"}, "at": {"N": at}}
        group = {"group": {"S": "odd" if at % 2 else "even"}}
        await cloud.run(source, {**PUT, "key": key, "attributeValues": group})
    expression = {"expression": "id = :id", "expressionValues": {":id": {"S": "a"}}}
    asked = {"operation": "Query", "query": expression, "scanIndexForward": False}
    page = await cloud.run(source, asked)
    assert [item["at"] for item in page["items"]] == [3, 2, 1, 0]
    expression = {
        "expression": "#g = :g",
        "expressionNames": {"#g": "group"},
        "expressionValues": {":g": {"S": "odd"}},
    }
    asked = {"operation": "Query", "query": expression, "index": "by-group", "limit": 1}
    first = await cloud.run(source, asked)
    second = await cloud.run(source, {**asked, "nextToken": first["nextToken"]})
    assert {first["items"][0]["at"], second["items"][0]["at"]} == {1, 3}


@pytest.mark.parametrize("token", ["x", "e30=", "eyJ2ZXJzaW9uIjozLCJ0b2tlbiI6IkFnViJ9"])
async def test_a_broken_token_is_refused(cloud: Any, token: str) -> None:
    source = await cloud.table()
    with pytest.raises(FieldError, match="Invalid pagination token given") as caught:
        await cloud.run(source, {"operation": "Scan", "nextToken": token})
    assert caught.value.error_type == "DynamoDB:UserIllegalArgumentException"


async def test_another_tables_token_is_refused(cloud: Any) -> None:
    one, other = await cloud.table(), await cloud.table()
    await fill(cloud, one, 2)
    page = await cloud.run(one, {"operation": "Scan", "limit": 1})
    assert page["nextToken"]
    with pytest.raises(FieldError, match="Invalid pagination token given"):
        await cloud.run(other, {"operation": "Scan", "nextToken": page["nextToken"]})


@pytest.mark.parametrize(
    ("request_object", "message"),
    [
        ("text", "Expected JSON object but got a 'STRING' instead."),
        ({}, "Value for field '$[operation]' not found."),
        ({"operation": "Nope"}, "Unsupported operation 'Nope'."),
        ({"operation": "GetItem"}, "Value for field '$[key]' not found."),
        ({"version": "1", "operation": "GetItem"}, "Unsupported template version '1'."),
        (
            {"operation": "GetItem", "key": {"id": "1"}},
            "Expected JSON object for attribute value '$[key][id]' but got a 'STRING' instead.",
        ),
        (
            {"operation": "GetItem", "key": {"id": {"X": "1"}}},
            "Unsupported element '$[key][id][X]'.",
        ),
        (
            {"operation": "GetItem", "key": {"id": {"S": "1"}}, "payload": {}},
            "Unsupported element '$[payload]'.",
        ),
        ({"operation": "Query"}, "Value for field '$[query]' not found."),
        (
            {"operation": "Query", "query": {}},
            "Value for field '$[query][expression]' not found.",
        ),
        (
            {"operation": "Scan", "limit": "many"},
            "Expected JSON number for '$[limit]' but got a 'STRING' instead.",
        ),
        (
            {"operation": "PutItem", "key": {"id": {"S": "1"}}, "attributeValues": [1]},
            "Expected JSON object for '$[attributeValues]' but got a 'ARRAY' instead.",
        ),
    ],
)
async def test_a_malformed_request_says_what_is_wrong(
    cloud: Any, request_object: Any, message: str
) -> None:
    source = await cloud.table()
    with pytest.raises(TemplateError) as caught:
        await cloud.run(source, request_object)
    assert caught.value.message == message
    assert caught.value.error_type == "MappingTemplate"


async def test_dynamodbs_refusals_have_appsyncs_types(cloud: Any) -> None:
    source = await cloud.table()
    with pytest.raises(FieldError, match="Service: DynamoDb, Status Code: 400") as caught:
        await cloud.run(source, {"operation": "GetItem", "key": {"wrong": {"S": "1"}}})
    assert caught.value.error_type == "DynamoDB:DynamoDbException"
    source.settings["tableName"] = "not-there"
    with pytest.raises(FieldError) as caught:
        await cloud.run(source, {"operation": "Scan"})
    assert caught.value.error_type == "DynamoDB:ResourceNotFoundException"
