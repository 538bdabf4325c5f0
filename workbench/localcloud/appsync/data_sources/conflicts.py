"""Resolves conflicts: a write of a versioned item that started from another version.

Source: AppSync developer guide, "Conflict detection and resolution".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workbench.localcloud.appsync.data_sources import aws_lambda
from workbench.localcloud.appsync.data_sources import request_objects as read
from workbench.localcloud.appsync.data_sources.dynamodb_table import Item, Table, plain_item
from workbench.localcloud.appsync.data_sources.dynamodb_writes import Write
from workbench.localcloud.appsync.data_sources.sync_settings import SyncSettings
from workbench.localcloud.appsync.evaluation import Context, FieldError
from workbench.localcloud.appsync.util_functions.dynamodb_values import to_attribute_value

_METADATA = ("_version", "_lastChangedAt", "_deleted", "_ttl")


async def resolve(
    table: Table, write: Write, current: Item, sync: SyncSettings, context: Context
) -> Write | None:
    """The write to do instead (itself where there is no conflict); None to leave the item as it is.

    Raises FieldError ``ConflictUnhandled`` with the item as data. Automerge works on PutItem; an
    update's expression can't be merged here and is rejected as by optimistic concurrency.
    """
    expected = read.optional_whole(write.request, "_version")
    if expected == int(current.get("_version", {}).get("N", 0)):
        return write
    if sync.handler == "AUTOMERGE" and write.action == "PutItem":
        merged = merge(write.parameters["Item"], current)
        return replace(write, parameters={**write.parameters, "Item": merged})
    if sync.handler == "LAMBDA" and sync.function:
        return await _ask(table, write, current, sync.function, context)
    raise _rejected(current)


def merge(wanted: Item, current: Item) -> dict[str, Any]:
    """Automerge: lists and maps are joined, sets united, and what is there wins over scalars."""
    merged = {name: value for name, value in current.items() if name not in _METADATA}
    for name, value in wanted.items():
        merged[name] = _merged(value, merged[name]) if name in merged else value
    return merged


def _merged(wanted: Mapping[str, Any], current: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = next(iter(current))
    if kind not in wanted:
        return current
    ours, theirs = wanted[kind], current[kind]
    if kind == "M":
        return {"M": merge(ours, theirs)}
    if kind == "L":
        return {"L": [*theirs, *(member for member in ours if member not in theirs)]}
    if kind in ("SS", "NS", "BS"):
        return {kind: [*theirs, *(member for member in ours if member not in theirs)]}
    return current


async def _ask(
    table: Table, write: Write, current: Item, function: str, context: Context
) -> Write | None:
    info = context.get("info") or {}
    wanted = write.parameters.get("Item")
    event = {
        "newItem": plain_item(wanted) if wanted is not None else plain_item(write.key),
        "existingItem": plain_item(current),
        "arguments": context.get("arguments"),
        "resolver": {
            "tableName": table.name,
            "awsRegion": table.source.settings.get("awsRegion"),
            "parentType": info.get("parentTypeName"),
            "field": info.get("fieldName"),
        },
        "identity": context.get("identity"),
    }
    answer = await aws_lambda.invoke_plain(table.services, function, event)
    action = answer.get("action") if isinstance(answer, Mapping) else None
    if action == "REMOVE":
        return replace(
            write, action="DeleteItem", parameters={"Key": write.key, "ReturnValues": "ALL_OLD"}
        )
    if action == "RESOLVE" and isinstance(answer.get("item"), Mapping):
        typed = to_attribute_value(answer["item"])["M"]
        item = {**read.attributes(typed, "$[item]"), **write.key}
        kept = {name: value for name, value in item.items() if name not in _METADATA}
        return replace(write, action="PutItem", parameters={"Item": kept})
    raise _rejected(current)


def _rejected(current: Item) -> FieldError:
    return FieldError(
        "Conflict resolver rejects mutation.", "ConflictUnhandled", plain_item(current)
    )
