"""Batch and transaction operations of a DynamoDB data source, over one table or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.localcloud.appsync.data_sources import request_objects as read
from workbench.localcloud.appsync.data_sources.dynamodb_reads import projection
from workbench.localcloud.appsync.data_sources.dynamodb_table import (
    Item,
    Table,
    as_field_error,
    expression,
    plain_item,
)
from workbench.localcloud.appsync.data_sources.dynamodb_writes import comparable
from workbench.localcloud.appsync.data_sources.request_objects import Object
from workbench.localcloud.appsync.evaluation import FieldError, TemplateError
from workbench.localcloud.service_error import ServiceError

_BATCH = frozenset({"version", "operation", "tables"})
_TRANSACT = frozenset({"version", "operation", "transactItems"})
_WRITES = {
    "PutItem": "Put",
    "UpdateItem": "Update",
    "DeleteItem": "Delete",
    "ConditionCheck": "ConditionCheck",
}


async def batch_get(table: Table, request: Object) -> dict[str, Any]:
    """``data``: by table, an item or null for each key in order; ``unprocessedKeys`` by table."""
    read.refuse_unknown(request, _BATCH | {"projection"})
    wanted: dict[str, Sequence[Item]] = {}
    asked: dict[str, Any] = {}
    added: dict[str, frozenset[str]] = {}
    for name, given in _tables(request).items():
        path = f"$[tables][{name}]"
        if not isinstance(given, Mapping):
            raise TemplateError(f"Expected JSON object for '{path}'.")
        keys = _items(read.list_at(given, "keys", path), f"{path}[keys]")
        wanted[name] = keys
        asked[name] = {"Keys": keys}
        if read.optional_flag(given, "consistentRead", path):
            asked[name]["ConsistentRead"] = True
        projected = given if given.get("projection") else request
        projection(asked[name], projected)
        added[name] = _with_key_attributes(asked[name], keys)
    answer = await table.services.call("dynamodb", "BatchGetItem", {"RequestItems": asked})
    found = answer.get("Responses", {})
    unread = answer.get("UnprocessedKeys") or {}
    return {
        "data": {
            name: [
                _without(plain_item(item), added[name])
                for item in _in_order(keys, found.get(name, []))
            ]
            for name, keys in wanted.items()
        },
        "unprocessedKeys": {
            name: [plain_item(key) for key in unread.get(name, {}).get("Keys", [])]
            for name in wanted
        },
    }


async def batch_put(table: Table, request: Object) -> dict[str, Any]:
    """``data``: by table, the items put (null for one that was not); ``unprocessedItems``."""
    given, left = await _batch_write(table, request, "PutRequest", "Item")
    return _batch_answer(given, left, "unprocessedItems")


async def batch_delete(table: Table, request: Object) -> dict[str, Any]:
    """``data``: by table, the keys deleted (null for one that was not); ``unprocessedKeys``."""
    given, left = await _batch_write(table, request, "DeleteRequest", "Key")
    return _batch_answer(given, left, "unprocessedKeys")


async def transact_get(table: Table, request: Object) -> dict[str, Any]:
    """``items``: an item or null for each, in order; ``cancellationReasons`` null."""
    read.refuse_unknown(request, _TRANSACT)
    asked = []
    for path, entry in _entries(request):
        get: dict[str, Any] = {
            "TableName": read.text_at(entry, "table", path),
            "Key": read.attributes_at(entry, "key", path),
        }
        projection(get, entry)
        asked.append({"Get": get})
    answer = await _transact(table, "TransactGetItems", asked, "items")
    items = [plain_item(response.get("Item")) for response in answer.get("Responses", [])]
    return {"items": items, "cancellationReasons": None}


async def transact_write(table: Table, request: Object) -> dict[str, Any]:
    """``keys``: those of the request, in order; ``cancellationReasons`` null."""
    read.refuse_unknown(request, _TRANSACT)
    asked: list[dict[str, Any]] = []
    keys: list[Item] = []
    for path, entry in _entries(request):
        action, parameters, key = _transact_entry(path, entry)
        asked.append({action: parameters})
        keys.append(key)
    await _transact(table, "TransactWriteItems", asked, "keys")
    return {"keys": [plain_item(key) for key in keys], "cancellationReasons": None}


def _transact_entry(path: str, entry: Object) -> tuple[str, dict[str, Any], Item]:
    operation = read.text_at(entry, "operation", path)
    if operation not in _WRITES:
        raise TemplateError(f"Unsupported operation '{operation}' at '{path}[operation]'.")
    key = read.attributes_at(entry, "key", path)
    parameters: dict[str, Any] = {"TableName": read.text_at(entry, "table", path)}
    if operation == "PutItem":
        values = entry.get("attributeValues")
        given = {} if values is None else read.attributes_at(entry, "attributeValues", path)
        parameters["Item"] = {**given, **key}
    else:
        parameters["Key"] = key
    if operation == "UpdateItem":
        update = read.object_at(entry, "update", path)
        expression(parameters, "UpdateExpression", update, f"{path}[update]")
    condition = read.optional_object(entry, "condition", path)
    if operation == "ConditionCheck" and not condition:
        raise TemplateError(f"Value for field '{path}[condition]' not found.")
    if condition:
        within = f"{path}[condition]"
        expression(parameters, "ConditionExpression", condition, within)
        wanted = read.optional_flag(condition, "returnValuesOnConditionCheckFailure", within)
        kept = "NONE" if wanted is False else "ALL_OLD"
        parameters["ReturnValuesOnConditionCheckFailure"] = kept
    return _WRITES[operation], parameters, key


async def _transact(
    table: Table, action: str, asked: Sequence[Mapping[str, Any]], member: str
) -> dict[str, Any]:
    try:
        return await table.services.call("dynamodb", action, {"TransactItems": asked})
    except ServiceError as problem:
        reasons = problem.details.get("CancellationReasons")
        if problem.code != "TransactionCanceledException" or reasons is None:
            raise
        raise _cancelled(problem, reasons, member) from problem


def _cancelled(
    problem: ServiceError, reasons: Sequence[Mapping[str, Any]], member: str
) -> FieldError:
    found = [
        {
            "type": reason.get("Code") or "None",
            "message": reason.get("Message") or "None",
            "item": plain_item(reason.get("Item")),
        }
        for reason in reasons
    ]
    return as_field_error(problem, {member: None, "cancellationReasons": found})


async def _batch_write(
    table: Table, request: Object, kind: str, member: str
) -> tuple[dict[str, list[Item]], dict[str, list[Item]]]:
    """What was asked for by table, and what of it is not done."""
    read.refuse_unknown(request, _BATCH)
    given = {}
    for name, entries in _tables(request).items():
        path = f"$[tables][{name}]"
        if not isinstance(entries, list):
            raise TemplateError(f"Expected JSON array for '{path}'.")
        given[name] = _items(entries, path)
    asked = {name: [{kind: {member: item}} for item in items] for name, items in given.items()}
    answer = await table.services.call("dynamodb", "BatchWriteItem", {"RequestItems": asked})
    left = {
        name: [entry[kind][member] for entry in entries]
        for name, entries in (answer.get("UnprocessedItems") or {}).items()
    }
    return given, left


def _batch_answer(
    given: Mapping[str, Sequence[Item]], left: Mapping[str, Sequence[Item]], member: str
) -> dict[str, Any]:
    return {
        "data": {
            name: [None if item in left.get(name, ()) else plain_item(item) for item in items]
            for name, items in given.items()
        },
        member: {name: [plain_item(item) for item in left.get(name, ())] for name in given},
    }


def _tables(request: Object) -> Object:
    tables = read.object_at(request, "tables")
    if not tables:
        raise TemplateError("At least one table must be provided in '$[tables]'.")
    return tables


def _items(entries: Sequence[Any], path: str) -> list[Item]:
    return [read.attributes(entry, f"{path}[{i}]") for i, entry in enumerate(entries)]


def _entries(request: Object) -> list[tuple[str, Object]]:
    entries = []
    for i, entry in enumerate(read.list_at(request, "transactItems")):
        path = f"$[transactItems][{i}]"
        if not isinstance(entry, Mapping):
            raise TemplateError(f"Expected JSON object for '{path}'.")
        entries.append((path, entry))
    return entries


def _in_order(keys: Sequence[Item], items: Sequence[Item]) -> list[Item | None]:
    """The items in the order of their keys."""

    if not keys:
        return []
    names = sorted(keys[0])

    def identity(attributes: Item) -> tuple[Any, ...]:
        return tuple(comparable(attributes[name]) for name in names if name in attributes)

    found = {identity(item): item for item in items}
    return [found.get(identity(key)) for key in keys]


def _with_key_attributes(asked: dict[str, Any], keys: Sequence[Item]) -> frozenset[str]:
    """Have the projection read the keys too, to tell items apart; the attributes that this adds."""
    text = asked.get("ProjectionExpression")
    if not text or not keys:
        return frozenset()
    names = asked.get("ExpressionAttributeNames", {})
    heads = [part.strip().split(".")[0].split("[")[0] for part in text.split(",")]
    missing = sorted(set(keys[0]) - {names.get(head, head) for head in heads})
    added = {f"#_key{i}": attribute for i, attribute in enumerate(missing)}
    if added:
        asked["ProjectionExpression"] = ", ".join([text, *added])
        asked["ExpressionAttributeNames"] = {**names, **added}
    return frozenset(missing)


def _without(item: dict[str, Any] | None, names: frozenset[str]) -> dict[str, Any] | None:
    if item is None or not names:
        return item
    return {name: value for name, value in item.items() if name not in names}
