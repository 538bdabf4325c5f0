"""Starting keys and filters of reads: ministack takes keys of other partitions, and key filters.

DynamoDB refuses an ExclusiveStartKey that has other attributes than the keys, wrong types, or lies
outside what a query asks for; and a query's filter that names a key attribute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.dynamodb import legacy_conditions, parser
from workbench.localcloud.dynamodb.read_bounds import (
    Keys,
    attributes_of,
    filter_refusal,
    partition_refusal,
    start_refusal,
)
from workbench.localcloud.dynamodb.syntax import ExpressionError

Reply = tuple[int, dict[str, str], Any]

_NO_MATCH = "The provided starting key does not match the range key predicate"


def install() -> None:
    """Check before the emulator reads."""
    from ministack.services import dynamodb

    refused = dynamodb.error_response_json

    def types(table: Any, names: list[str]) -> dict[str, str]:
        return {name: str(dynamodb._get_attr_type(table, name)) for name in names}

    def keys_of(table: Any, index: Any) -> Keys:
        own = [table["pk_name"], *([table["sk_name"]] if table.get("sk_name") else [])]
        of_index = None
        if index:
            hashes, ranges = dynamodb._index_key_lists(index)
            of_index = types(table, [*hashes, *ranges])
        return Keys(types(table, own), of_index)

    def outside(data: Any, table: Any, index: Any, start: Any) -> str | None:
        hashes, ranges = (
            dynamodb._index_key_lists(index)
            if index
            else ([table["pk_name"]], [table["sk_name"]] if table.get("sk_name") else [])
        )
        text, legacy = data.get("KeyConditionExpression"), data.get("KeyConditions")
        names, values = (
            data.get("ExpressionAttributeNames") or {},
            data.get("ExpressionAttributeValues") or {},
        )

        def asked(name: str) -> Any:
            return dynamodb._key_condition_av(text, legacy, values, names, name)

        partition = {name: asked(name) for name in hashes}
        if not all(isinstance(value, Mapping) for value in partition.values()):
            return None
        narrowed = any(asked(name) is not None for name in ranges)
        if narrowed and not _meets(dynamodb, data, {**start, **partition}):
            return _NO_MATCH
        return partition_refusal(start, partition, sort=narrowed)

    def refusal(data: Any, *, query: bool) -> str | None:
        table = dynamodb._tables.get(dynamodb._normalize_table_name(data.get("TableName")))
        name = data.get("IndexName")
        index = dynamodb._index_def(table, name) if table and name else None
        if not table or (name and not index):
            # Refused by the emulator in its own words.
            return None
        start = data.get("ExclusiveStartKey")
        if isinstance(start, Mapping) and start:
            wrong = start_refusal(start, keys_of(table, index), query=query)
            wrong = wrong or (outside(data, table, index, start) if query else None)
            if wrong:
                return wrong
        return _filtered_keys(data, keys_of(table, index)) if query else None

    def checking(handle: Callable[[Any], Reply], *, query: bool) -> Callable[[Any], Reply]:
        def handled(data: Any) -> Reply:
            bounded = data.get("ExclusiveStartKey") or (
                query and (data.get("FilterExpression") or data.get("QueryFilter"))
            )
            wrong = refusal(data, query=query) if bounded else None
            if wrong:
                reply: Reply = refused("ValidationException", wrong, 400)
                return reply
            return handle(data)

        return handled

    dynamodb._query = checking(dynamodb._query, query=True)
    dynamodb._scan = checking(dynamodb._scan, query=False)


def _meets(dynamodb: Any, data: Mapping[str, Any], start: Mapping[str, Any]) -> bool:
    legacy = data.get("KeyConditions")
    if legacy:
        return legacy_conditions.met(start, legacy)
    try:
        return bool(
            dynamodb._evaluate_condition(
                data.get("KeyConditionExpression"),
                start,
                data.get("ExpressionAttributeValues") or {},
                data.get("ExpressionAttributeNames") or {},
                slot="KeyConditionExpression",
            )
        )
    except ValueError:
        # Refused by the emulator in its own words.
        return True


def _filtered_keys(data: Mapping[str, Any], keys: Keys) -> str | None:
    of = [*(keys.table if keys.index is None else keys.index)]
    if isinstance(data.get("QueryFilter"), Mapping):
        return filter_refusal("QueryFilter", data["QueryFilter"], of)
    if not isinstance(data.get("FilterExpression"), str):
        return None
    try:
        expression = parser.parse_condition(data["FilterExpression"])
    except ExpressionError:
        return None
    named = attributes_of(expression, data.get("ExpressionAttributeNames") or {})
    return filter_refusal("Filter Expression", named, of)
