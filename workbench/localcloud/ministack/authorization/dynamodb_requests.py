"""What DynamoDB asks IAM about a request: tables, indexes, items of transactions, leading keys.

Source: "Actions, resources, and condition keys for Amazon DynamoDB", service authorization
reference, and "Using IAM policy conditions for fine-grained access control", DynamoDB developer
guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.localcloud.iam.requests import Request
from workbench.localcloud.iam.wildcards import Values
from workbench.localcloud.ministack.authorization.call import Call

_ITEM_ACTIONS = {
    "ConditionCheck": "ConditionCheckItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
}
_PARTIQL_ACTIONS = {
    "select": "PartiQLSelect",
    "insert": "PartiQLInsert",
    "update": "PartiQLUpdate",
    "delete": "PartiQLDelete",
    "exists": "PartiQLSelect",
}
_PARTIQL = frozenset({"ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"})
_WITHOUT_RESOURCE = frozenset(
    {"ListTables", "ListGlobalTables", "ListBackups", "DescribeLimits", "ListStreams"}
)
_STATEMENT = re.compile(
    r"""\s*(select|insert|update|delete|exists)\b.*?(?:\b(?:from|into|update)\s+)"""
    r""""?([\w.-]+)"?(?:\s*\.\s*"?([\w.-]+)"?)?""",
    re.IGNORECASE | re.DOTALL,
)
_UPDATE = re.compile(r'\s*(update)\s+"?([\w.-]+)"?()', re.IGNORECASE)
_EQUALITY = re.compile(r"([#\w.-]+)\s*=\s*(:\w+)")
_NAME = re.compile(r"[#A-Za-z_][\w.#-]*")
_KEYWORDS = frozenset(
    [
        "set",
        "remove",
        "add",
        "delete",
        "and",
        "or",
        "not",
        "in",
        "between",
        "if_not_exists",
        "list_append",
        "attribute_exists",
        "attribute_not_exists",
        "attribute_type",
        "begins_with",
        "contains",
        "size",
    ]
)


def dynamodb_requests(call: Call) -> Sequence[Request]:
    """All that must be allowed, for tables and their streams."""
    operation, given = call.operation, call.document
    if operation in {"TransactWriteItems", "TransactGetItems"}:
        return list(_transaction(call, operation))
    if operation in _PARTIQL:
        return list(_statements(call, operation))
    if operation in {"BatchGetItem", "BatchWriteItem"}:
        return list(_batch(call, operation))
    action = f"dynamodb:{operation}"
    named = call.text("TableName", "TableArn", "ResourceArn", "StreamArn", "ExportArn", "BackupArn")
    if operation in _WITHOUT_RESOURCE:
        return (Request(action, "*", call.context),)
    if not named:
        # A shard iterator does not say which stream it reads.
        return (Request(action, "" if operation == "GetRecords" else "*", call.context),)
    index = call.text("IndexName")
    resource = _table(call, named) + (f"/index/{index}" if index else "")
    context = {**call.context, **_details(given), **_leading(named, index, _keys_of(given, named))}
    attributes = _attributes(given)
    if attributes:
        context["dynamodb:attributes"] = attributes
    if operation in {"Query", "Scan"}:
        chosen = "SPECIFIC_ATTRIBUTES" if "ProjectionExpression" in given else "ALL_ATTRIBUTES"
        context.setdefault("dynamodb:select", chosen)
    if operation == "Scan":
        context["dynamodb:fulltablescan"] = "true"
    return (Request(action, resource, context),)


def _transaction(call: Call, operation: str) -> Iterable[Request]:
    for item in _objects(call.document.get("TransactItems")):
        for member, action in _ITEM_ACTIONS.items():
            detail = item.get(member)
            if not isinstance(detail, Mapping):
                continue
            table = str(detail.get("TableName") or "")
            context = {
                **call.context,
                **_details(detail),
                **_leading(table, "", _keys_of(detail, table)),
                "dynamodb:enclosingoperation": operation,
            }
            attributes = _attributes(detail)
            if attributes:
                context["dynamodb:attributes"] = attributes
            yield Request(f"dynamodb:{action}", _table(call, table), context)


def _statements(call: Call, operation: str) -> Iterable[Request]:
    given = call.document
    listed = _objects(given.get("Statements") or given.get("TransactStatements")) or [given]
    for one in listed:
        text = str(one.get("Statement") or "")
        found = _UPDATE.match(text) or _STATEMENT.match(text)
        if found is None:
            yield Request(f"dynamodb:{operation}", "", call.context)
            continue
        resource = _table(call, found[2]) + (f"/index/{found[3]}" if found[3] else "")
        yield Request(f"dynamodb:{_PARTIQL_ACTIONS[found[1].lower()]}", resource, call.context)


def _batch(call: Call, operation: str) -> Iterable[Request]:
    tables = call.document.get("RequestItems")
    for table, asked in (tables if isinstance(tables, Mapping) else {}).items():
        keys: list[Mapping[str, Any]] = []
        if isinstance(asked, Mapping):
            keys += _objects(asked.get("Keys"))
        for one in _objects(asked):
            keys += [
                each[name]
                for kind, name in (("PutRequest", "Item"), ("DeleteRequest", "Key"))
                if isinstance(each := one.get(kind), Mapping) and isinstance(each.get(name), dict)
            ]
        context = {**call.context, **_leading(str(table), "", keys)}
        names = sorted({name for key in keys for name in key})
        if names:
            context["dynamodb:attributes"] = names
        yield Request(f"dynamodb:{operation}", _table(call, str(table)), context)


def _table(call: Call, name: str) -> str:
    return name if name.startswith("arn:") else call.arn("dynamodb", f"table/{name}")


def _details(given: Mapping[str, Any]) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for name in ("Select", "ReturnValues", "ReturnConsumedCapacity"):
        value = given.get(name)
        if isinstance(value, str):
            found[f"dynamodb:{name.lower()}"] = value
    return found


def _keys_of(given: Mapping[str, Any], table: str) -> Sequence[Mapping[str, Any]]:
    """The items or keys that a request names, or what its key condition says."""
    for name in ("Key", "Item"):
        found = given.get(name)
        if isinstance(found, Mapping):
            return [found]
    values = given.get("ExpressionAttributeValues") or {}
    names = given.get("ExpressionAttributeNames") or {}
    condition = given.get("KeyConditionExpression")
    if isinstance(condition, str) and isinstance(values, Mapping) and isinstance(names, Mapping):
        return [
            {str(names.get(name, name)): values.get(value)}
            for name, value in _EQUALITY.findall(condition)
        ]
    legacy = given.get("KeyConditions")
    if isinstance(legacy, Mapping):
        return [
            {name: each["AttributeValueList"][0]}
            for name, each in legacy.items()
            if isinstance(each, Mapping)
            and each.get("ComparisonOperator") == "EQ"
            and each.get("AttributeValueList")
        ]
    return []


def _leading(table: str, index: str, keys: Sequence[Mapping[str, Any]]) -> dict[str, Values]:
    """The partition keys that are asked for: of the index where one is named."""
    name = _partition_key(table.rpartition("/")[2], index)
    found = {
        str(next(iter(value.values()), ""))
        for key in keys
        if isinstance(value := key.get(name), Mapping)
    }
    return {"dynamodb:leadingkeys": sorted(found)} if found else {}


def _partition_key(table: str, index: str) -> str:
    from ministack.services import dynamodb

    record = dynamodb._tables.get(table) or {}
    schema = record.get("KeySchema") or []
    if index:
        indexes = [
            *(record.get("GlobalSecondaryIndexes") or ()),
            *(record.get("LocalSecondaryIndexes") or ()),
        ]
        schema = next(
            (e.get("KeySchema") or [] for e in indexes if e.get("IndexName") == index), []
        )
    return next((str(e["AttributeName"]) for e in schema if e.get("KeyType") == "HASH"), "")


def _attributes(given: Mapping[str, Any]) -> list[str]:
    """The top-level attributes that a request names."""
    names = given.get("ExpressionAttributeNames")
    names = names if isinstance(names, Mapping) else {}
    found: set[str] = set()
    for member in ("Item", "Key", "Expected", "AttributeUpdates", "KeyConditions"):
        value = given.get(member)
        if isinstance(value, Mapping):
            found |= {str(name) for name in value}
    legacy = given.get("AttributesToGet")
    if isinstance(legacy, list):
        found |= {str(name) for name in legacy}
    for member in (
        "ProjectionExpression",
        "UpdateExpression",
        "ConditionExpression",
        "FilterExpression",
        "KeyConditionExpression",
    ):
        text = given.get(member)
        if not isinstance(text, str):
            continue
        for token in _NAME.findall(re.sub(r":\w+", " ", text)):
            head = token.partition(".")[0]
            if head.lower() not in _KEYWORDS:
                found.add(str(names.get(head, head)))
    return sorted(found)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
