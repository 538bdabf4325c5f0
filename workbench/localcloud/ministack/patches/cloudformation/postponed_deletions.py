"""What an update of a stack and its nested stacks will delete once all of them have succeeded.

A stack's record keeps the running update under ``_operation`` (what ran before, and what runs now)
and its deletions under ``_deletions``, so that both outlive a kill. The root's clean-up makes the
deletions of the whole tree; until then nothing is gone, and :func:`roll_back` only has to point
the stack at what it ran before.
"""

from __future__ import annotations

import copy
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

from ministack.services.cloudformation import _exports, _stacks, engine, provisioners, stacks

logger = logging.getLogger("local cloud")

STACK = "AWS::CloudFormation::Stack"
CLEANING = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
_OPERATION, _DELETIONS = "_operation", "_deletions"
Stack = dict[str, Any]
Delete = Callable[..., Any]


def begin(stack: Stack, previous: Stack, template: Any, parameters: Any) -> None:
    """Note an update. One that goes on after a failure is rolled back to before the first."""
    if _OPERATION in stack:
        _take_back_removals(stack)
    stack[_OPERATION] = {
        "previous_stack": stack.get(_OPERATION, {}).get("previous_stack", previous),
        "template": template,
        "param_values": parameters,
    }


def is_running(stack: Stack) -> bool:
    """Whether an update has begun whose tree has not succeeded yet."""
    return _OPERATION in stack


def is_part_of_its_parents(stack: Stack) -> bool:
    """Whether the parent updates the stack, so that its clean-up waits for the parent's."""
    parent = _stacks.get(stack.get("_parent_stack_name", "")) or {}
    return bool(parent.get("StackStatus") == "UPDATE_IN_PROGRESS")


def postpone(
    stack: Stack,
    resource_type: str,
    physical_id: str,
    properties: Any,
    logical_id: str,
    *,
    skipped: bool = False,
) -> None:
    """Keep a resource's deletion for the clean-up; a skipped one only has its event there."""
    operation = stack[_OPERATION]
    entry = {
        "LogicalId": logical_id,
        "Type": resource_type,
        "PhysicalId": physical_id,
        "Properties": properties,
        "Skipped": skipped,
    }
    if logical_id not in (operation["template"].get("Resources") or {}):
        entry["Record"] = copy.deepcopy(stack.get("_resources", {}).get(logical_id))
    stack.setdefault(_DELETIONS, []).append(entry)


def postpone_call(stack: Stack, delete: Delete, given: tuple[Any, ...], named: Any) -> bool:
    """Keep a type's own deletion of what it replaced; False if its function has no name."""
    for module in (provisioners, sys.modules[delete.__module__]):
        for name, held in vars(module).items():
            if held is delete:
                entry = {"Call": [module.__name__, name], "Given": list(given), "Named": named}
                stack.setdefault(_DELETIONS, []).append(entry)
                return True
    return False


def commit(root: Stack) -> list[Stack]:
    """From here on the tree runs what was deployed; returns its stacks, in the clean-up's order."""
    tree = [root, *(each for each in _descendants(root) if _OPERATION in each)]
    for stack in tree:
        stack.pop(_OPERATION, None)
    return tree


def is_committed(stack: Stack, by_id: dict[str, Stack]) -> bool:
    """Whether the stack's clean-up has begun, by its own or a stack's above it."""
    above: Stack | None = stack
    while above is not None:
        if above.get("StackStatus") == CLEANING and _OPERATION not in above:
            return True
        above = by_id.get(above.get("ParentId", ""))
    return False


def descendants_to_clean(root: Stack) -> list[Stack]:
    """The stacks below that wait for their clean-up."""
    return [each for each in _descendants(root) if each.get("StackStatus") == CLEANING]


