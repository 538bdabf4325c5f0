"""What a stack's state, its exports and its parameters allow."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from workbench.localcloud.ministack.patches.cloudformation import (
    parameter_answers,
    service_refusals,
)

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks


def _parameter(value: Any, **more: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Type": "String", "Value": value, **more},
    }


def _refusal(call: Any, **asked: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**asked)
    said = refused.value.response["Error"]
    return said["Code"], said["Message"]


def _exporting(value: str, name: str = "shared") -> dict[str, Any]:
    return {
        "Resources": {"Value": _parameter(value)},
        "Outputs": {"Shared": {"Value": value, "Export": {"Name": name}}},
    }


def _reason(stacks: Stacks, stack: str, status: str) -> str:
    found = [
        one.get("ResourceStatusReason", "")
        for one in stacks.events(stack)
        if one["ResourceStatus"] == status and one["LogicalResourceId"] == stack
    ]
    return str(found[-1])


def test_an_export_in_use_stays(stacks: Stacks) -> None:
    client = stacks.cloudformation
    stacks.create("giver", _exporting("one"))
    stacks.create("taker", {"Resources": {"V": _parameter({"Fn::ImportValue": "shared"})}})
    assert _refusal(client.delete_stack, StackName="giver") == (
        "ValidationError",
        "Export shared cannot be deleted as it is in use by taker",
    )
    for template, verb in ((_exporting("two"), "updated"), (_exporting("two", "new"), "deleted")):
        assert stacks.update("giver", template)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert _reason(stacks, "giver", "UPDATE_ROLLBACK_IN_PROGRESS") == (
            f"Export shared cannot be {verb} as it is in use by taker"
        )
    assert [one["Value"] for one in client.list_exports()["Exports"]] == ["one"]
    value = stacks.clients.client("ssm").get_parameter(Name=stacks.physical_id("giver", "Value"))
    assert value["Parameter"]["Value"] == "one"

    assert stacks.create("second", _exporting("x"))["StackStatus"] == "ROLLBACK_COMPLETE"
    assert _reason(stacks, "second", "ROLLBACK_IN_PROGRESS").startswith(
        "Export with name shared is already exported by stack giver. Export names must be unique"
    )
    lost = {"Resources": {"V": _parameter({"Fn::ImportValue": "nothing"})}}
    stacks.create("lost", lost)
    failed = [one for one in stacks.events("lost") if one["ResourceStatus"] == "CREATE_FAILED"]
    assert [one["ResourceStatusReason"] for one in failed] == ["No export named nothing found."]


def test_a_rolled_back_creation_can_only_be_deleted(stacks: Stacks) -> None:
    client = stacks.cloudformation
    bad = {"Resources": {"A": _parameter("a"), "Z": _parameter("z", Name="//")}}
    made = stacks.create("app", bad)
    assert made["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "DeletionTime" in made
    assert not {"Outputs", "StackStatusReason", "Description"} & set(made)
    failed = [one for one in stacks.events("app") if one["ResourceStatus"] == "CREATE_FAILED"]
    assert re.fullmatch(
        'Resource handler returned message: "[^{}]+"', failed[0]["ResourceStatusReason"]
    ), failed
    good = json.dumps({"Resources": {"A": _parameter("a")}})
    stuck = f"Stack:{made['StackId']} is in ROLLBACK_COMPLETE state and can not be updated."
    assert _refusal(client.update_stack, StackName="app", TemplateBody=good) == (
        "ValidationError",
        stuck,
    )
    change = {"StackName": "app", "ChangeSetName": "again", "TemplateBody": good}
    assert _refusal(client.create_change_set, **change) == ("ValidationError", stuck)
    assert _refusal(client.create_change_set, **change, ChangeSetType="CREATE")[1] == (
        f"Stack [{made['StackId']}] already exists and cannot be created again with the "
        "changeSet [again]."
    )
    assert _refusal(client.create_stack, StackName="app", TemplateBody=good) == (
        "AlreadyExistsException",
        "Stack [app] already exists",
    )
    client.delete_stack(StackName="app")
    assert stacks.settled(made["StackId"])["StackStatus"] == "DELETE_COMPLETE"

    kept = stacks.create("kept", bad, DisableRollback=True)
    assert kept["StackStatus"] == "CREATE_FAILED"
    client.update_stack(StackName="kept", TemplateBody=good)
    assert stacks.settled("kept")["StackStatus"] == "UPDATE_COMPLETE"
    summary = client.get_template_summary(StackName="kept")
    assert summary["ResourceIdentifierSummaries"] == [
        {
            "ResourceType": "AWS::SSM::Parameter",
            "LogicalResourceIds": ["A"],
            "ResourceIdentifiers": ["Name"],
        }
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Parameters: [A, B] must have values"),
        ({"A": "a", "B": "2", "Typo": "x"}, "Parameters: [Typo] do not exist in the template"),
        ({"A": "a", "B": "two"}, "Parameter 'B' must be a number."),
        ({"A": "a", "B": "2", "C": "x"}, "Parameter 'C' must be one of AllowedValues [c, d]"),
    ],
)
def test_parameters_are_checked(given: dict[str, str], said: str) -> None:
    defined = {
        "A": {"Type": "String"},
        "B": {"Type": "Number"},
        "C": {"Type": "String", "Default": "c", "AllowedValues": ["c", "d"]},
    }
    values = [{"Key": key, "Value": value} for key, value in given.items()]
    with pytest.raises(ValueError) as refused:
        parameter_answers.check(defined, values, {})
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("""A::B::C update failed: b'{"__type": "X", "message": "no \\'a\\'"}'""", "no 'a'"),
        ('A::B::C PublishVersion failed: {"Message": "no"}', "no"),
        ("A::B::C create failed: b'<Error><Message>no</Message></Error>'", "no"),
        ("A::B::C create failed: the name is taken", ""),
    ],
)
def test_a_service_s_message_is_read(reason: str, message: str) -> None:
    assert service_refusals.message_of(reason) == message
