"""Clean-up after an update: ministack deletes without a word, AWS in a phase that has its events.

``UPDATE_COMPLETE_CLEANUP_IN_PROGRESS`` follows the last change of every update; what the template
has no more is then deleted with events of its own, and exports that it has no more are gone.
ministack also words a failed operation in its own way; on AWS the stack's event lists the
resources that failed
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html).
"""

from __future__ import annotations

import re
from typing import Any

from ministack.core.responses import now_iso
from ministack.services.cloudformation import _exports, _stack_events, _stacks, changesets, stacks
from ministack.services.cloudformation import handlers as actions

_STACK = "AWS::CloudFormation::Stack"
_CLEANING = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
_FAILED = re.compile(r"Resource (\S+) failed: ")
_DELETIONS = frozenset({"DELETE_SKIPPED", "DELETE_FAILED"})
Stack = dict[str, Any]


def install() -> None:
    """Announce the phase and its deletions, and end it as AWS does."""
    add, delete, deploy = stacks._add_event, stacks._delete_resource, stacks._deploy_stack_async
    deployed: dict[str, tuple[Any, Any]] = {}

    def clean_up(stack: Stack) -> None:
        """Begin the phase: from here on the stack runs what was deployed, whatever comes."""
        running = deployed.pop(stack.get("StackId", ""), None)
        if running is None or stack["StackStatus"] != "UPDATE_IN_PROGRESS":
            return
        stack["_template"], stack["_resolved_params"] = running
        stack["StackStatus"] = _CLEANING
        add(stack["StackId"], stack["StackName"], stack["StackName"], _STACK, _CLEANING, "",
            stack["StackId"])  # fmt: skip

    def add_event(  # noqa: PLR0917 - the signature of the function it stands in for
        stack_id: str,
        stack_name: str,
        logical_id: str,
        resource_type: str,
        status: str,
        reason: str = "",
        physical_id: str = "",
        detailed_status: str = "",
    ) -> None:
        stack = _stacks.get(stack_name) or {}
        if logical_id != stack_name:
            if status in _DELETIONS:
                clean_up(stack)
        elif status == "UPDATE_COMPLETE":
            stack["StackStatus"] = "UPDATE_IN_PROGRESS"
            clean_up(stack)
            stack["StackStatus"] = status
            _forget_exports(stack)
        else:
            reason = _as_aws_says(stack, status, reason)
        add(
            stack_id, stack_name, logical_id, resource_type, status, reason, physical_id,
            detailed_status,
        )  # fmt: skip

    def delete_resource(
        resource_type: str,
        physical_id: str,
        props: Any,
        stack_name: str = "",
        logical_id: str = "",
    ) -> None:
        stack = _stacks.get(stack_name) or {}
        clean_up(stack)
        cleans = stack.get("StackStatus") == _CLEANING
        about = (stack.get("StackId", ""), stack_name, logical_id, resource_type)
        if cleans:
            add(*about, "DELETE_IN_PROGRESS", "", physical_id)
        delete(resource_type, physical_id, props, stack_name, logical_id)
        if cleans:
            add(*about, "DELETE_COMPLETE", "", physical_id)

    async def deploy_stack(
        stack_name: str, stack_id: str, template: Any, params: Any, *rest: Any, **named: Any
    ) -> None:
        if named.get("is_update"):
            deployed[stack_id] = (template, params)
        try:
            await deploy(stack_name, stack_id, template, params, *rest, **named)
        finally:
            deployed.pop(stack_id, None)

    for module in (stacks, changesets, actions):
        for name, held in list(vars(module).items()):
            for old, new in (
                (add, add_event),
                (delete, delete_resource),
                (deploy, deploy_stack),
            ):
                if held is old:
                    setattr(module, name, new)


def _forget_exports(stack: Stack) -> None:
    """Drop what the stack exported before and exports no more."""
    kept = {output["ExportName"] for output in stack.get("Outputs", []) if "ExportName" in output}
    for name, export in list(_exports.items()):
        if export["StackId"] == stack["StackId"] and name not in kept:
            _exports.pop(name)


def _as_aws_says(stack: Stack, status: str, reason: str) -> str:
    """The reason of a stack's own event, in AWS's words."""
    failed = _FAILED.match(reason)
    if failed and status in {"CREATE_FAILED", "UPDATE_FAILED"}:
        verb = "create" if status == "CREATE_FAILED" else "update"
        reason = f"The following resource(s) failed to {verb}: [{failed[1]}]. "
        stack["StackStatusReason"] = reason
    elif status == "ROLLBACK_IN_PROGRESS":
        stack["DeletionTime"] = now_iso()
        if reason == "Rollback requested":
            failure = _first_failure(stack, "CREATE_FAILED").rstrip(". ")
            reason = f"{failure}. Rollback requested by user."
    elif status == "UPDATE_ROLLBACK_IN_PROGRESS" and reason == "Rollback requested":
        reason = _first_failure(stack, "UPDATE_FAILED")
    elif status == "ROLLBACK_COMPLETE":
        reason = ""
    elif status == "DELETE_IN_PROGRESS":
        stack["DeletionTime"] = now_iso()
    return reason


def _first_failure(stack: Stack, status: str) -> str:
    """The reason of the stack's own failure, or the resource that failed."""
    for event in reversed(_stack_events.get(stack.get("StackId", ""), [])):
        if event["ResourceStatus"] == status:
            if event["PhysicalResourceId"] == stack["StackId"]:
                return str(event["ResourceStatusReason"])
            return f"The following resource(s) failed to create: [{event['LogicalResourceId']}]"
    return ""
