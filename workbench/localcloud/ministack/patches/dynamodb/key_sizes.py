"""Sizes of keys: ministack limits those of a table alone; an index limits its keys, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.dynamodb.values import binary

Reply = tuple[int, dict[str, str], Any]

_INVALID = "One or more parameter values were invalid: "
# DynamoDB leaves out the space.
_HASH = _INVALID + "Size of hashkey has exceeded the maximum size limit of2048 bytes"
_RANGE = _INVALID + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
_LIMITS = {"HASH": (2048, _HASH), "RANGE": (1024, _RANGE)}


def install() -> None:
    """Check the keys of each index where the emulator checks that they are not empty."""
    from ministack.services import dynamodb

    refused = dynamodb.error_response_json
    empty = dynamodb._index_key_empty_reason

    def table_key(item: Any, pk_name: str | None, sk_name: str | None) -> Reply | None:
        for name, kind in ((pk_name, "HASH"), (sk_name, "RANGE")):
            reason = too_long(item, name, kind) if name else None
            if reason:
                reply: Reply = refused("ValidationException", reason, 400)
                return reply
        return None

    def index_key(table: Any, item: Any, update_expr: bool = False) -> str | None:
        reason: str | None = empty(table, item, update_expr=update_expr)
        return reason or _index_reason(table, item)

    dynamodb._key_length_error = table_key
    dynamodb._index_key_empty_reason = index_key


def _index_reason(table: Mapping[str, Any], item: Mapping[str, Any]) -> str | None:
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        for index in table.get(kind) or ():
            for key in index.get("KeySchema") or ():
                reason = too_long(item, str(key.get("AttributeName")), str(key.get("KeyType")))
                if reason:
                    return reason
    return None


def too_long(item: Mapping[str, Any], name: str, kind: str) -> str | None:
    """DynamoDB's words where an item's key attribute is longer than a key may be."""
    value = item.get(name)
    if not isinstance(value, Mapping):
        return None
    limit, message = _LIMITS[kind]
    text = value.get("S")
    if isinstance(text, str):
        return message if len(text.encode()) > limit else None
    return message if "B" in value and len(binary(value["B"])) > limit else None
