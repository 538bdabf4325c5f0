from __future__ import annotations

from typing import Any

import pytest

from workbench.localcloud.ministack.saved_state.items import ItemChanges
from workbench.localcloud.service_error import ServiceError

KEY = {"id": {"S": "1"}}


async def test_writes_are_followed_by_the_saved_state(
    cloud: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ministack.services import dynamodb

    for name in ("_set_item", "_remove_item"):
        monkeypatch.setattr(dynamodb, name, getattr(dynamodb, name))
    changes = ItemChanges()
    changes.install()
    source = await cloud.table()
    changes.loaded()
    put = {"operation": "PutItem", "key": KEY, "attributeValues": {"a": {"N": 1}}}
    await cloud.run(source, put)
    _, items = changes.cut()
    assert [(key[0].rsplit("/", 1)[-1], key[1]) for key in items] == [
        (source.settings["tableName"], "1")
    ]
    assert [item["a"] for item in items.values()] == [{"N": "1"}]
    await cloud.run(source, {"operation": "DeleteItem", "key": KEY})
    assert list(changes.cut()[1].values()) == [None]


async def test_writes_reach_the_tables_stream(cloud: Any) -> None:
    from ministack.services import dynamodb

    source = await cloud.table()
    name = source.settings["tableName"]
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    await cloud.services.call(
        "dynamodb", "UpdateTable", {"TableName": name, "StreamSpecification": stream}
    )
    await cloud.run(source, {"operation": "PutItem", "key": KEY, "attributeValues": {}})
    await cloud.run(source, {"operation": "DeleteItem", "key": KEY})
    records = dynamodb._live_stream_records(name)
    assert [record["eventName"] for record in records] == ["INSERT", "REMOVE"]


async def test_another_region_has_tables_of_its_own(cloud: Any) -> None:
    from workbench.localcloud.ministack.bridge.appsync_services import EmulatorServices

    source = await cloud.table()
    elsewhere = EmulatorServices(cloud.marks.append, region="eu-west-1")
    with pytest.raises(ServiceError) as caught:
        await elsewhere.call("dynamodb", "Scan", {"TableName": source.settings["tableName"]})
    assert caught.value.code == "ResourceNotFoundException"
    assert await cloud.run(source, {"operation": "Scan"}) == {
        "items": [],
        "nextToken": None,
        "scannedCount": 0,
    }
