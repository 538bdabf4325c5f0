"""Stack operations cut off by a stop of the emulator: ministack leaves them in progress forever.

AWS has no such case. A cut-off update is rolled back when the emulator starts again, to what the
stack ran before; if its clean-up had begun, that goes on. A create counts as failed, a delete as
failed. A nested stack that its parent was still making becomes a resource of the parent, so that it
goes with it.
"""

from __future__ import annotations

import copy
import json
import logging
import sys
from typing import Any

logger = logging.getLogger("local cloud")

_REASON = "The local cloud was stopped during the operation."
_ROLLING_BACK = "UPDATE_ROLLBACK_IN_PROGRESS"
_CLEANING = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
_UNMAKING = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
_AFTER = {
    "CREATE_IN_PROGRESS": "CREATE_FAILED",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_FAILED",
    "DELETE_IN_PROGRESS": "DELETE_FAILED",
    "UPDATE_IN_PROGRESS": _ROLLING_BACK,
    _CLEANING: _ROLLING_BACK,
    _ROLLING_BACK: _ROLLING_BACK,
    _UNMAKING: "UPDATE_ROLLBACK_COMPLETE",
}
Stack = dict[str, Any]


def any_running() -> bool:
    """Whether a stack operation runs now."""
    return any(stack.get("StackStatus") in _AFTER for _, stack in _all_stacks())


def settle_interrupted() -> tuple[str, ...]:
    """Give every cut-off operation the status it goes on from; returns the stacks' names."""
    names = []
    _note_unfinished_children()
    committed = _committed()
    for _, stack in _all_stacks():
        after = _AFTER.get(stack.get("StackStatus", ""))
        if after is not None and stack["StackId"] not in committed:
            if "_operation" in stack:
                after = _ROLLING_BACK
            stack["StackStatus"] = after
            stack["StackStatusReason"] = _REASON if after.endswith("_FAILED") else ""
            _event(stack, after)
            names.append(str(stack["StackName"]))
    return tuple(names)


def _committed() -> set[str]:
    """The stacks whose clean-up has begun, by themselves or by a stack above them."""
    if not any(stack.get("StackStatus") == _CLEANING for _, stack in _all_stacks()):
        return set()
    from workbench.localcloud.ministack.patches.cloudformation import postponed_deletions

    by_id = {stack["StackId"]: stack for _, stack in _all_stacks()}
    return {
        stack_id
        for stack_id, stack in by_id.items()
        if stack.get("StackStatus") == _CLEANING and postponed_deletions.is_committed(stack, by_id)
    }


def _note_unfinished_children() -> None:
    """Note each nested stack in its parent, which does so only at the end of its creation."""
    from ministack.services.cloudformation import _stack_events

    by_id = {stack["StackId"]: stack for _, stack in _all_stacks()}
    for child in by_id.values():
        parent = by_id.get(child.get("ParentId", ""))
        if parent is None or child["StackStatus"] == "DELETE_COMPLETE":
            continue
        resources = parent.setdefault("_resources", {})
        if any(each.get("PhysicalResourceId") == child["StackId"] for each in resources.values()):
            continue
        for event in _stack_events.get(parent["StackId"], ()):
            logical_id = event["LogicalResourceId"]
            if event["PhysicalResourceId"] == child["StackId"] and logical_id not in resources:
                resources[logical_id] = {
                    "PhysicalResourceId": child["StackId"],
                    "ResourceType": "AWS::CloudFormation::Stack",
                    "ResourceStatus": "CREATE_FAILED",
                    "LogicalResourceId": logical_id,
                    "Properties": {},
                    "Attributes": {},
                    "Timestamp": event["Timestamp"],
                }
                break


async def roll_back_interrupted() -> None:
    """Roll back what :func:`settle_interrupted` found updating, nested stacks first.

    Clean-ups that had begun go on.
    """
    from ministack.core.responses import request_scope

    cleaning = [
        (account, region, stack)
        for (account, region, _), stack in _all_stacks()
        if stack.get("StackStatus") == _CLEANING
    ]
    for account, region, stack in sorted(cleaning, key=lambda entry: _depth(entry[2])):
        if stack["StackStatus"] == _CLEANING:
            from workbench.localcloud.ministack.patches.cloudformation import clean_up

            with request_scope(account, region):
                await clean_up.clean_up(stack)

    cut_off = [
        (account, region, stack)
        for (account, region, _), stack in _all_stacks()
        if stack.get("StackStatus") == _ROLLING_BACK
    ]
    cut_off.sort(key=lambda entry: _depth(entry[2]), reverse=True)
    for account, region, stack in cut_off:
        with request_scope(account, region):
            try:
                await _roll_back(stack)
            except Exception:
                logger.exception("stack %s cannot be rolled back", stack["StackName"])
                stack["StackStatus"] = "UPDATE_ROLLBACK_FAILED"
                _event(stack, "UPDATE_ROLLBACK_FAILED")


async def _roll_back(stack: Stack) -> None:
    """Undo the cut-off update.

    One that an earlier release began has not noted what ran before: the stack's last complete
    template is deployed over it.
    """
    from ministack.services.cloudformation import engine, stacks

    from workbench.localcloud.ministack.patches.cloudformation import postponed_deletions

    if postponed_deletions.is_running(stack):
        await postponed_deletions.roll_back(stack, _REASON)
        return

    template, parameters = stack.get("_template") or {}, stack.get("_resolved_params") or {}
    previous = {
        "_resources": copy.deepcopy(stack.get("_resources", {})),
        "_template": engine._parse_template(stack.get("_template_body") or "{}"),
        "_resolved_params": parameters,
        "_conditions": stack.get("_conditions", {}),
        "Tags": stack.get("Tags", []),
        "Outputs": stack.get("Outputs", []),
    }
    stack["_template_body"] = json.dumps(template)
    stack["Parameters"] = [
        {"ParameterKey": key, "ParameterValue": value["Value"], "NoEcho": value["NoEcho"]}
        for key, value in parameters.items()
    ]
    await stacks._deploy_stack_async(
        stack["StackName"],
        stack["StackId"],
        template,
        parameters,
        False,
        stack.get("Tags", []),
        is_update=True,
        previous_stack=previous,
    )
    if stack["StackStatus"] == "UPDATE_COMPLETE":
        stack["StackStatus"] = "UPDATE_ROLLBACK_COMPLETE"
        _event(stack, "UPDATE_ROLLBACK_COMPLETE")


def _event(stack: Stack, status: str) -> None:
    from ministack.services.cloudformation import stacks

    name, stack_id = stack["StackName"], stack["StackId"]
    with stacks._stack_region_context(stack, stack_id):
        stacks._add_event(
            stack_id, name, name, "AWS::CloudFormation::Stack", status, _REASON, stack_id
        )


def _depth(stack: Stack) -> int:
    by_id = {other["StackId"]: other for _, other in _all_stacks()}
    depth, parent = 0, by_id.get(stack.get("ParentId", ""))
    while parent is not None:
        depth, parent = depth + 1, by_id.get(parent.get("ParentId", ""))
    return depth


def _all_stacks() -> list[tuple[tuple[str, str, str], Stack]]:
    module = sys.modules.get("ministack.services.cloudformation")
    return [] if module is None else list(module._stacks._data.items())