async def delete_all(stack: Stack, delete: Delete) -> None:
    """Make the stack's postponed deletions; a failed one leaves its resource in the stack."""
    about = (stack["StackId"], stack["StackName"])
    while deletions := stack.get(_DELETIONS):
        entry = deletions[0]
        if "Call" in entry:
            _call(entry)
            deletions.pop(0)
            continue
        resource = (entry["LogicalId"], entry["Type"])
        physical_id = entry["PhysicalId"]
        if entry["Skipped"]:
            deletions.pop(0)
            stacks._add_event(*about, *resource, "DELETE_SKIPPED", "", physical_id)
            continue
        stacks._add_event(*about, *resource, "DELETE_IN_PROGRESS", "", physical_id)
        given = (entry["Type"], physical_id, entry["Properties"], about[1], entry["LogicalId"])
        status, reason = "DELETE_COMPLETE", ""
        try:
            if stacks._runs_on_worker_thread(entry["Type"]):
                await stacks.run_reentrant(delete, *given)
            else:
                delete(*given)
        except Exception as failure:
            logger.exception("cannot delete %s", physical_id)
            status, reason = "DELETE_FAILED", str(failure)
            if entry.get("Record"):
                failed = {"ResourceStatus": status, "ResourceStatusReason": reason}
                stack["_resources"][entry["LogicalId"]] = {**entry["Record"], **failed}
        deletions.pop(0)
        stacks._add_event(*about, *resource, status, reason, physical_id)
    stack.pop(_DELETIONS, None)


async def roll_back(stack: Stack, reason: str) -> None:
    """Undo a stack's update, finished or cut off: nothing that it replaced or removed is gone."""
    operation = stack[_OPERATION]
    previous, template = operation["previous_stack"], operation["template"]
    resources = stack.setdefault("_resources", {})
    conditions = engine._evaluate_conditions(template, operation["param_values"])
    declared = engine._topological_sort(template.get("Resources", {}), conditions)
    await stacks._roll_back_operation(
        stack["StackName"],
        stack["StackId"],
        stack,
        {
            **operation,
            "is_update": True,
            "previous_stack": copy.deepcopy(previous),
            "created": [each for each in declared if each in resources],
            "stack_tags": stack.get("Tags", []),
            "previous_tags": previous.get("Tags", []),
        },
        reason_override=reason,
    )
    stack["_conditions"] = previous.get("_conditions", {})
    forget(stack)
    export_outputs(stack)


def forget(stack: Stack) -> None:
    """The update was rolled back: what it would have deleted stays."""
    stack.pop(_OPERATION, None)
    stack.pop(_DELETIONS, None)


def settle_for_now(root: Stack) -> None:
    """An update that failed and is not rolled back: the stacks below wait for the next operation.

    Their deletions wait, too: the next update may want the resources back.
    """
    for stack in descendants_to_clean(root):
        stack["StackStatus"] = "UPDATE_COMPLETE"


def export_outputs(stack: Stack) -> None:
    """Export what the stack's outputs say, and nothing else."""
    exported = {
        output["ExportName"]: output["OutputValue"]
        for output in stack.get("Outputs", [])
        if "ExportName" in output
    }
    for name, export in list(_exports.items()):
        if export["StackId"] == stack["StackId"] and name not in exported:
            _exports.pop(name)
    for name, value in exported.items():
        _exports[name] = {"StackId": stack["StackId"], "Name": name, "Value": value}


def _take_back_removals(stack: Stack) -> None:
    """Give the stack the resources again that an unfinished update took out of it."""
    kept = []
    for entry in stack.get(_DELETIONS, []):
        if entry.get("Record"):
            stack["_resources"].setdefault(entry["LogicalId"], entry["Record"])
        else:
            kept.append(entry)
    stack[_DELETIONS] = kept


def _call(entry: dict[str, Any]) -> None:
    module, name = entry["Call"]
    try:
        getattr(sys.modules[module], name)(*entry["Given"], **entry["Named"])
    except Exception:
        logger.exception("cannot delete what was replaced (%s)", name)


def _descendants(root: Stack) -> Iterator[Stack]:
    """The nested stacks, the last made first: it may use what an earlier one has."""
    below = [each for each in _stacks.values() if each.get("ParentId") == root["StackId"]]
    for child in reversed(below):
        if child.get("StackStatus") != "DELETE_COMPLETE":
            yield child
            yield from _descendants(child)
