"""Versioned DynamoDB data sources: object versions, tombstones, the delta table, Sync, conflicts.

Source: AppSync developer guide, "Versioning DynamoDB data sources", "Conflict detection and
resolution" and "Sync operations".
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.localcloud.appsync.data_sources import conflicts, delta_table
from workbench.localcloud.appsync.data_sources import request_objects as read
from workbench.localcloud.appsync.data_sources.dynamodb_reads import read_page
from workbench.localcloud.appsync.data_sources.dynamodb_table import (
    CONDITION_FAILED,
    Item,
    Table,
    expression,
    plain_item,
)
from workbench.localcloud.appsync.data_sources.dynamodb_writes import (
    Write,
    condition_failed,
    perform,
    read_write,
)
from workbench.localcloud.appsync.data_sources.request_objects import Object
from workbench.localcloud.appsync.data_sources.sync_settings import SyncSettings
from workbench.localcloud.appsync.evaluation import Context, TemplateError
from workbench.localcloud.service_error import ServiceError

_ATTEMPTS = 5
_SET = re.compile(r"(?<![\w#:.])SET\s", re.IGNORECASE)
_SYNC = frozenset(
    {
        "version",
        "operation",
        "basePartitionKey",
        "deltaIndexName",
        "limit",
        "nextToken",
        "lastSync",
        "filter",
    }
)
_SYNC_LIMIT = 100
_SYNC_LARGEST = 1000


@dataclass(frozen=True, slots=True)
class Stamp:
    """The metadata of one change; ``at`` in milliseconds since 1970."""

    version: int
    at: int

    def attributes(self) -> dict[str, dict[str, str]]:
        """As attributes of the item."""
        return {"_version": {"N": str(self.version)}, "_lastChangedAt": {"N": str(self.at)}}


def is_versioned(source: Any) -> bool:
    """Whether a data source keeps versions."""
    return source.settings.get("versioned") in (True, "true")


async def write_item(
    table: Table, request: Object, context: Context, sync: SyncSettings | None
) -> Any:
    """A write of a versioned source: its result has the metadata, a deleted item stays a tombstone.

    Raises FieldError ``ConflictUnhandled`` where another version is there and nothing resolves it.
    """
    for _ in range(_ATTEMPTS):
        write = read_write(request)
        current = await table.get(write.key)
        if sync is not None and sync.detects and current is not None:
            resolved = await conflicts.resolve(table, write, current, sync, context)
            if resolved is None:
                return plain_item(current)
            write = resolved
        stamp = Stamp(_version(current) + 1, time.time_ns() // 1_000_000)
        try:
            item = await _write(table, write, current, stamp)
        except ServiceError as problem:
            if problem.code != CONDITION_FAILED:
                raise
            again = await table.get(write.key)
            if _version(again) != _version(current):
                continue
            return await condition_failed(table, write, context, problem)
        if item is None:
            return None
        await delta_table.record(table, write, item, stamp.at)
        return plain_item(item)
    raise ServiceError("TransactionConflictException", "The item is changed by too many at once.")


async def _write(table: Table, write: Write, current: Item | None, stamp: Stamp) -> Item | None:
    guarded = _guarded(write, current)
    if write.action == "PutItem":
        item = {**write.parameters["Item"], **stamp.attributes()}
        return await perform(
            table, replace(guarded, parameters={**guarded.parameters, "Item": item})
        )
    if write.action == "UpdateItem":
        return await perform(table, _stamped_update(guarded, stamp))
    return await _delete(table, guarded, current, stamp)


def _guarded(write: Write, current: Item | None) -> Write:
    """The write, bound to the version that was read."""
    name = next(iter(write.key))
    version = current.get("_version") if current is not None else None
    parameters = dict(write.parameters)
    names = {"#_version": "_version"}
    values: dict[str, Any] = {}
    if version is not None:
        guard, values = "#_version = :_guard", {":_guard": version}
    elif current is not None:
        guard = "attribute_not_exists(#_version)"
    else:
        guard, names = "attribute_not_exists(#_key)", {"#_key": name}
    given = parameters.get("ConditionExpression")
    parameters["ConditionExpression"] = f"({given}) AND {guard}" if given else guard
    parameters["ExpressionAttributeNames"] = {
        **parameters.get("ExpressionAttributeNames", {}),
        **names,
    }
    if values:
        parameters["ExpressionAttributeValues"] = {
            **parameters.get("ExpressionAttributeValues", {}),
            **values,
        }
    return replace(write, parameters=parameters)


def _stamped_update(write: Write, stamp: Stamp) -> Write:
    """The update with the metadata in its SET section, and a tombstone's marks removed."""
    parameters = dict(write.parameters)
    added = "#_version = :_version, #_changed = :_changed"
    text = str(parameters["UpdateExpression"])
    found = _SET.search(text)
    rest = f"{text[: found.end()]}{added}, {text[found.end() :]}" if found else ""
    text = rest or f"{text} SET {added}"
    metadata = stamp.attributes()
    parameters["UpdateExpression"] = text
    parameters["ExpressionAttributeNames"] = {
        **parameters.get("ExpressionAttributeNames", {}),
        "#_version": "_version",
        "#_changed": "_lastChangedAt",
    }
    parameters["ExpressionAttributeValues"] = {
        **parameters.get("ExpressionAttributeValues", {}),
        ":_version": metadata["_version"],
        ":_changed": metadata["_lastChangedAt"],
    }
    return replace(write, parameters=parameters)


