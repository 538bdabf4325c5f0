"""Names that CloudFormation makes: readable, and the same with each update."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle
from workbench.localcloud.ministack.patches.cloudformation.generated_names import readable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.localcloud.conftest import Stacks

STACK = "amplify-circulardepdatafunc-root-sandbox-88caf0ffc4-function1351588B-1A2B3C4D5E6F"
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}


def template(wait: int) -> dict[str, Any]:
    code = {"ZipFile": "def handler(event, context):\n    return 1\n"}
    function = {
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["authenticatedUserRoleD8DA3689", "Arn"]},
        "Code": code,
        "Timeout": wait,
    }
    return {
        "Resources": {
            "authenticatedUserRoleD8DA3689": ROLE,
            "customAPIFunction43845F63": {
                "Type": "AWS::Lambda::Function",
                "Properties": function,
            },
            "Fn": {"Type": "AWS::Lambda::Function", "Properties": function},
            "amplifyFilesBucket6A14BF31": {"Type": "AWS::S3::Bucket"},
            "Jobs": {
                "Type": "AWS::SQS::Queue",
                "Properties": {"FifoQueue": True, "VisibilityTimeout": wait + 30},
            },
            "Lines": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": wait}},
            "Orders": {
                "Type": "AWS::SNS::Topic",
                "Properties": {"FifoTopic": True, "DisplayName": f"after {wait}"},
            },
            "Setting": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": wait},
            },
        }
    }


def ids(stacks: Stacks) -> dict[str, str]:
    told = stacks.cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in told}


@pytest.mark.cloud
def test_both_names_can_be_read(stacks: Stacks) -> None:
    assert stacks.create(STACK, template(3))["StackStatus"] == "CREATE_COMPLETE"
    made = ids(stacks)
    shapes = {
        "authenticatedUserRoleD8DA3689": r"amplify-circulardepdatafu-authenticated\w{12}-\w{12}",
        "customAPIFunction43845F63": r"amplify-circulardepdatafu-customAPIFunction43845F63-\w{12}",
        "Fn": r"amplify-circulardepdatafunc-root-sandbox-88caf0f-Fn-\w{12}",
        "amplifyFilesBucket6A14BF31": r"amplify-circulardepdataf-amplifyfilesbucket6a14b\w*-\w{12}",
        "Jobs": r"http://.*/amplify-circulardepdatafunc-root-\S*-Jobs-\w{12}\.fifo",
        "Lines": f"{STACK}-Lines-" r"\w{13}",
        "Orders": rf"arn:aws:sns:us-east-1:000000000000:{STACK}-Orders-\w{{13}}\.fifo",
        "Setting": r"CFN-Setting-\w{13}",
    }
    for logical, shape in shapes.items():
        assert re.fullmatch(shape, made[logical]), made[logical]
    tags = stacks.clients.client("sqs").list_queue_tags(QueueUrl=made["Jobs"])
    assert not tags.get("Tags")
    assert stacks.update(STACK, template(4))["StackStatus"] == "UPDATE_COMPLETE"
    assert ids(stacks) == made


@pytest.mark.cloud
def test_stacks_of_earlier_releases_keep_their_names(
    stacks_without: Callable[[str], Stacks], tmp_path: Path
) -> None:
    patch = "cloudformation.generated_names"
    earlier = stacks_without(patch)
    assert earlier.create(STACK, template(3))["StackStatus"] == "CREATE_COMPLETE"
    made = ids(earlier)
    assert made["customAPIFunction43845F63"].startswith(STACK[:51])
    folder = tmp_path / f"without-{patch}"
    lifecycle.stop(folder)
    now = type(earlier)(Clients(lifecycle.start(folder)))
    assert now.update(STACK, template(4))["StackStatus"] == "UPDATE_COMPLETE"
    assert ids(now) == made


@pytest.mark.unit
def test_a_name_has_its_limit() -> None:
    for most in (32, 50, 63, 64, 80):
        for logical in ("A", "L" * 24, "L" * 200):
            assert len(readable("S" * 100, logical, "", most)) <= most
    assert readable("short", "L" * 200, "", 64).startswith("short-" + "L" * 45 + "-")
