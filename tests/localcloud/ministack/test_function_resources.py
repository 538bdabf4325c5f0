"""What belongs to a function in a template: changed in place, and refused without its function."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.localcloud.conftest import Stacks
from tests.localcloud.ministack.functions.conftest import NODE, ROLE

pytestmark = pytest.mark.cloud

REF = {"Ref": "F"}


def _resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _template(number: int, mapping: dict[str, Any], **alias: Any) -> dict[str, Any]:
    version = f"V{number}"
    return {"Resources": {
        "F": _resource(
            "Lambda::Function", Runtime=NODE, Role=ROLE, Handler="index.handler",
            Code={"ZipFile": f"exports.handler = async () => {number}"},
        ),
        version: _resource("Lambda::Version", FunctionName=REF),
        "Live": _resource(
            "Lambda::Alias", FunctionName=REF, Name="live",
            FunctionVersion={"Fn::GetAtt": [version, "Version"]}, **alias,
        ),
        "May": _resource(
            "Lambda::Permission", FunctionName={"Ref": "Live"}, Action="lambda:InvokeFunction",
            Principal=f"{'s3' if number == 1 else 'sns'}.amazonaws.com",
        ),
        "Stream": _resource("Kinesis::Stream", ShardCount=1),
        "Mapping": _resource(
            "Lambda::EventSourceMapping", FunctionName=REF, StartingPosition="LATEST",
            EventSourceArn={"Fn::GetAtt": ["Stream", "Arn"]}, **mapping,
        ),
    }}  # fmt: skip


def test_an_update_changes_alias_permission_and_mapping_in_place(stacks: Stacks) -> None:
    old = {"BatchSize": 5, "MaximumRetryAttempts": 2, "MaximumBatchingWindowInSeconds": 3}
    stacks.create("s", _template(1, old, Description="first"))
    found = stacks.cloudformation.describe_stack_resources(StackName="s")["StackResources"]
    ids = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}
    new = {"TumblingWindowInSeconds": 30, "ParallelizationFactor": 2}
    assert stacks.update("s", _template(2, new))["StackStatus"] == "UPDATE_COMPLETE"
    client: Any = stacks.clients.lambda_
    mapping = client.get_event_source_mapping(UUID=ids["Mapping"])
    assert {name: mapping.get(name) for name in (*old, *new)} == {
        **new, "BatchSize": 100, "MaximumRetryAttempts": -1,
        "MaximumBatchingWindowInSeconds": 0,
    }  # fmt: skip
    alias = client.get_alias(FunctionName=ids["F"], Name="live")
    assert (alias["FunctionVersion"], alias["Description"]) == ("2", "")
    policy = json.loads(client.get_policy(FunctionName=ids["F"], Qualifier="live")["Policy"])
    assert [each["Principal"] for each in policy["Statement"]] == [{"Service": "sns.amazonaws.com"}]


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("Permission", {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}),
        ("Version", {}),
        ("Alias", {"Name": "live", "FunctionVersion": "1"}),
    ],
)
def test_nothing_is_made_of_a_function_that_is_not_there(
    stacks: Stacks, kind: str, more: dict[str, Any]
) -> None:
    template = {"Resources": {"X": _resource(f"Lambda::{kind}", FunctionName="none", **more)}}
    assert stacks.create(f"s-{kind}", template)["StackStatus"] == "ROLLBACK_COMPLETE"
    events = stacks.cloudformation.describe_stack_events(StackName=f"s-{kind}")["StackEvents"]
    reasons = [each.get("ResourceStatusReason", "") for each in events]
    assert any("Function not found" in each and ":function:none" in each for each in reasons)