async def _delete(table: Table, write: Write, current: Item | None, stamp: Stamp) -> Item | None:
    minutes = int(delta_table.settings(table).get("baseTableTTL") or 0)
    if current is None or minutes <= 0:
        removed = await perform(table, write)
        if removed is None:
            return None
        return {**removed, **stamp.attributes(), "_deleted": {"BOOL": True}}
    names = {"#_changed": "_lastChangedAt", "#_deleted": "_deleted", "#_ttl": "_ttl"}
    metadata = stamp.attributes()
    parameters = {
        **write.parameters,
        "UpdateExpression": (
            "SET #_version = :_version, #_changed = :_changed, #_deleted = :_deleted, #_ttl = :_ttl"
        ),
        "ReturnValues": "ALL_NEW",
    }
    parameters["ExpressionAttributeNames"] = {
        **parameters.get("ExpressionAttributeNames", {}),
        "#_version": "_version",
        **names,
    }
    parameters["ExpressionAttributeValues"] = {
        **parameters.get("ExpressionAttributeValues", {}),
        ":_version": metadata["_version"],
        ":_changed": metadata["_lastChangedAt"],
        ":_deleted": {"BOOL": True},
        ":_ttl": {"N": str(stamp.at // 1000 + minutes * 60)},
    }
    return await perform(table, replace(write, action="UpdateItem", parameters=parameters))


def _version(item: Item | None) -> int:
    found: Mapping[str, Any] = (item or {}).get("_version", {})
    return int(found.get("N", 0))


async def sync(table: Table, request: Object) -> dict[str, Any]:
    """A page of everything, or with ``lastSync`` of what changed since, tombstones included.

    ``startedAt`` (milliseconds since 1970) is the next call's ``lastSync``. Changes are read from
    the delta table as far back as it keeps them, else from the base table.
    """
    read.refuse_unknown(request, _SYNC)
    if not is_versioned(table.source):
        raise TemplateError("The operation 'Sync' needs a versioned data source.")
    started = time.time_ns() // 1_000_000
    limit = read.optional_whole(request, "limit")
    limit = _SYNC_LIMIT if limit is None else limit
    if not 1 <= limit <= _SYNC_LARGEST:
        raise TemplateError(f"'$[limit]' must be between 1 and {_SYNC_LARGEST}.")
    parameters: dict[str, Any] = {"Limit": limit}
    condition = read.optional_object(request, "filter")
    if condition:
        expression(parameters, "FilterExpression", condition, "$[filter]")
    token = read.optional_text(request, "nextToken")
    since = read.optional_whole(request, "lastSync")
    base_key = read.optional_text(request, "basePartitionKey")
    if since and _in_delta(table, since, started):
        index = read.optional_text(request, "deltaIndexName")
        page = await delta_table.changes(
            table,
            since,
            started,
            parameters=parameters,
            token=token,
            base_key=base_key,
            index=index,
        )
    elif base_key:
        page = await _base_partition(table, parameters, base_key, token)
    else:
        page = await read_page(table, "Scan", parameters, token)
    return {**page, "startedAt": started}


def _in_delta(table: Table, since: int, now: int) -> bool:
    kept = int(delta_table.settings(table).get("deltaSyncTableTTL") or 0) * 60_000
    return bool(delta_table.name(table)) and now - since <= kept


async def _base_partition(
    table: Table, parameters: dict[str, Any], value: str, token: str | None
) -> dict[str, Any]:
    described = (await table.call("DescribeTable", {}))["Table"]
    schema = described["KeySchema"]
    attribute = next(key["AttributeName"] for key in schema if key["KeyType"] == "HASH")
    parameters["KeyConditionExpression"] = "#_base = :_base"
    parameters["ExpressionAttributeNames"] = {
        **parameters.get("ExpressionAttributeNames", {}),
        "#_base": attribute,
    }
    parameters["ExpressionAttributeValues"] = {
        **parameters.get("ExpressionAttributeValues", {}),
        ":_base": {"S": value},
    }
    return await read_page(table, "Query", parameters, token)
