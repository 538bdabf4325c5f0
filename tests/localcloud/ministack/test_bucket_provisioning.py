"""Buckets from templates have their tags, and full ones are not deleted with their stack."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

PATCH = "s3.bucket_provisioning"


def _template(*tags: tuple[str, str]) -> dict[str, Any]:
    listed = [{"Key": key, "Value": value} for key, value in tags]
    return {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"Tags": listed}}}}


def _tags(stacks: Stacks, bucket: str) -> dict[str, str]:
    found = stacks.clients.client("s3").get_bucket_tagging(Bucket=bucket)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


def _with_an_object(stacks: Stacks) -> str:
    created = stacks.create("app", _template(("one", "1")))
    assert created["StackStatus"] == "CREATE_COMPLETE"
    bucket = stacks.physical_id("app", "B")
    stacks.clients.client("s3").put_object(Bucket=bucket, Key="kept.txt", Body=b"kept")
    return bucket


def _names(stacks: Stacks) -> set[str]:
    return {item["Name"] for item in stacks.clients.client("s3").list_buckets()["Buckets"]}


def test_tags_of_the_template_and_of_the_stack_are_on_the_bucket(stacks: Stacks) -> None:
    stack_tags = [{"Key": "created-by", "Value": "amplify"}]
    stacks.create("app", _template(("one", "1")), Tags=stack_tags)
    bucket = stacks.physical_id("app", "B")
    tags = _tags(stacks, bucket)
    assert (tags["one"], tags["created-by"]) == ("1", "amplify")
    stacks.update("app", _template(("two", "2")), Tags=stack_tags)
    assert stacks.physical_id("app", "B") == bucket
    assert _tags(stacks, bucket).keys() & {"one", "two"} == {"two"}


def test_a_full_bucket_stays_and_says_why(stacks: Stacks) -> None:
    bucket = _with_an_object(stacks)
    stack_id = stacks.cloudformation.describe_stacks(StackName="app")["Stacks"][0]["StackId"]
    stacks.cloudformation.delete_stack(StackName="app")
    assert stacks.settled(stack_id)["StackStatus"] == "DELETE_FAILED"
    reasons = " ".join(event.get("ResourceStatusReason", "") for event in stacks.events(stack_id))
    assert "not empty" in reasons
    kept = stacks.clients.client("s3").get_object(Bucket=bucket, Key="kept.txt")["Body"]
    assert kept.read() == b"kept"
    stacks.clients.client("s3").delete_object(Bucket=bucket, Key="kept.txt")
    stacks.cloudformation.delete_stack(StackName=stack_id)
    assert stacks.settled(stack_id)["StackStatus"] == "DELETE_COMPLETE"
    assert bucket not in _names(stacks)


def test_without_the_patch_objects_are_lost(stacks_without: Callable[[str], Stacks]) -> None:
    stacks = stacks_without(PATCH)
    bucket = _with_an_object(stacks)
    stack_id = stacks.cloudformation.describe_stacks(StackName="app")["Stacks"][0]["StackId"]
    stacks.cloudformation.delete_stack(StackName="app")
    assert stacks.settled(stack_id)["StackStatus"] == "DELETE_COMPLETE"
    assert bucket not in _names(stacks)
