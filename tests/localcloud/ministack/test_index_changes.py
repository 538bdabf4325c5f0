"""Indexes of a table change one at a time, as DynamoDB and CloudFormation have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from workbench.aws.clients import Clients
from workbench.localcloud.ministack.patches.cloudformation.index_changes import (
    FIXED,
    ONE_AT_A_TIME,
)

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

A, B, C = ("byK", ["k"], "ALL"), ("byKN", ["k", "n"], "ALL"), ("byN", ["n"], "KEYS_ONLY")
Index = tuple[str, list[str], str]


def _keys(names: list[str]) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": kind}
        for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
    ]


def _index(index: Index) -> dict[str, Any]:
    name, keys, projection = index
    return {
        "IndexName": name,
        "KeySchema": _keys(keys),
        "Projection": {"ProjectionType": projection},
    }


def _table(*indexes: Index) -> dict[str, Any]:
    names = {"id", *(name for _, keys, _ in indexes for name in keys)}
    properties: dict[str, Any] = {
        "TableName": "rows",
        "KeySchema": _keys(["id"]),
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in sorted(names)
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }
    if indexes:
        properties["GlobalSecondaryIndexes"] = [_index(index) for index in indexes]
    return properties


def _template(*indexes: Index, **properties: Any) -> dict[str, Any]:
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {**_table(*indexes), **properties}}
    return {"Resources": {"Rows": table}}


def _indexes(clients: Clients) -> dict[str, Any]:
    table = clients.client("dynamodb").describe_table(TableName="rows")["Table"]
    return {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes", [])}


def _refused(stacks: Stacks) -> list[str]:
    return [
        event["ResourceStatusReason"]
        for event in stacks.events("app")
        if event["ResourceStatus"] == "UPDATE_FAILED" and event["LogicalResourceId"] == "Rows"
    ]


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ([A], [B, C], ONE_AT_A_TIME),
        ([A], [B], ONE_AT_A_TIME),
        ([], [A, B], ONE_AT_A_TIME),
        ([A, B], [], ONE_AT_A_TIME),
        ([A], [("byK", ["n"], "ALL")], FIXED),
        ([A, C], [("byK", ["k"], "KEYS_ONLY"), C], FIXED),
    ],
)
def test_what_an_update_of_a_stack_refuses(
    stacks: Stacks, before: list[Index], after: list[Index], text: str
) -> None:
    stacks.create("app", _template(*before))
    put = stacks.clients.client("dynamodb").put_item
    put(TableName="rows", Item={"id": {"S": "1"}, "k": {"S": "x"}})
    made = _indexes(stacks.clients)
    assert stacks.update("app", _template(*after))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert _refused(stacks) == [text]
    assert _indexes(stacks.clients) == made


def test_one_index_in_an_update_goes_through(stacks: Stacks) -> None:
    stacks.create("app", _template(A))
    for indexes in ([A, C], [C], [], [B]):
        assert stacks.update("app", _template(*indexes))["StackStatus"] == "UPDATE_COMPLETE"
        assert _indexes(stacks.clients).keys() == {name for name, _, _ in indexes}


def test_capacity_and_settings_change_in_place(stacks: Stacks) -> None:
    def template(units: int) -> dict[str, Any]:
        capacity = {"ReadCapacityUnits": units, "WriteCapacityUnits": units}
        made = _template(A, C, BillingMode="PROVISIONED", ProvisionedThroughput=capacity)
        properties = made["Resources"]["Rows"]["Properties"]
        for index in properties["GlobalSecondaryIndexes"]:
            index["ProvisionedThroughput"] = capacity
        if units == 2:
            properties["TimeToLiveSpecification"] = {"Enabled": True, "AttributeName": "at"}
            recovery = {"PointInTimeRecoveryEnabled": True}
            properties["PointInTimeRecoverySpecification"] = recovery
        return made

    client = stacks.clients.client("dynamodb")

    def settings() -> tuple[str, str]:
        described = client.describe_continuous_backups(TableName="rows")
        recovery = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        live = client.describe_time_to_live(TableName="rows")["TimeToLiveDescription"]
        return live["TimeToLiveStatus"], recovery["PointInTimeRecoveryStatus"]

    stacks.create("app", template(2))
    assert settings() == ("ENABLED", "ENABLED")
    assert stacks.update("app", template(3))["StackStatus"] == "UPDATE_COMPLETE"
    found = _indexes(stacks.clients).values()
    assert [index["ProvisionedThroughput"]["ReadCapacityUnits"] for index in found] == [3, 3]
    assert settings() == ("DISABLED", "DISABLED")


def test_a_new_index_leaves_out_what_has_keys_of_another_type(local_clients: Clients) -> None:
    client = local_clients.client("dynamodb")
    client.create_table(**_table(A))
    for number, value in enumerate(({"S": "x"}, {"N": "1"}, None)):
        item = {"id": {"S": str(number)}, "k": {"S": "k"}, **({"n": value} if value else {})}
        client.put_item(TableName="rows", Item=item)
    client.update_table(
        TableName="rows",
        AttributeDefinitions=_table(A, B)["AttributeDefinitions"],
        GlobalSecondaryIndexUpdates=[{"Create": _index(B)}],
    )
    client.put_item(TableName="rows", Item={**item, "id": {"S": "late"}, "n": {"S": "y"}})
    index = {"TableName": "rows", "IndexName": "byKN"}
    of_k = {"KeyConditionExpression": "k = :k", "ExpressionAttributeValues": {":k": {"S": "k"}}}
    for found in (client.query(**index, **of_k), client.scan(**index)):
        assert [item["id"]["S"] for item in found["Items"]] == ["0", "late"]
    assert client.query(TableName="rows", IndexName="byK", **of_k)["Count"] == 4


def test_what_update_table_refuses(local_clients: Clients) -> None:
    client = local_clients.client("dynamodb")
    client.create_table(**_table(A))
    made = _indexes(local_clients)

    def refused(*updates: dict[str, Any], **more: Any) -> str:
        names = ["id", "k", "n"]
        attributes = [{"AttributeName": name, "AttributeType": "S"} for name in names]
        with pytest.raises(ClientError) as caught:
            client.update_table(
                TableName="rows",
                AttributeDefinitions=attributes,
                GlobalSecondaryIndexUpdates=list(updates),
                **more,
            )
        assert _indexes(local_clients) == made
        error = caught.value.response["Error"]
        return f"{error['Code']}: {error['Message']}"

    one = (
        "LimitExceededException: Subscriber limit exceeded: Only 1 online index can be created or "
        "deleted simultaneously per table"
    )
    delete_a = {"Delete": {"IndexName": "byK"}}
    assert refused({"Create": _index(B)}, {"Create": _index(C)}) == one
    assert refused(delete_a, {"Create": _index(B)}) == one
    assert refused({"Create": _index(A)}) == (
        "ValidationException: Attempting to create an index which already exists"
    )
    assert refused({"Delete": {"IndexName": "none"}}) == (
        "ResourceNotFoundException: Requested resource not found: Index none for table rows"
    )
    assert refused(delete_a, {"Create": _index(A)}) == (
        "ValidationException: One or more parameter values were invalid: Only one global "
        "secondary index update per index is allowed simultaneously. Index: byK"
    )
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert refused({"Create": _index(B)}, StreamSpecification=stream) == (
        "ValidationException: You cannot create or delete index while changing stream status"
    )
    assert refused({"Create": _index(B)}, DeletionProtectionEnabled=True) == (
        "ValidationException: DeletionProtection modification must be the only operation in the "
        "request"
    )


@pytest.mark.parametrize("patch", ["cloudformation.index_changes", "dynamodb.index_updates"])
def test_the_patches_are_needed(stacks_without: Any, patch: str) -> None:
    stacks: Stacks = stacks_without(patch)
    if patch.startswith("cloudformation"):
        stacks.create("app", _template(A))
        assert stacks.update("app", _template(B, C))["StackStatus"] == "UPDATE_COMPLETE"
        return
    client = stacks.clients.client("dynamodb")
    client.create_table(**_table(A))
    changes: list[Any] = [{"Delete": {"IndexName": "byK"}}, {"Create": _index(C)}]
    attributes: list[Any] = [{"AttributeName": "n", "AttributeType": "S"}]
    client.update_table(
        TableName="rows", AttributeDefinitions=attributes, GlobalSecondaryIndexUpdates=changes
    )
    assert _indexes(stacks.clients).keys() == {"byN"}
