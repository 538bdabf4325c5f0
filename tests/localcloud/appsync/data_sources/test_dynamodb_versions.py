from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from workbench.localcloud.appsync.data_sources.sync_settings import sync_settings
from workbench.localcloud.appsync.evaluation import FieldError, TemplateError
from workbench.localcloud.appsync.records import DataSource

KEY = {"id": {"S": "1"}}
OPTIMISTIC = sync_settings(
    {"conflictDetection": "VERSION", "conflictHandler": "OPTIMISTIC_CONCURRENCY"}
)


async def versioned(cloud: Any, minutes: int = 60) -> DataSource:
    source = await cloud.table()
    delta = f"delta-{source.settings['tableName']}"
    await cloud.services.call(
        "dynamodb",
        "CreateTable",
        {
            "TableName": delta,
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [
                {"AttributeName": "ds_pk", "KeyType": "HASH"},
                {"AttributeName": "ds_sk", "KeyType": "RANGE"},
            ],
            "AttributeDefinitions": [
                {"AttributeName": "ds_pk", "AttributeType": "S"},
                {"AttributeName": "ds_sk", "AttributeType": "S"},
            ],
        },
    )
    sync = {
        "baseTableTTL": minutes,
        "deltaSyncTableName": delta,
        "deltaSyncTableTTL": 30,
    }
    settings = {**source.settings, "versioned": True, "deltaSyncConfig": sync}
    versioned: DataSource = replace(source, settings=settings)
    return versioned


def put(name: str, **more: Any) -> dict[str, Any]:
    values = {"name": {"S": name}}
    return {"operation": "PutItem", "key": KEY, "attributeValues": values, **more}


def update(name: str, **more: Any) -> dict[str, Any]:
    expression = {"expression": "SET #n = :n", "expressionNames": {"#n": "name"}}
    values = {"expressionValues": {":n": {"S": name}}}
    return {"operation": "UpdateItem", "key": KEY, "update": {**expression, **values}, **more}


async def test_each_change_has_a_version_and_a_deleted_item_stays_as_tombstone(cloud: Any) -> None:
    source = await versioned(cloud)
    first = await cloud.run(source, put("a"))
    assert first["_version"] == 1
    assert abs(first["_lastChangedAt"] - time.time() * 1000) < 60_000
    second = await cloud.run(source, update("b"))
    assert (second["name"], second["_version"]) == ("b", 2)
    removing = {"operation": "UpdateItem", "key": KEY, "update": {"expression": "REMOVE dummy"}}
    assert (await cloud.run(source, removing))["_version"] == 3
    gone = await cloud.run(source, {"operation": "DeleteItem", "key": KEY})
    assert (gone["_deleted"], gone["_version"], gone["name"]) == (True, 4, "b")
    there = await cloud.item(source, **KEY)
    assert there["_deleted"] == {"BOOL": True}
    assert int(there["_ttl"]["N"]) > time.time() + 3000
    again = await cloud.run(source, put("c"))
    assert again["_version"] == 5
    assert "_deleted" not in again


async def test_without_a_time_to_live_deleted_items_go(cloud: Any) -> None:
    source = await versioned(cloud, minutes=0)
    await cloud.run(source, put("a"))
    assert (await cloud.run(source, {"operation": "DeleteItem", "key": KEY}))["_deleted"] is True
    assert await cloud.item(source, **KEY) is None
    assert await cloud.run(source, {"operation": "DeleteItem", "key": KEY}) is None


async def test_another_version_is_a_conflict(cloud: Any) -> None:
    source = await versioned(cloud)
    await cloud.run(source, put("a"), sync=OPTIMISTIC)
    await cloud.run(source, update("b", _version=1), sync=OPTIMISTIC)
    for stale in (update("c", _version=1), update("c"), put("c", _version=1)):
        with pytest.raises(FieldError, match="Conflict resolver rejects mutation") as caught:
            await cloud.run(source, stale, sync=OPTIMISTIC)
        assert caught.value.error_type == "ConflictUnhandled"
        assert caught.value.data["name"] == "b"
    assert (await cloud.run(source, update("d", _version=2), sync=OPTIMISTIC))["_version"] == 3


