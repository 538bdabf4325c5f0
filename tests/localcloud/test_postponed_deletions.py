"""What an update deletes is deleted when its root has succeeded: until then no row is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.localcloud.data_in_nested_stacks import AFTER, BEFORE, Data, root_over

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

_FAILING = {
    "Type": "AWS::AppSync::Resolver",
    "DependsOn": "Data",
    "Properties": {"ApiId": "missing", "TypeName": "Query", "FieldName": "f", "Kind": "UNIT"},
}


def test_a_later_failure_of_the_root_loses_nothing_of_its_nested_stacks(stacks: Stacks) -> None:
    stacks.create("app", root_over(stacks, "before", BEFORE))
    data = Data(stacks)
    failed = stacks.update("app", root_over(stacks, "after", AFTER, Bad=_FAILING))
    assert failed["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    data.require_all()

    # Left as it is, and then mended: the resources come back as they were.
    left = stacks.update(
        "app", root_over(stacks, "after", AFTER, Bad=_FAILING), DisableRollback=True
    )
    assert left["StackStatus"] == "UPDATE_FAILED"
    stacks.cloudformation.rollback_stack(StackName="app")
    assert stacks.settled("app")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    data.require_all()

    data.empty_bucket()
    assert (
        stacks.update("app", root_over(stacks, "after", AFTER))["StackStatus"] == "UPDATE_COMPLETE"
    )
    data.require_only_protected_and_retained()
    root = [
        (event["ResourceStatus"], event["Timestamp"])
        for event in stacks.events("app")
        if event["LogicalResourceId"] == "app"
    ]
    deleted = [
        (event["LogicalResourceId"], event["ResourceStatus"], event.get("ResourceStatusReason", ""))
        for event in stacks.events(data.child)
        if event["ResourceStatus"].startswith("DELETE_") and event["Timestamp"] > root[-2][1]
    ]
    assert root[-2][0] == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
    assert ("Removed", "DELETE_COMPLETE", "") in deleted
    assert ("Replaced", "DELETE_COMPLETE", "") in deleted
    assert ("Kept", "DELETE_SKIPPED", "") in deleted
    assert (
        "Protected",
        "DELETE_FAILED",
        'Resource handler returned message: "Resource cannot be deleted as it is currently '
        'protected against deletion. Disable deletion protection first."',
    ) in deleted
