"""A root over nested stacks with the developer's data: rows, objects and users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks


def table(key: str = "id", **more: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
            **more,
        },
    }


_REMOVED = {
    "Removed": table(),
    "Bucket": {"Type": "AWS::S3::Bucket"},
    "Pool": {"Type": "AWS::Cognito::UserPool"},
    "Protected": table(TableName="protected", DeletionProtectionEnabled=True),
    "Kept": {**table(TableName="kept"), "DeletionPolicy": "RetainExceptOnCreate"},
}
BEFORE = {"Resources": {"Replaced": table(), **_REMOVED}}
AFTER = {
    "Resources": {
        "Replaced": table("other"),
        "Name": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": "/made", "Type": "String", "Value": {"Ref": "Replaced"}},
        },
    }
}


def root_over(stacks: Stacks, key: str, child: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A root over a stack over the child: Amplify's data stack has stacks of its own."""
    inner = {"TemplateURL": stacks.publish(f"{key}-child.json", child)}
    middle = {"Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": inner}}}
    outer = {"TemplateURL": stacks.publish(f"{key}.json", middle)}
    return {
        "Resources": {"Data": {"Type": "AWS::CloudFormation::Stack", "Properties": outer}, **more}
    }


class Data:
    """What the developer put into the child stack's resources."""

    def __init__(self, stacks: Stacks) -> None:
        self._stacks = stacks
        self.child = stacks.physical_id(stacks.physical_id("app", "Data"), "Child")
        self._ids = {each: stacks.physical_id(self.child, each) for each in BEFORE["Resources"]}
        clients = stacks.clients
        self._tables, self._objects = clients.dynamodb, clients.client("s3")
        self._users = clients.client("cognito-idp")
        for table in ("Replaced", "Removed", "Protected", "Kept"):
            self._tables.put_item(TableName=self._ids[table], Item={"id": {"S": "row"}})
        self._objects.put_object(Bucket=self._ids["Bucket"], Key="photo", Body=b"bytes")
        self._users.admin_create_user(UserPoolId=self._ids["Pool"], Username="ada")

    def require_all(self) -> None:
        """The stack has the same resources with the same content."""
        stacks = self._stacks
        listed = stacks.cloudformation.list_stack_resources(StackName=self.child)
        assert {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in listed["StackResourceSummaries"]
        } == self._ids
        self._objects, self._tables = stacks.clients.client("s3"), stacks.clients.dynamodb
        self._users = stacks.clients.client("cognito-idp")
        for table in ("Replaced", "Removed", "Protected", "Kept"):
            assert self._tables.scan(TableName=self._ids[table])["Count"] == 1
        read = self._objects.get_object(Bucket=self._ids["Bucket"], Key="photo")
        assert read["Body"].read() == b"bytes"
        users = self._users.list_users(UserPoolId=self._ids["Pool"])["Users"]
        assert [user["Username"] for user in users] == ["ada"]
        described = stacks.cloudformation.describe_stacks(StackName=self.child)["Stacks"][0]
        assert described["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"

    def empty_bucket(self) -> None:
        """CloudFormation deletes no bucket with objects."""
        self._objects.delete_object(Bucket=self._ids["Bucket"], Key="photo")

    def require_only_protected_and_retained(self) -> None:
        """The clean-up deleted the rest, table by table."""
        tables = self._tables.list_tables()["TableNames"]
        replaced = self._stacks.physical_id(self.child, "Replaced")
        assert sorted(tables) == sorted([replaced, "protected", "kept"])
        assert self._users.list_user_pools(MaxResults=9)["UserPools"] == []
