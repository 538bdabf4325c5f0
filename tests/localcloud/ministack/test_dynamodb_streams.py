"""Streams and TimeToLive: what is recorded, where a reader may begin, which settings are taken."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud.ministack import installation
from workbench.localcloud.ministack.patches.dynamodb.time_to_live import has_expired

TABLE: dict[str, Any] = {
    "TableName": "cars",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}
NOW = 1_800_000_000.0


def _refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    return refused.value.response["Error"]["Message"]


def test_a_reader_begins_at_any_number_of_the_shard(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    streams = Clients(local_cloud).client("dynamodbstreams")
    arn = client.create_table(**TABLE)["TableDescription"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]
    place = {"StreamArn": arn, "ShardId": shard["ShardId"]}
    first = shard["SequenceNumberRange"]["StartingSequenceNumber"]

    def read(kind: str, number: str) -> list[Any]:
        iterator = streams.get_shard_iterator(
            **place, ShardIteratorType=kind, SequenceNumber=number
        )
        found: list[Any] = streams.get_records(**{"ShardIterator": iterator["ShardIterator"]})[
            "Records"
        ]
        return found

    assert read("AT_SEQUENCE_NUMBER", first) == []
    for name in "ab":
        client.put_item(TableName="cars", Item={"pk": {"S": name}, "t": {"S": "12345"}})
    records = read("AFTER_SEQUENCE_NUMBER", first)
    assert [each["dynamodb"]["Keys"]["pk"]["S"] for each in records] == ["a", "b"]
    # The key, and the new item.
    assert records[0]["dynamodb"]["SizeBytes"] == 3 + 3 + 6
    number = records[0]["dynamodb"]["SequenceNumber"]
    assert len(read("AT_SEQUENCE_NUMBER", number)) == 2
    assert len(read("AFTER_SEQUENCE_NUMBER", number)) == 1
    assert "'sequenceNumber'" in _refusal(
        streams.get_shard_iterator,
        **place,
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber="not a number at all, yet long",
    )
    update = {"TableName": "cars", "StreamSpecification": TABLE["StreamSpecification"]}
    already = "Table already has an enabled stream: TableName: cars"
    assert _refusal(client.update_table, **update) == already
    client.update_table(TableName="cars", DeletionProtectionEnabled=True)
    assert _refusal(client.delete_table, TableName="cars") == (
        "Resource cannot be deleted as it is currently protected against deletion. Disable "
        "deletion protection first."
    )
    client.update_table(TableName="cars", DeletionProtectionEnabled=False)


def test_settings_of_time_to_live(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    client.create_table(**TABLE)

    def update(attribute: str, *, enabled: bool) -> dict[str, Any]:
        specification = {"Enabled": enabled, "AttributeName": attribute}
        return {"TableName": "cars", "TimeToLiveSpecification": specification}

    call = client.update_time_to_live
    assert _refusal(call, **update("at", enabled=False)) == "TimeToLive is already disabled"
    call(**update("at", enabled=True))
    assert _refusal(call, **update("at", enabled=True)) == "TimeToLive is already enabled"
    for enabled in (True, False):
        assert _refusal(call, **update("other", enabled=enabled)) == (
            "TimeToLive is active on a different AttributeName: current AttributeName is at"
        )
    call(**update("at", enabled=False))
    described = client.describe_time_to_live(TableName="cars")["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "DISABLED"}
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="not found: Table: x y"):
        call(**{**update("at", enabled=True), "TableName": "x y"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"N": str(NOW - 1)}, True),
        ({"N": str(NOW + 1)}, False),
        ({"S": str(NOW - 1)}, False),
        ({"N": str(NOW - 6 * 365 * 24 * 3600)}, False),
        (None, False),
    ],
)
def test_which_items_have_expired(value: Any, expected: bool) -> None:
    assert has_expired(value, NOW) is expected


def test_what_expires_is_recorded_as_removed_by_the_service() -> None:
    installation.install()
    from ministack.core.responses import request_scope
    from ministack.services import dynamodb

    with request_scope("123456789012", "eu-west-1"):
        try:
            dynamodb._create_table({**TABLE, "TableName": "expiring"})
            setting = {"Enabled": True, "AttributeName": "at"}
            name = {"TableName": "expiring"}
            assert dynamodb._update_ttl({**name, "TimeToLiveSpecification": setting})[0] == 200
            for key, at in (("past", time.time() - 5), ("future", time.time() + 500)):
                item = {"pk": {"S": key}, "at": {"N": str(at)}}
                dynamodb._put_item({**name, "Item": item})
            table = dynamodb._tables["expiring"]

            def sweep() -> None:
                for key in ("past", "future"):
                    dynamodb._remove_item(table, key, "__no_sort__")

            # As the emulator's own thread does once a minute.
            thread = threading.Thread(target=sweep, name="dynamodb-ttl-reaper")
            thread.start()
            thread.join()
            assert list(table["items"]) == ["future"]
            last = dynamodb._stream_records["expiring"][-1]
            assert last["eventName"] == "REMOVE"
            assert last["dynamodb"]["OldImage"]["pk"] == {"S": "past"}
            service = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
            assert last["userIdentity"] == service
        finally:
            dynamodb._delete_table({"TableName": "expiring"})
