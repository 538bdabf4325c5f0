"""New tables and indexes: ministack takes keys and projections that DynamoDB refuses.

Among them are several keys where one may be, names that are too long, attributes that an index
names twice, and more indexes than a table may have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.dynamodb import definitions

Reply = tuple[int, dict[str, str], Any]


def install() -> None:
    """Check before the emulator makes them."""
    from ministack.services import dynamodb

    refused = dynamodb.error_response_json
    create, update = dynamodb._create_table, dynamodb._update_table

    def created(data: Any) -> Reply:
        wrong = None
        name = data.get("TableName")
        if isinstance(name, str) and not dynamodb._validate_table_name(name):
            wrong = definitions.refusal(data) if name not in dynamodb._tables else None
        if wrong:
            reply: Reply = refused("ValidationException", wrong, 400)
            return reply
        reply = create(data)
        return reply

    def updated(data: Any) -> Reply:
        table = dynamodb._tables.get(dynamodb._normalize_table_name(data.get("TableName")))
        wrong = _index_refusal(data) if table else None
        if wrong:
            reply: Reply = refused("ValidationException", wrong, 400)
            return reply
        reply = update(data)
        return reply

    dynamodb._create_table, dynamodb._update_table = created, updated


def _index_refusal(data: Mapping[str, Any]) -> str | None:
    defined = [
        str(each.get("AttributeName"))
        for each in data.get("AttributeDefinitions") or ()
        if isinstance(each, Mapping)
    ]
    for each in data.get("GlobalSecondaryIndexUpdates") or ():
        index = each.get("Create") if isinstance(each, Mapping) else None
        wrong = definitions.index_refusal(index, defined) if isinstance(index, Mapping) else None
        if wrong:
            return wrong
    return None
