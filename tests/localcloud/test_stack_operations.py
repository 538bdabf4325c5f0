"""A stack operation that a kill cut off ends in a state from which the next one can go on."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.localcloud.data_in_nested_stacks import AFTER, BEFORE, Data, root_over
from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle
from workbench.localcloud.state.store import FILE_NAME

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks


def _parameter(value: str) -> dict[str, Any]:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}


def _endless(*before: str) -> dict[str, Any]:
    """Resources of which the last waits for a signal that never comes."""
    waiting = {"Handle": {"Ref": "Handle"}, "Timeout": "3600", "Count": 1}
    return {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "DependsOn": [*before, "Handle"],
            "Properties": waiting,
        },
    }


def _kill_and_restart(stacks: Stacks, folder: Path) -> None:
    time.sleep(1.0)  # the last second of writes may be lost
    os.kill(lifecycle.status(folder).pid, signal.SIGKILL)
    stacks.clients = Clients(lifecycle.start(folder))
    stacks.cloudformation = stacks.clients.client("cloudformation")


def test_a_cut_off_create_can_be_deleted_and_made_again(
    own_stacks: Stacks, own_cloud_dir: Path
) -> None:
    template = {"Resources": {"Value": _parameter("1"), **_endless("Value")}}
    own_stacks.cloudformation.create_stack(StackName="app", TemplateBody=_json(template))
    _kill_and_restart(own_stacks, own_cloud_dir)
    stack = own_stacks.settled("app", timeout=1)
    assert stack["StackStatus"] == "CREATE_FAILED"
    assert "stopped" in stack["StackStatusReason"]
    own_stacks.cloudformation.delete_stack(StackName="app")
    assert own_stacks.settled(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    made = own_stacks.create("app", {"Resources": {"Value": _parameter("2")}})
    assert made["StackStatus"] == "CREATE_COMPLETE"


def test_a_cut_off_update_is_rolled_back_at_the_next_start(
    own_stacks: Stacks, own_cloud_dir: Path
) -> None:
    before = root_over(own_stacks, "before", BEFORE, Value=_parameter("1"))
    own_stacks.create("app", before)
    data = Data(own_stacks)
    more = {"Value": _parameter("2"), **_endless("Value", "Data")}
    cut_off = root_over(own_stacks, "after", AFTER, **more)
    own_stacks.cloudformation.update_stack(StackName="app", TemplateBody=_json(cut_off))
    _until_saved(own_cloud_dir, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    _kill_and_restart(own_stacks, own_cloud_dir)
    assert own_stacks.settled("app", timeout=10)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    data.require_all()
    listed = own_stacks.cloudformation.list_stack_resources(StackName="app")[
        "StackResourceSummaries"
    ]
    assert [resource["LogicalResourceId"] for resource in listed] == ["Data", "Value"]
    back = own_stacks.physical_id("app", "Value")
    assert own_stacks.clients.ssm.get_parameter(Name=back)["Parameter"]["Value"] == "1"
    template = own_stacks.cloudformation.get_template(StackName="app")["TemplateBody"]
    assert template == before
    repaired = own_stacks.update("app", {"Resources": {"Value": _parameter("3")}})
    assert repaired["StackStatus"] == "UPDATE_COMPLETE"
    value = own_stacks.physical_id("app", "Value")
    assert own_stacks.clients.ssm.get_parameter(Name=value)["Parameter"]["Value"] == "3"
    listed = own_stacks.cloudformation.list_stack_resources(StackName="app")[
        "StackResourceSummaries"
    ]
    # The bucket with objects and the protected table stay, and with them their stacks.
    assert {each["LogicalResourceId"]: each["ResourceStatus"] for each in listed} == {
        "Value": "UPDATE_COMPLETE",
        "Data": "DELETE_FAILED",
    }


def test_a_nested_stack_that_was_being_made_goes_with_its_parent(
    own_stacks: Stacks, own_cloud_dir: Path
) -> None:
    named = _parameter("1")
    named["Properties"]["Name"] = "/app/name"
    child = own_stacks.publish("child.json", {"Resources": {"Value": named, **_endless("Value")}})
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": child}}
    own_stacks.create("other", {"Resources": {"Value": _parameter("1")}})
    template = _json({"Resources": {"Child": nested}})
    own_stacks.cloudformation.create_stack(StackName="app", TemplateBody=template)
    both = _json({"Resources": {"Value": _parameter("1"), "Child": nested}})
    _until_saved(own_cloud_dir, "/app/name")
    _kill_and_restart(own_stacks, own_cloud_dir)
    stack = own_stacks.settled("app", timeout=1)
    assert stack["StackStatus"] == "CREATE_FAILED"
    own_stacks.cloudformation.delete_stack(StackName="app")
    assert own_stacks.settled(stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"

    own_stacks.cloudformation.update_stack(StackName="other", TemplateBody=both)
    _until_saved(own_cloud_dir, "/app/name")
    _kill_and_restart(own_stacks, own_cloud_dir)
    assert own_stacks.settled("other", timeout=10)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    finished = own_stacks.publish("finished.json", {"Resources": {"Value": named}})
    nested["Properties"] = {"TemplateURL": finished}
    assert own_stacks.create("app", {"Resources": {"Child": nested}})["StackStatus"] == (
        "CREATE_COMPLETE"
    )


def _until_saved(cloud_dir: Path, text: str) -> None:
    """Wait until the saved state names it."""
    deadline = time.monotonic() + 20
    query = "SELECT 1 FROM part WHERE instr(document, ?1) OR instr(name, ?1)"
    with closing(sqlite3.connect(cloud_dir / "state" / FILE_NAME)) as state:
        while state.execute(query, (text.encode(),)).fetchone() is None:
            assert time.monotonic() < deadline, f"not saved: {text}"
            time.sleep(0.02)


def _json(template: dict[str, Any]) -> str:
    return json.dumps(template)
