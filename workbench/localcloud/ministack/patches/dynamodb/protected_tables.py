"""DeleteTable of a protected table: ministack refuses it in other words than DynamoDB."""

from __future__ import annotations

from typing import Any

_PROTECTED = (
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion "
    "protection first."
)


def install() -> None:
    """Say it in DynamoDB's words."""
    from ministack.services import dynamodb

    delete = dynamodb._delete_table

    def deleted(data: Any) -> Any:
        table = dynamodb._tables.get(dynamodb._normalize_table_name(data.get("TableName")))
        if table and table.get("DeletionProtectionEnabled"):
            return dynamodb.error_response_json("ValidationException", _PROTECTED, 400)
        return delete(data)

    dynamodb._delete_table = deleted
