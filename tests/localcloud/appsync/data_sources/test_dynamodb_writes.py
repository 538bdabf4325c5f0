from __future__ import annotations

import json
from typing import Any

import pytest

from workbench.localcloud.appsync.evaluation import FieldError, TemplateError

KEY = {"id": {"S": "1"}}
NEW = {"expression": "attribute_not_exists(id)"}
TYPE = "DynamoDB:ConditionalCheckFailedException"


def put(values: dict[str, Any], **condition: Any) -> dict[str, Any]:
    request: dict[str, Any] = {"operation": "PutItem", "key": KEY, "attributeValues": values}
    return {**request, "condition": condition} if condition else request


async def test_writes_give_the_item_and_mark_what_is_to_be_saved(cloud: Any) -> None:
    source = await cloud.table()
    cloud.marks.clear()
    assert await cloud.run(source, put({"a": {"N": 1}})) == {"id": "1", "a": 1}
    assert cloud.marks == [("dynamodb",)]
    update = {
        "expression": "SET #a = :a ADD #b :b",
        "expressionNames": {"#a": "a", "#b": "b"},
        "expressionValues": {":a": {"N": 2}, ":b": {"N": 3}},
    }
    asked = {"operation": "UpdateItem", "key": KEY, "update": update}
    assert await cloud.run(source, asked) == {"id": "1", "a": 2, "b": 3}
    cloud.marks.clear()
    await cloud.run(source, {"operation": "GetItem", "key": KEY})
    assert cloud.marks == []
    deleted = {"operation": "DeleteItem", "key": KEY}
    assert await cloud.run(source, deleted) == {"id": "1", "a": 2, "b": 3}
    assert await cloud.run(source, deleted) is None


async def test_a_result_is_no_window_into_the_table(cloud: Any) -> None:
    source = await cloud.table()
    values = {"l": {"L": [{"S": "a"}]}}
    result = await cloud.run(source, put(values))
    result["l"].append("b")
    values["l"]["L"].append({"S": "c"})
    got = await cloud.run(source, {"operation": "GetItem", "key": KEY})
    assert got == {"id": "1", "l": ["a"]}


async def test_a_failed_condition_rejects_with_the_item_that_is_there(cloud: Any) -> None:
    source = await cloud.table()
    await cloud.run(source, put({"name": {"S": "old"}}))
    with pytest.raises(FieldError, match="The conditional request failed") as caught:
        await cloud.run(source, put({"name": {"S": "new"}}, **NEW))
    assert caught.value.error_type == TYPE
    assert caught.value.data == {"id": "1", "name": "old"}
    assert await cloud.item(source, **KEY) == {**KEY, "name": {"S": "old"}}


async def test_a_put_that_is_done_already_succeeds(cloud: Any) -> None:
    source = await cloud.table()
    values = {"name": {"S": "a"}, "n": {"N": "1.0"}, "tags": {"SS": ["x", "y"]}}
    await cloud.run(source, put(values))
    again = {"name": {"S": "a"}, "n": {"N": 1}, "tags": {"SS": ["y", "x"]}}
    got = await cloud.run(source, put(again, **NEW))
    assert got == {"id": "1", "name": "a", "n": 1, "tags": got["tags"]}
    assert sorted(got["tags"]) == ["x", "y"]


async def test_ignored_attributes_do_not_count(cloud: Any) -> None:
    source = await cloud.table()
    await cloud.run(source, put({"name": {"S": "a"}, "version": {"N": 8}}))
    values = {"name": {"S": "a"}, "version": {"N": 2}}
    got = await cloud.run(source, put(values, **NEW, equalsIgnore=["version"]))
    assert got == {"id": "1", "name": "a", "version": 8}
    with pytest.raises(FieldError):
        await cloud.run(source, put(values, **NEW))


async def test_deleting_what_is_gone_succeeds_and_an_update_never_guesses(cloud: Any) -> None:
    source = await cloud.table()
    there = {"expression": "attribute_exists(id)"}
    gone = {"operation": "DeleteItem", "key": KEY, "condition": there}
    assert await cloud.run(source, gone) is None
    update = {"expression": "SET a = :a", "expressionValues": {":a": {"N": 1}}}
    asked = {"operation": "UpdateItem", "key": KEY, "update": update, "condition": there}
    with pytest.raises(FieldError) as caught:
        await cloud.run(source, asked)
    assert caught.value.error_type == TYPE
    assert caught.value.data is None


@pytest.mark.npm
async def test_a_function_decides_what_a_failed_condition_means(cloud: Any) -> None:
    source = await cloud.table()
    await cloud.run(source, put({"name": {"S": "old"}, "version": {"N": 8}}))
    function = await cloud.function(
        """
        const wish = event.arguments.wish;
        if (wish !== 'retry') return { action: wish };
        const values = { ...event.requestMapping.attributeValues };
        values.version = { N: Number(event.currentValue.version.N) + 1 };
        values.seen = { S: JSON.stringify([event.resolver, event.identity]) };
        return { action: 'retry', retryMapping: { attributeValues: values, condition: {
          expression: 'version = :v', expressionValues: { ':v': event.currentValue.version } } } };
        """
    )
    arn = function.settings["lambdaFunctionArn"]
    handler = {"strategy": "Custom", "lambdaArn": arn}
    asked = put({"name": {"S": "new"}}, **NEW, conditionalCheckFailedHandler=handler)
    info = {"fieldName": "putThing", "parentTypeName": "Mutation"}

    def context(wish: str) -> dict[str, Any]:
        return {"arguments": {"wish": wish}, "info": info, "identity": {"sub": "me"}}

    discarded = await cloud.run(source, asked, context("discard"))
    assert discarded == {"id": "1", "name": "old", "version": 8}
    for wish in ("reject", "nonsense"):
        with pytest.raises(FieldError) as caught:
            await cloud.run(source, asked, context(wish))
        assert caught.value.error_type == TYPE
        assert caught.value.data == discarded
    retried = await cloud.run(source, asked, context("retry"))
    resolver, identity = json.loads(retried.pop("seen"))
    assert retried == {"id": "1", "name": "new", "version": 9}
    assert resolver["field"] == "putThing"
    assert resolver["tableName"] == source.settings["tableName"]
    assert identity == {"sub": "me"}


async def test_an_unknown_strategy_is_refused_before_anything_is_written(cloud: Any) -> None:
    source = await cloud.table()
    handler = {"strategy": "Whatever"}
    with pytest.raises(TemplateError, match="Unsupported value 'Whatever'"):
        await cloud.run(source, put({}, **NEW, conditionalCheckFailedHandler=handler))
    assert await cloud.item(source, **KEY) is None