async def test_automerge_joins_what_can_be_joined(cloud: Any) -> None:
    source = await versioned(cloud)
    settings = sync_settings({"conflictDetection": "VERSION", "conflictHandler": "AUTOMERGE"})
    values = {"name": {"S": "a"}, "tags": {"SS": ["x"]}, "list": {"L": [{"N": 1}]}}
    await cloud.run(source, {**put("a"), "attributeValues": values}, sync=settings)
    await cloud.run(source, update("b", _version=1), sync=settings)
    values = {
        "name": {"S": "c"},
        "tags": {"SS": ["y"]},
        "list": {"L": [{"N": 2}]},
        "new": {"N": 1},
    }
    stale = {**put("c", _version=1), "attributeValues": values}
    merged = await cloud.run(source, stale, sync=settings)
    assert (merged["name"], merged["new"], merged["_version"]) == ("b", 1, 3)
    assert sorted(merged["tags"]) == ["x", "y"]
    assert merged["list"] == [1, 2]


@pytest.mark.npm
async def test_a_function_resolves_a_conflict(cloud: Any) -> None:
    source = await versioned(cloud)
    function = await cloud.function(
        """
        const { newItem, existingItem } = event;
        if (newItem.name === 'reject') return { action: 'REJECT' };
        if (newItem.name === 'remove') return { action: 'REMOVE' };
        return { action: 'RESOLVE', item: { name: newItem.name + existingItem.name } };
        """
    )
    settings = sync_settings(
        {
            "conflictDetection": "VERSION",
            "conflictHandler": "LAMBDA",
            "lambdaConflictHandlerConfig": {
                "lambdaConflictHandlerArn": function.settings["lambdaFunctionArn"]
            },
        }
    )
    await cloud.run(source, put("a"), sync=settings)
    joined = await cloud.run(source, put("b", _version=7), sync=settings)
    assert (joined["name"], joined["_version"]) == ("ba", 2)
    with pytest.raises(FieldError, match="Conflict resolver rejects"):
        await cloud.run(source, put("reject", _version=7), sync=settings)
    assert (await cloud.run(source, put("remove", _version=7), sync=settings))["_deleted"] is True


async def test_a_condition_still_counts(cloud: Any) -> None:
    source = await versioned(cloud)
    await cloud.run(source, put("a"))
    condition = {"expression": "attribute_not_exists(id)"}
    with pytest.raises(FieldError) as caught:
        await cloud.run(source, put("b", condition=condition))
    assert caught.value.error_type == "DynamoDB:ConditionalCheckFailedException"
    assert caught.value.data["name"] == "a"


async def test_sync_reads_everything_and_then_only_changes(cloud: Any) -> None:
    source = await versioned(cloud)
    for name in ("1", "2", "3"):
        key = {"id": {"S": name}}
        await cloud.run(source, {"operation": "PutItem", "key": key, "attributeValues": {}})
    page = await cloud.run(source, {"operation": "Sync"})
    assert sorted(item["id"] for item in page["items"]) == ["1", "2", "3"]
    assert page["nextToken"] is None
    await asyncio.sleep(0.005)
    await cloud.run(source, {"operation": "DeleteItem", "key": {"id": {"S": "2"}}})
    changes: list[Any] = []
    token = None
    while True:
        asked = {"operation": "Sync", "lastSync": page["startedAt"], "nextToken": token}
        delta = await cloud.run(source, asked)
        changes += delta["items"]
        token = delta["nextToken"]
        if token is None:
            break
    assert [(item["id"], item["_deleted"]) for item in changes if item.get("_deleted")] == [
        ("2", True)
    ]
    assert all("ds_pk" not in item for item in changes)
    with pytest.raises(FieldError, match="Invalid pagination token given"):
        await cloud.run(
            source, {"operation": "Sync", "lastSync": page["startedAt"], "nextToken": "123"}
        )


async def test_sync_needs_a_versioned_source(cloud: Any) -> None:
    source = await cloud.table()
    with pytest.raises(TemplateError, match="needs a versioned data source"):
        await cloud.run(source, {"operation": "Sync"})


async def test_a_custom_partition_key_moves_to_the_delta_tables_own(cloud: Any) -> None:
    source = await versioned(cloud)
    await cloud.run(source, put("a", customPartitionKey="id", populateIndexFields=True))
    delta = source.settings["deltaSyncConfig"]["deltaSyncTableName"]
    (entry,) = (await cloud.services.call("dynamodb", "Scan", {"TableName": delta}))["Items"]
    assert entry["ds_pk"]["S"].startswith("Things:20")
    assert entry["ds_pk"]["S"].endswith(":1")
    assert entry["gsi_ds_pk"]["S"] == entry["ds_pk"]["S"].removesuffix(":1")
    assert entry["gsi_ds_sk"]["S"].endswith(":1:1")
