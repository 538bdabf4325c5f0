"""The events of a stack operation on the local cloud are those of AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks


def _template(*values: str) -> dict[str, Any]:
    return {
        "Resources": {
            f"Value{index}": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Type": "String", "Value": value},
            }
            for index, value in enumerate(values)
        }
    }


def _update_events(stacks: Stacks) -> list[tuple[str, str]]:
    stacks.create("app", _template("same", "old"))
    before = len(stacks.events("app"))
    stacks.update("app", _template("same", "new", "added"))
    return [
        (event["LogicalResourceId"], event["ResourceStatus"])
        for event in stacks.events("app")[before:]
    ]


_EXPECTED = [
    ("app", "UPDATE_IN_PROGRESS"),
    ("Value1", "UPDATE_IN_PROGRESS"),
    ("Value1", "UPDATE_COMPLETE"),
    ("Value2", "CREATE_IN_PROGRESS"),
    ("Value2", "CREATE_COMPLETE"),
    ("app", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
    ("app", "UPDATE_COMPLETE"),
]


def test_an_update_tells_only_of_what_changes_and_what_is_new(stacks: Stacks) -> None:
    assert _update_events(stacks) == _EXPECTED
    listed = stacks.cloudformation.list_stack_resources(StackName="app")["StackResourceSummaries"]
    assert {r["LogicalResourceId"]: r["ResourceStatus"] for r in listed} == {
        "Value0": "CREATE_COMPLETE",
        "Value1": "UPDATE_COMPLETE",
        "Value2": "CREATE_COMPLETE",
    }


def test_without_the_patch_every_resource_is_updated(
    stacks_without: Callable[[str], Stacks],
) -> None:
    assert ("Value0", "UPDATE_COMPLETE") in _update_events(
        stacks_without("cloudformation.stack_events")
    )


def test_events_carry_the_physical_id_when_it_is_known(stacks: Stacks) -> None:
    _update_events(stacks)
    value = stacks.physical_id("app", "Value1")
    updating = [
        event
        for event in stacks.events("app")
        if (event["LogicalResourceId"], event["ResourceStatus"]) == ("Value1", "UPDATE_IN_PROGRESS")
    ]
    assert [event["PhysicalResourceId"] for event in updating] == [value]


def test_no_two_events_share_a_time(stacks: Stacks) -> None:
    _update_events(stacks)
    events = stacks.events("app")
    times = [event["Timestamp"] for event in events]
    assert times == sorted(set(times))


def test_what_an_update_leaves_out_is_deleted_at_its_end(stacks: Stacks) -> None:
    template = _template("kept", "left out")
    exported = {"Value": "here", "Export": {"Name": "told"}}
    stacks.create("app", {**template, "Outputs": {"Told": exported}})
    assert [one["Name"] for one in stacks.cloudformation.list_exports()["Exports"]] == ["told"]
    before = len(stacks.events("app"))
    stacks.update("app", _template("kept"))
    assert [(one["LogicalResourceId"], one["ResourceStatus"]) for one in stacks.events("app")][
        before:
    ] == [
        ("app", "UPDATE_IN_PROGRESS"),
        ("app", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ("Value1", "DELETE_IN_PROGRESS"),
        ("Value1", "DELETE_COMPLETE"),
        ("app", "UPDATE_COMPLETE"),
    ]
    assert stacks.cloudformation.list_exports()["Exports"] == []


def test_a_failed_creation_names_what_failed(stacks: Stacks) -> None:
    template = _template("made")
    template["Resources"]["Bad"] = {
        "Type": "AWS::SSM::Parameter",
        "DependsOn": "Value0",
        "Properties": {"Type": "String", "Value": "", "Name": "//"},
    }
    assert stacks.create("app", template)["StackStatus"] == "ROLLBACK_COMPLETE"
    own = [one for one in stacks.events("app") if one["LogicalResourceId"] == "app"]
    assert [(one["ResourceStatus"], one.get("ResourceStatusReason", "")) for one in own] == [
        ("CREATE_IN_PROGRESS", "User Initiated"),
        (
            "ROLLBACK_IN_PROGRESS",
            "The following resource(s) failed to create: [Bad]. Rollback requested by user.",
        ),
        ("ROLLBACK_COMPLETE", ""),
    ]
    kept = stacks.create("kept", template, DisableRollback=True)
    assert kept["StackStatus"] == "CREATE_FAILED"
    assert kept["StackStatusReason"] == "The following resource(s) failed to create: [Bad]. "
