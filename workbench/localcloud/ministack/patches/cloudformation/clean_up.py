"""Clean-up after an update: ministack deletes stack by stack, AWS when the whole tree is updated.

``UPDATE_COMPLETE_CLEANUP_IN_PROGRESS`` follows the last change of every update. A nested stack
stays in it until its root has succeeded, and only then is deleted what the templates have no more
and what was replaced: a later failure finds every table with its rows
(https://repost.aws/knowledge-center/cloudformation-nested-stacks-states-progress).
ministack also words a failed operation in its own way; on AWS the stack's event lists the
resources that failed
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html).
"""

from __future__ import annotations

import contextvars
import re
from typing import Any

from ministack.core.responses import now_iso
from ministack.services.cloudformation import (
    _stack_events,
    _stacks,
    changesets,
    provisioners,
    stacks,
)
from ministack.services.cloudformation import handlers as actions

from workbench.localcloud.ministack.patches.cloudformation import postponed_deletions as postponed
from workbench.localcloud.ministack.patches.cloudformation.postponed_deletions import (
    CLEANING,
    STACK,
    Stack,
)

_FAILED = re.compile(r"Resource (\S+) failed: ")
_UPDATED: contextvars.ContextVar[Stack | None] = contextvars.ContextVar("updated", default=None)
"""The stack whose update runs: a type's own deletion of what it replaced does not name it."""


def install() -> None:
    """Postpone an update's deletions, announce the phase, and end it as AWS does."""
    add, delete, deploy = stacks._add_event, stacks._delete_resource, stacks._deploy_stack_async
    delete_stack = stacks._delete_stack_async

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
            if status == "DELETE_SKIPPED" and _is_updating(stack):
                postponed.postpone(stack, resource_type, physical_id, {}, logical_id, skipped=True)
                return
        elif status == "UPDATE_COMPLETE" and postponed.is_running(stack):
            stack["StackStatus"] = status = CLEANING
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
        if _is_updating(stack):
            postponed.postpone(stack, resource_type, physical_id, props, logical_id)
        else:
            delete(resource_type, physical_id, props, stack_name, logical_id)

    async def deploy_stack(
        stack_name: str, stack_id: str, template: Any, params: Any, *rest: Any, **named: Any
    ) -> None:
        if not named.get("is_update"):
            await deploy(stack_name, stack_id, template, params, *rest, **named)
            return
        stack = _stacks[stack_name]
        postponed.begin(stack, named["previous_stack"], template, params)
        token = _UPDATED.set(stack)
        try:
            await deploy(stack_name, stack_id, template, params, *rest, **named)
        finally:
            _UPDATED.reset(token)
        if stack["StackStatus"] == CLEANING:
            if not postponed.is_part_of_its_parents(stack):
                await clean_up(stack)
            return
        postponed.settle_for_now(stack)
        if stack["StackStatus"] != "UPDATE_FAILED" or not postponed.is_part_of_its_parents(stack):
            postponed.forget(stack)

    async def deleted_stack(stack_name: str, stack_id: str, *rest: Any, **named: Any) -> None:
        stack = _stacks.get(stack_name)
        if stack is not None and postponed.is_running(stack):
            stack.pop("_operation")
            await postponed.delete_all(stack, delete)
        await delete_stack(stack_name, stack_id, *rest, **named)

    for module in (stacks, changesets, actions):
        for name, held in list(vars(module).items()):
            for old, new in (
                (add, add_event),
                (delete, delete_resource),
                (deploy, deploy_stack),
                (delete_stack, deleted_stack),
            ):
                if held is old:
                    setattr(module, name, new)
    provisioners._delete_predecessor = _postponing(provisioners._delete_predecessor)


async def clean_up(root: Stack) -> None:
    """The phase of the whole tree: from its beginning nothing can be rolled back."""
    for stack in [root, *postponed.commit(root)[1:]]:
        if stack["StackStatus"] == "UPDATE_COMPLETE":
            stack["StackStatus"] = CLEANING
    waiting = [root, *postponed.descendants_to_clean(root)]
    for stack in waiting:
        with stacks._stack_region_context(stack, stack["StackId"]):
            await postponed.delete_all(stack, stacks._delete_resource)
    for stack in reversed(waiting):
        postponed.export_outputs(stack)
        stack["StackStatus"] = "UPDATE_COMPLETE"
        stacks._add_event(
            stack["StackId"], stack["StackName"], stack["StackName"], STACK, "UPDATE_COMPLETE", "",
            stack["StackId"],
        )  # fmt: skip


def _is_updating(stack: Stack) -> bool:
    return bool(stack.get("StackStatus") == "UPDATE_IN_PROGRESS" and postponed.is_running(stack))


def _postponing(delete_predecessor: Any) -> Any:
    """A type's own deletion of what it replaced waits with the others."""

    def delete_later(delete: Any, given: Any, named: Any) -> None:
        stack = _UPDATED.get()
        if stack is None or not postponed.postpone_call(stack, delete, given, named):
            delete(*given, **named)

    def deleted(delete: Any, *given: Any, **named: Any) -> None:
        if provisioners._DEFERRED_PREDECESSOR_DELETES.get() is None:
            delete_predecessor(delete, *given, **named)
        else:
            delete_predecessor(delete_later, delete, given, named)

    return deleted


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
