"""Protected tables: ministack refuses DeleteTable in other words, and lets a stack delete them."""

from __future__ import annotations

from typing import Any

_PROTECTED = (
    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion "
    "protection first."
)


def install() -> None:
    """Stand before both ways to delete a table."""
    from ministack.services import dynamodb
    from ministack.services.cloudformation import provisioners

    delete, delete_resource = dynamodb._delete_table, provisioners._ddb_delete

    def is_protected(name: Any) -> bool:
        table = dynamodb._tables.get(name) or {}
        return str(table.get("DeletionProtectionEnabled", False)).lower() == "true"

    def deleted(data: Any) -> Any:
        if is_protected(dynamodb._normalize_table_name(data.get("TableName"))):
            return dynamodb.error_response_json("ValidationException", _PROTECTED, 400)
        return delete(data)

    def deleted_resource(physical_id: str, props: Any) -> Any:
        if is_protected(physical_id):
            raise ValueError(f'Resource handler returned message: "{_PROTECTED}"')
        return delete_resource(physical_id, props)

    dynamodb._delete_table = deleted
    provisioners._ddb_delete = deleted_resource
    provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]["delete"] = deleted_resource
