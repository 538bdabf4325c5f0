"""Indexes in UpdateTable: ministack changes several in one call, and half of a refused call.

DynamoDB creates or deletes one index of a table at a time, and refuses a call as a whole. Source:
UpdateTable in DynamoDB's API reference; the texts are those that its users report.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.ministack.patches.dynamodb.ordered_pages import note_misfits

_ACTIONS = ("Create", "Update", "Delete")
_INVALID = "One or more parameter values were invalid: "
_ALONE = {
    "ProvisionedThroughput": "You cannot create or delete index while updating table IOPS",
    "StreamSpecification": "You cannot create or delete index while changing stream status",
    "SSESpecification": "Server-Side Encryption modification must be the only operation in the "
    "request",
    "TableClass": "TableClass modification must be the only operation in the request",
    "DeletionProtectionEnabled": "DeletionProtection modification must be the only operation in "
    "the request",
}
_LIMIT = (
    "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per "
    "table"
)
Request = Mapping[str, Any]


def install() -> None:
    """Check the whole call before any of it is done."""
    from ministack.core.responses import error_response_json
    from ministack.services import dynamodb

    update_table = dynamodb._update_table

    def checked(data: dict[str, Any]) -> Any:
        table = dynamodb._tables.get(dynamodb._normalize_table_name(data.get("TableName")))
        refused = _refusal(data, table) if table is not None else None
        if refused:
            return error_response_json(*refused, 400)
        answer = update_table(data)
        for update in data.get("GlobalSecondaryIndexUpdates") or ():
            if "Create" in update and answer[0] == 200:
                note_misfits(table, update["Create"]["IndexName"])
        return answer

    dynamodb._update_table = checked


def _refusal(request: Request, table: Mapping[str, Any]) -> tuple[str, str] | None:
    """The error's code and text; None if the indexes may change so."""
    changes = [
        (action, update[action])
        for update in request.get("GlobalSecondaryIndexUpdates") or []
        for action in _ACTIONS
        if update.get(action)
    ]
    names = [str(change.get("IndexName")) for _, change in changes]
    for at, name in enumerate(names):
        if name in names[:at]:
            return "ValidationException", (
                f"{_INVALID}Only one global secondary index update per index is allowed "
                f"simultaneously. Index: {name}"
            )
    there = {index["IndexName"] for index in table.get("GlobalSecondaryIndexes") or []}
    local = {index["IndexName"] for index in table.get("LocalSecondaryIndexes") or []}
    for (action, _), name in zip(changes, names, strict=True):
        if action == "Create" and name in there | local:
            return "ValidationException", "Attempting to create an index which already exists"
        if action != "Create" and name in local:
            return "ValidationException", (
                f"{_INVALID}Cannot {action.lower()} an index that is not a GlobalSecondaryIndex: "
                f"{name}"
            )
        if action != "Create" and name not in there:
            return "ResourceNotFoundException", (
                f"Requested resource not found: Index {name} for table {table['TableName']}"
            )
    structural = sum(action != "Update" for action, _ in changes)
    if structural:
        for member, text in _ALONE.items():
            if request.get(member) is not None:
                return "ValidationException", text
    return ("LimitExceededException", _LIMIT) if structural > 1 else None
