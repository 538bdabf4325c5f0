"""Stacks' states: ministack creates over a rolled-back stack, and refuses to mend a failed one.

AWS keeps a stack whose creation was rolled back until it is deleted, and updates one that failed
with its roll-back disabled. It names a stack that is busy or stuck by its id
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html).
"""

from __future__ import annotations

from typing import Any

from ministack.services.cloudformation import _stacks, handlers, helpers

_CAN_BE_UPDATED = frozenset(
    {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
    }
)
_FAILED = frozenset({"CREATE_FAILED", "UPDATE_FAILED"})
Answer = tuple[int, dict[str, str], bytes]


def install() -> None:
    """Ask for the state before ministack does."""
    actions = handlers._ACTION_HANDLERS
    actions["CreateStack"] = _creating(actions["CreateStack"])
    actions["UpdateStack"] = _updating(actions["UpdateStack"])
    actions["CreateChangeSet"] = _creating(_updating(actions["CreateChangeSet"]))


def _creating(original: Any) -> Any:
    def handle(params: dict[str, Any]) -> Answer:
        name, kind = helpers._p(params, "StackName"), helpers._p(params, "ChangeSetType")
        stack = _stacks.get(name)
        rolled_back = stack is not None and stack["StackStatus"] == "ROLLBACK_COMPLETE"
        change_set = helpers._p(params, "ChangeSetName")
        if not rolled_back or (change_set and kind != "CREATE"):
            answer: Answer = original(params)
            return answer
        said = f"Stack [{name}] already exists"
        if change_set:
            said = (
                f"Stack [{stack['StackId']}] already exists and cannot be created again with the "
                f"changeSet [{change_set}]."
            )
            return _error("ValidationError", said)
        return _error("AlreadyExistsException", said)

    return handle


def _updating(original: Any) -> Any:
    def handle(params: dict[str, Any]) -> Answer:
        stack = handlers._resolve_stack(helpers._p(params, "StackName"))
        kind = helpers._p(params, "ChangeSetType", "UPDATE")
        status = (stack or {}).get("StackStatus", "DELETE_COMPLETE")
        answer: Answer
        if kind != "UPDATE" or status in _CAN_BE_UPDATED or status == "DELETE_COMPLETE":
            answer = original(params)
        elif status not in _FAILED:
            said = f"Stack:{stack['StackId']} is in {status} state and can not be updated."
            answer = _error("ValidationError", said)
        else:
            answer = _retried(original, params, stack, status)
        return answer

    return handle


def _retried(original: Any, params: dict[str, Any], stack: dict[str, Any], status: str) -> Answer:
    """Update a stack that failed; the same template may be tried again."""
    template = stack.get("_template")
    stack["StackStatus"] = "UPDATE_COMPLETE"
    if status == "CREATE_FAILED":
        stack["_template"] = {}
    answer: Answer = original(params)
    if stack["StackStatus"] == "UPDATE_COMPLETE":
        stack["StackStatus"], stack["_template"] = status, template
    return answer


def _error(code: str, message: str) -> Answer:
    answer: Answer = helpers._error(code, message)
    return answer
