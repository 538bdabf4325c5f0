"""Nested stacks on the local cloud behave as on AWS: updates, failures, roll-backs, deletes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks


def _parameter(value: Any) -> dict[str, Any]:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}


def _queue(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


_FAILING = {
    "Type": "AWS::AppSync::Resolver",
    "Properties": {"ApiId": "missing", "TypeName": "Query", "FieldName": "f", "Kind": "UNIT"},
}


def _child(value: str, **more: Any) -> dict[str, Any]:
    return {
        "Resources": {
            "Queue": _queue(QueueName="kept"),
            "Value": _parameter(value),
            "QueueArn": _parameter({"Fn::GetAtt": ["Queue", "Arn"]}),
            **more,
        },
        "Outputs": {
            "Arn": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}},
            "Value": {"Value": value},
        },
    }


def _root(url: str) -> dict[str, Any]:
    return {
        "Resources": {
            "Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}},
            "After": _parameter({"Fn::GetAtt": ["Child", "Outputs.Value"]}),
        },
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Child", "Outputs.Arn"]}}},
    }


def test_an_update_keeps_the_attributes_of_unchanged_resources(stacks: Stacks) -> None:
    first = stacks.create("app", _root(stacks.publish("one.json", _child("1"))))
    assert first["StackStatus"] == "CREATE_COMPLETE"
    second = stacks.update("app", _root(stacks.publish("two.json", _child("2"))))
    assert second["StackStatus"] == "UPDATE_COMPLETE"
    assert second["Outputs"] == first["Outputs"]
    third = stacks.update("app", _root(stacks.publish("three.json", _child("3"))))
    assert third["StackStatus"] == "UPDATE_COMPLETE"
    child = stacks.physical_id("app", "Child")
    described = stacks.cloudformation.describe_stacks(StackName=child)["Stacks"][0]
    assert {o["OutputKey"]: o["OutputValue"] for o in described["Outputs"]}["Value"] == "3"


def test_without_the_patch_the_attributes_are_forgotten(
    stacks_without: Callable[[str], Stacks],
) -> None:
    bare = stacks_without("cloudformation.nested_stacks")
    bare.create("app", _root(bare.publish("one.json", _child("1"))))
    second = bare.update("app", _root(bare.publish("two.json", _child("2"))))
    assert second["StackStatus"] != "UPDATE_COMPLETE"


def test_a_failed_child_is_rolled_back_with_the_whole_create(stacks: Stacks) -> None:
    url = stacks.publish("bad.json", _child("1", Bad={**_FAILING, "DependsOn": "Value"}))
    stack = stacks.create("app", _root(url))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    failed = [e for e in stacks.events("app") if e["ResourceStatus"] == "CREATE_FAILED"]
    assert [e["LogicalResourceId"] for e in failed] == ["Child"]
    child = failed[0]["PhysicalResourceId"]
    assert failed[0]["ResourceStatusReason"] == (
        f"Embedded stack {child} was not successfully created: "
        "The following resource(s) failed to create: [Bad]. "
    )
    assert stacks.statuses(child, "Bad") == ["CREATE_IN_PROGRESS", "CREATE_FAILED"]
    assert stacks.statuses(child, "Queue")[-1] == "DELETE_COMPLETE"
    assert stacks.clients.client("sqs").list_queues().get("QueueUrls", []) == []


def test_a_failed_child_update_goes_back_to_what_ran_before(stacks: Stacks) -> None:
    stacks.create("app", _root(stacks.publish("one.json", _child("1"))))
    child = stacks.physical_id("app", "Child")
    value = stacks.physical_id(child, "Value")
    extra = {"New": _queue(QueueName="new"), "Bad": {**_FAILING, "DependsOn": "New"}}
    stack = stacks.update("app", _root(stacks.publish("bad.json", _child("2", **extra))))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    described = stacks.cloudformation.describe_stacks(StackName=child)["Stacks"][0]
    assert described["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    ssm = stacks.clients.client("ssm")
    assert ssm.get_parameter(Name=value)["Parameter"]["Value"] == "1"
    queues = stacks.clients.client("sqs").list_queues()["QueueUrls"]
    assert [url.rsplit("/", 1)[1] for url in queues] == ["kept"]
    reasons = [
        event["ResourceStatusReason"]
        for event in stacks.events("app")
        if event["ResourceStatus"] == "UPDATE_FAILED"
    ]
    assert reasons == [
        f"Embedded stack {child} was not successfully updated. Currently in "
        "UPDATE_ROLLBACK_COMPLETE with reason: The following resource(s) failed to create: [Bad]. "
    ]
    repaired = stacks.update("app", _root(stacks.publish("three.json", _child("3"))))
    assert repaired["StackStatus"] == "UPDATE_COMPLETE"


def test_a_later_failure_in_the_root_sends_the_child_back(stacks: Stacks) -> None:
    stacks.create("app", _root(stacks.publish("one.json", _child("1"))))
    child = stacks.physical_id("app", "Child")
    value = stacks.physical_id(child, "Value")
    root = _root(stacks.publish("two.json", _child("2")))
    root["Resources"]["Bad"] = {**_FAILING, "DependsOn": "Child"}
    assert stacks.update("app", root)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    ssm = stacks.clients.client("ssm")
    assert ssm.get_parameter(Name=value)["Parameter"]["Value"] == "1"


def test_the_child_can_be_followed_by_its_id_while_it_deploys(stacks: Stacks) -> None:
    stacks.create("app", _root(stacks.publish("one.json", _child("1"))))
    child = stacks.physical_id("app", "Child")
    started = [e for e in stacks.events("app") if e["LogicalResourceId"] == "Child"]
    assert [e["ResourceStatus"] for e in started[:2]] == ["CREATE_IN_PROGRESS"] * 2
    assert started[1]["PhysicalResourceId"] == child
    stacks.update("app", _root(stacks.publish("two.json", _child("2"))))
    updates = [
        e
        for e in stacks.events("app")
        if e["LogicalResourceId"] == "Child" and e["ResourceStatus"] == "UPDATE_IN_PROGRESS"
    ]
    assert [e["PhysicalResourceId"] for e in updates] == [child]
    names = {e["LogicalResourceId"] for e in stacks.events(child)}
    assert {"Queue", "Value", "QueueArn"} <= names


def test_deleting_the_root_deletes_the_child_and_keeps_what_is_retained(stacks: Stacks) -> None:
    retained = {**_queue(QueueName="retained"), "DeletionPolicy": "Retain"}
    stacks.create("app", _root(stacks.publish("one.json", _child("1", Retained=retained))))
    child = stacks.physical_id("app", "Child")
    root = stacks.cloudformation.describe_stacks(StackName="app")["Stacks"][0]["StackId"]
    stacks.cloudformation.delete_stack(StackName="app")
    assert stacks.settled(root)["StackStatus"] == "DELETE_COMPLETE"
    assert stacks.settled(child)["StackStatus"] == "DELETE_COMPLETE"
    assert stacks.statuses(child, "Retained")[-1] == "DELETE_SKIPPED"
    assert stacks.statuses(child, "Queue")[-1] == "DELETE_COMPLETE"
    queues = stacks.clients.client("sqs").list_queues()["QueueUrls"]
    assert [url.rsplit("/", 1)[1] for url in queues] == ["retained"]


def test_a_missing_resolver_api_is_reported_on_the_resource(stacks: Stacks) -> None:
    stack = stacks.create("app", {"Resources": {"Value": _parameter("1"), "Bad": _FAILING}})
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert stacks.statuses("app", "Bad")[-1] == "CREATE_FAILED"


def test_an_unchanged_update_is_refused_as_on_aws(stacks: Stacks) -> None:
    template = _root(stacks.publish("one.json", _child("1")))
    stacks.create("app", template)
    try:
        stacks.update("app", template)
    except ClientError as error:
        assert error.response["Error"]["Message"] == "No updates are to be performed."
    else:
        raise AssertionError("the update was accepted")


def test_a_child_names_its_parent_and_root(stacks: Stacks) -> None:
    inner = _root(stacks.publish("leaf.json", _child("1")))
    outer = {
        "Resources": {
            "Middle": {
                "Type": "AWS::CloudFormation::Stack",
                "Properties": {"TemplateURL": stacks.publish("middle.json", inner)},
            }
        }
    }
    root = stacks.create("app", outer)["StackId"]
    middle = stacks.physical_id("app", "Middle")
    leaf = stacks.physical_id(middle, "Child")
    described = {
        stack["StackId"]: (stack.get("ParentId"), stack.get("RootId"))
        for stack in stacks.cloudformation.describe_stacks()["Stacks"]
    }
    assert described == {root: (None, None), middle: (root, root), leaf: (middle, root)}


def test_without_the_patch_a_child_names_no_parent(stacks_without: Callable[[str], Stacks]) -> None:
    bare = stacks_without("cloudformation.nested_stack_family")
    bare.create("app", _root(bare.publish("one.json", _child("1"))))
    described = bare.cloudformation.describe_stacks()["Stacks"]
    assert [stack.get("ParentId") for stack in described] == [None, None]
