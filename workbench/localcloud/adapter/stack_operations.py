"""Mends stack operations that a stop of the emulator cut off: they would be in progress for ever.

AWS has no such case. Each stack gets the state from which the next operation can go on: a cut-off
update counts as rolled back (the next update compares with what was really applied), a create as
failed, a delete as failed.
"""

from __future__ import annotations

import sys
from typing import Any

_REASON = "The local cloud was stopped during the operation."
_AFTER = {
    "CREATE_IN_PROGRESS": "CREATE_FAILED",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_FAILED",
    "DELETE_IN_PROGRESS": "DELETE_FAILED",
    "UPDATE_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
}


def any_running() -> bool:
    """Whether a stack operation runs now."""
    return any(stack.get("StackStatus") in _AFTER for stack in _all_stacks())


def settle_interrupted() -> tuple[str, ...]:
    """Give every cut-off operation its end; returns the names of the stacks concerned."""
    from ministack.services.cloudformation import stacks

    names = []
    for stack in _all_stacks():
        after = _AFTER.get(stack.get("StackStatus", ""))
        if after is None:
            continue
        stack["StackStatus"] = after
        stack["StackStatusReason"] = _REASON
        name, stack_id = stack["StackName"], stack["StackId"]
        with stacks._stack_region_context(stack, stack_id):
            stacks._add_event(
                stack_id, name, name, "AWS::CloudFormation::Stack", after, _REASON, stack_id
            )
        names.append(name)
    return tuple(names)


def _all_stacks() -> list[dict[str, Any]]:
    module = sys.modules.get("ministack.services.cloudformation")
    return [] if module is None else list(module._stacks._data.values())
