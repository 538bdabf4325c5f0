"""Members of reads and writes that have few values, or may not be missing: DynamoDB's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.dynamodb.values import SETS, type_of

_DETECTED = "1 validation error detected: "
_INVALID = "One or more parameter values were invalid: "
RETURNED = ("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
_RETURNED_ENUM = (
    # So it is spelt in the regions that check by DynamoDB's newer framework.
    "Failed to satisfy constraint: Member must satisfy enum value set: "
    "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
)
_REQUIRED = {
    "Put": ("Item", "TableName"),
    "Delete": ("Key", "TableName"),
    "Update": ("Key", "UpdateExpression", "TableName"),
    "ConditionCheck": ("Key", "TableName", "ConditionExpression"),
}
_ACTIONS = ("ADD", "DELETE", "PUT")
Request = Mapping[str, Any]


def returned_refusal(request: Request, *, update: bool) -> str | None:
    """What a write may return: only an update returns more than the old item."""
    asked = request.get("ReturnValues")
    if asked is not None and asked not in RETURNED:
        # A put or delete says it with all else that is wrong, in the emulator's turn.
        return f"{_DETECTED}{_RETURNED_ENUM}" if update else None
    if not update and asked not in (None, "NONE", "ALL_OLD"):
        return f"{_DETECTED}ReturnValues can only be ALL_OLD or NONE"
    return on_failure_refusal(request, "returnValuesOnConditionCheckFailure")


def on_failure_refusal(request: Request, place: str) -> str | None:
    """What a failed condition may return."""
    asked = request.get("ReturnValuesOnConditionCheckFailure")
    if asked in (None, "NONE", "ALL_OLD"):
        return None
    return (
        f"{_DETECTED}Value '{asked}' at '{place}' failed to satisfy constraint: Member must "
        "satisfy enum value set: [ALL_OLD, NONE]"
    )


def transaction_refusal(members: Any) -> str | None:
    """What the operations of a transaction lack, or return."""
    for at, member in enumerate(members if isinstance(members, list) else (), 1):
        for kind, operation in member.items() if isinstance(member, Mapping) else ():
            if not isinstance(operation, Mapping):
                continue
            place = f"transactItems.{at}.member.{_lower(kind)}"
            for name in _REQUIRED.get(kind, ()):
                if operation.get(name) is None:
                    return (
                        f"{_DETECTED}Value null at '{place}.{_lower(name)}' failed to satisfy "
                        "constraint: Member must not be null"
                    )
            wrong = on_failure_refusal(operation, f"{place}.returnValuesOnConditionCheckFailure")
            if wrong:
                return wrong
    return None


def updates_refusal(updates: Any) -> str | None:
    """What AttributeUpdates may not do."""
    for name, update in updates.items() if isinstance(updates, Mapping) else ():
        if not isinstance(update, Mapping):
            continue
        action, value = update.get("Action", "PUT"), update.get("Value")
        if action not in _ACTIONS:
            return (
                f"{_DETECTED}Value '{action}' at 'attributeUpdates.{name}.member.action' failed to "
                f"satisfy constraint: Member must satisfy enum value set: [{', '.join(_ACTIONS)}]"
            )
        if value is None and action != "DELETE":
            return f"{_INVALID}Only DELETE action is allowed when no attribute value is specified"
        kind = type_of(value) if isinstance(value, Mapping) else ""
        if kind and action == "DELETE" and kind not in SETS:
            return f"{_INVALID}DELETE action with value is not supported for the type {kind}"
        if kind and action == "ADD" and kind not in SETS | {"N", "L"}:
            return f"{_INVALID}ADD action is not supported for the type {kind}"
    return None


def attributes_refusal(asked: Any) -> str | None:
    """What AttributesToGet may not be."""
    if not isinstance(asked, list):
        return None
    if not asked:
        return (
            f"{_DETECTED}Value '[]' at 'attributesToGet' failed to satisfy constraint: Member must "
            "have length greater than or equal to 1"
        )
    twice = next((name for at, name in enumerate(asked) if name in asked[:at]), None)
    return twice and f"{_INVALID}Duplicate value in attribute name: {twice}"


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
