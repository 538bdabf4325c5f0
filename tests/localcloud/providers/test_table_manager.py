"""Amplify's model tables, with the real table manager's code in the stack but not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks
    from tests.localcloud.providers.conftest import Provider

KIND = "Custom::AmplifyDynamoDBTable"


def _attribute(name: str, kind: str = "S") -> dict[str, str]:
    return {"attributeName": name, "attributeType": kind}


def _index(name: str, attribute: str) -> dict[str, Any]:
    return {
        "indexName": name,
        "keySchema": [{"attributeName": attribute, "keyType": "HASH"}],
        "projection": {"projectionType": "ALL"},
    }


def _table(**more: Any) -> dict[str, Any]:
    return {
        "tableName": "Post-api-NONE",
        "attributeDefinitions": [_attribute("id")],
        "keySchema": [{"attributeName": "id", "keyType": "HASH"}],
        "billingMode": "PAY_PER_REQUEST",
        "streamSpecification": {"streamViewType": "NEW_AND_OLD_IMAGES"},
        "deletionProtectionEnabled": False,
        "allowDestructiveGraphqlSchemaUpdates": True,
        "replaceTableUponGsiUpdate": False,
        **more,
    }


def _with_indexes(*names: str, **more: Any) -> dict[str, Any]:
    attributes = [_attribute("id"), *(_attribute(name) for name in names)]
    indexes = [_index(f"by-{name}", name) for name in names]
    return _table(attributeDefinitions=attributes, globalSecondaryIndexes=indexes, **more)


def _describe(stacks: Stacks) -> dict[str, Any]:
    client = stacks.clients.client("dynamodb")
    table: dict[str, Any] = client.describe_table(TableName="Post-api-NONE")["Table"]
    return table


def _put(stacks: Stacks) -> None:
    client = stacks.clients.client("dynamodb")
    client.put_item(TableName="Post-api-NONE", Item={"id": {"S": "1"}, "author": {"S": "me"}})


def _count(stacks: Stacks) -> int:
    return int(stacks.clients.client("dynamodb").scan(TableName="Post-api-NONE")["Count"])


def _indexes(stacks: Stacks) -> list[str]:
    return sorted(item["IndexName"] for item in _describe(stacks).get("GlobalSecondaryIndexes", []))


def _reason(stacks: Stacks, status: str) -> str:
    failed = [event for event in stacks.events("app") if event["ResourceStatus"] == status]
    return str(failed[-1]["ResourceStatusReason"])


def test_a_table_is_made_whole(stacks: Stacks, table_manager: Provider) -> None:
    properties = _with_indexes(
        "author",
        pointInTimeRecoverySpecification={"pointInTimeRecoveryEnabled": True},
        timeToLiveSpecification={"attributeName": "ttl", "enabled": True},
        sseSpecification={"sseEnabled": True},
    )
    template = table_manager.template(KIND, properties)
    template["Outputs"] = {
        name: {"Value": {"Fn::GetAtt": ["Thing", name]}}
        for name in ("TableArn", "TableStreamArn", "TableName")
    }
    stack = stacks.create("app", template)
    table = _describe(stacks)
    outputs = {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]}
    assert outputs == {
        "TableArn": table["TableArn"],
        "TableStreamArn": table["LatestStreamArn"],
        "TableName": "Post-api-NONE",
    }
    assert stacks.physical_id("app", "Thing") == "Post-api-NONE"
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert table["SSEDescription"]["Status"] == "ENABLED"
    client = stacks.clients.client("dynamodb")
    backups = client.describe_continuous_backups(TableName="Post-api-NONE")
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
    ttl = client.describe_time_to_live(TableName="Post-api-NONE")["TimeToLiveDescription"]
    assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "ttl")
    tags = client.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    assert {"Key": "friendly", "Value": "yes"} in tags


def test_indexes_come_and_go_without_losing_data(stacks: Stacks, table_manager: Provider) -> None:
    stacks.create("app", table_manager.template(KIND, _with_indexes("author")))
    _put(stacks)
    wanted = _with_indexes("title", "views")
    assert stacks.update("app", table_manager.template(KIND, wanted))["StackStatus"] == (
        "UPDATE_COMPLETE"
    )
    assert _indexes(stacks) == ["by-title", "by-views"]
    assert _count(stacks) == 1


def test_a_sandbox_replaces_the_table_for_an_index(stacks: Stacks, table_manager: Provider) -> None:
    sandbox = {"replaceTableUponGsiUpdate": True}
    stacks.create("app", table_manager.template(KIND, _with_indexes("author", **sandbox)))
    _put(stacks)
    before = _describe(stacks)["TableId"]
    template = table_manager.template(KIND, _with_indexes("author", "title", **sandbox))
    stacks.update("app", template)
    assert _indexes(stacks) == ["by-author", "by-title"]
    assert _count(stacks) == 0
    assert _describe(stacks)["TableId"] != before


def test_other_settings_change_in_place(stacks: Stacks, table_manager: Provider) -> None:
    stacks.create("app", table_manager.template(KIND, _table()))
    _put(stacks)
    wanted = _table(
        billingMode="PROVISIONED",
        provisionedThroughput={"readCapacityUnits": 4, "writeCapacityUnits": 3},
        streamSpecification={"streamViewType": "KEYS_ONLY"},
        deletionProtectionEnabled=True,
        timeToLiveSpecification={"attributeName": "ttl", "enabled": True},
        pointInTimeRecoverySpecification={"pointInTimeRecoveryEnabled": True},
    )
    stack = stacks.update("app", table_manager.template(KIND, wanted))
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    table = _describe(stacks)
    assert table["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    assert table["ProvisionedThroughput"]["ReadCapacityUnits"] == 4
    assert table["StreamSpecification"]["StreamViewType"] == "KEYS_ONLY"
    assert table["DeletionProtectionEnabled"] is True
    assert _count(stacks) == 1
    stacks.cloudformation.delete_stack(StackName="app")
    stacks.cloudformation.get_waiter("stack_delete_complete").wait(
        StackName="app", WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    # A protected table outlives its stack, as on AWS.
    assert _count(stacks) == 1


def test_another_key_replaces_only_where_that_is_allowed(
    stacks: Stacks, table_manager: Provider
) -> None:
    other = {
        "attributeDefinitions": [_attribute("name")],
        "keySchema": [{"attributeName": "name", "keyType": "HASH"}],
    }
    careful = {"allowDestructiveGraphqlSchemaUpdates": False}
    stacks.create("app", table_manager.template(KIND, _table(**careful)))
    _put(stacks)
    stack = stacks.update("app", table_manager.template(KIND, _table(**other, **careful)))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "Editing key schema of table requires replacement" in _reason(stacks, "UPDATE_FAILED")
    assert _count(stacks) == 1
    stacks.update("app", table_manager.template(KIND, _table(**other)))
    assert _describe(stacks)["KeySchema"] == [{"AttributeName": "name", "KeyType": "HASH"}]


def test_an_imported_table_must_be_as_expected(stacks: Stacks, table_manager: Provider) -> None:
    stacks.clients.client("dynamodb").create_table(
        TableName="Post-api-NONE",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    kind = "Custom::ImportedAmplifyDynamoDBTable"
    fitting = table_manager.template(kind, _table(isImported=True))
    assert stacks.create("app", fitting)["StackStatus"] == "CREATE_COMPLETE"
    wrong = table_manager.template(
        kind, _table(isImported=True, streamSpecification={"streamViewType": "KEYS_ONLY"})
    )
    stacks.create("wrong", wrong)
    failed = [e for e in stacks.events("wrong") if e["ResourceStatus"] == "CREATE_FAILED"]
    assert "StreamSpecification does not match" in failed[0]["ResourceStatusReason"]


def test_a_missing_table_is_deleted(stacks: Stacks, table_manager: Provider) -> None:
    stacks.create("app", table_manager.template(KIND, _table()))
    stacks.clients.client("dynamodb").delete_table(TableName="Post-api-NONE")
    stack_id = stacks.cloudformation.describe_stacks(StackName="app")["Stacks"][0]["StackId"]
    stacks.cloudformation.delete_stack(StackName="app")
    assert stacks.settled(stack_id)["StackStatus"] == "DELETE_COMPLETE"
