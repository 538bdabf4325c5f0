"""Requests of other types than the API's: ministack fails at them, or says something else.

DynamoDB answers them with a SerializationException, and checks what administers tables by lengths,
ranges and required members first. Reads and writes of items are looked at only after they were
refused or failed: what is right costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from workbench.localcloud.ministack.bridge.model_constraints import violations
from workbench.localcloud.ministack.bridge.model_types import wrong_type

Reply = tuple[int, dict[str, str], Any]
Handler = Callable[[Any], Reply]

_ITEMS = {
    "PutItem": "_put_item",
    "GetItem": "_get_item",
    "DeleteItem": "_delete_item",
    "UpdateItem": "_update_item",
    "Query": "_query",
    "Scan": "_scan",
    "BatchWriteItem": "_batch_write_item",
    "BatchGetItem": "_batch_get_item",
    "TransactWriteItems": "_transact_write_items",
    "TransactGetItems": "_transact_get_items",
}
_TABLES = {
    "CreateTable": "_create_table",
    "UpdateTable": "_update_table",
    "ListTables": "_list_tables",
    "TagResource": "_tag_resource",
    "UntagResource": "_untag_resource",
    "UpdateTimeToLive": "_update_ttl",
    "DescribeContinuousBackups": "_describe_continuous_backups",
    "UpdateContinuousBackups": "_update_continuous_backups",
}
_IN_THE_EMULATORS_WORDS = frozenset(
    # Names and kinds of keys, whose order and texts are DynamoDB's own.
    {"KeySchema", "KeyType", "TableArn", "ProjectionType", "BillingMode", "TableClass"}
    | {"ScalarAttributeType", "IndexName", "ResourceArnString", "ReplicaUpdateList"}
)


def install() -> None:
    """Check requests that administer tables, and explain others that went wrong."""
    from ministack.services import dynamodb

    refused = dynamodb.error_response_json

    def serialization(message: str) -> Reply:
        reply: Reply = refused("SerializationException", message, 400)
        return reply

    def items(action: str, handle: Handler) -> Handler:
        def handled(data: Any) -> Reply:
            try:
                reply = handle(data)
            except (AttributeError, IndexError, KeyError, TypeError, ValueError):
                wrong = _wrong_type(action, data)
                if not wrong:
                    raise
                return serialization(wrong)
            if reply[0] != 400 or b"ValidationException" not in reply[2]:
                return reply
            wrong = _wrong_type(action, data)
            return serialization(wrong) if wrong else reply

        return handled

    def tables(action: str, handle: Handler) -> Handler:
        def handled(data: Any) -> Reply:
            wrong = _wrong_type(action, data)
            if wrong:
                return serialization(wrong)
            broken = violations("dynamodb", action, data, without=_IN_THE_EMULATORS_WORDS)
            return invalid(broken) if broken else handle(data)

        return handled

    def invalid(message: str) -> Reply:
        reply: Reply = refused("ValidationException", message, 400)
        return reply

    for wrap, names in ((items, _ITEMS), (tables, _TABLES)):
        for action, name in names.items():
            setattr(dynamodb, name, wrap(action, getattr(dynamodb, name)))


def _wrong_type(action: str, data: Any) -> str:
    wrong = wrong_type("dynamodb", action, data)
    # DynamoDB says it without the article.
    return re.sub(r"can not be converted to an? ", "cannot be converted to ", wrong)
