"""Descriptions of tables: in ministack they lack members that DynamoDB gives, and have others.

They follow DynamoDB's answers as LocalStack's snapshot tests hold them: no billing mode of a table
that was always provisioned, the throughput that it is warm for, and a deleted table in few words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Reply = tuple[int, dict[str, str], Any]

_ON_DEMAND = {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000}
_OF_DELETED = frozenset(
    {
        "DeletionProtectionEnabled",
        "GlobalSecondaryIndexes",
        "ItemCount",
        "LocalSecondaryIndexes",
        "ProvisionedThroughput",
        "TableArn",
        "TableId",
        "TableName",
        "TableSizeBytes",
        "TableStatus",
    }
)


def install() -> None:
    """Complete what CreateTable, DescribeTable, UpdateTable and DeleteTable answer."""
    from ministack.core.responses import json_response
    from ministack.services import dynamodb

    describe, create = dynamodb._table_description, dynamodb._create_table
    update, delete = dynamodb._update_table, dynamodb._delete_table

    def table_description(name: str) -> dict[str, Any]:
        return _completed(describe(name), dynamodb._tables[name].get("WarmThroughput"))

    def keep_warm(data: Mapping[str, Any]) -> None:
        warm = data.get("WarmThroughput")
        if warm:
            name = dynamodb._normalize_table_name(data.get("TableName"))
            table = dynamodb._tables[name]
            before = {key: _warm(table)[key] for key in _ON_DEMAND}
            given = {key: int(warm[key]) for key in _ON_DEMAND if key in warm}
            table["WarmThroughput"] = {**before, **given, "Status": "ACTIVE"}

    def create_table(data: Any) -> Reply:
        reply: Reply = create(data)
        if reply[0] != 200:
            return reply
        keep_warm(data)
        described = table_description(dynamodb._normalize_table_name(data["TableName"]))
        described["TableStatus"] = "CREATING"
        described["BillingModeSummary"] = _only_mode(described.get("BillingModeSummary"))
        if data.get("WarmThroughput"):
            described["WarmThroughput"] = {**described["WarmThroughput"], "Status": "UPDATING"}
        else:
            del described["WarmThroughput"]
        if not described["BillingModeSummary"]:
            del described["BillingModeSummary"]
        for index in described.get("GlobalSecondaryIndexes") or []:
            index["IndexStatus"] = "CREATING"
            index.pop("WarmThroughput", None)
        reply = json_response({"TableDescription": described})
        return reply

    def update_table(data: Any) -> Reply:
        reply: Reply = update(data)
        if reply[0] == 200 and data.get("WarmThroughput"):
            keep_warm(data)
            name = dynamodb._normalize_table_name(data["TableName"])
            reply = json_response({"TableDescription": table_description(name)})
        return reply

    def delete_table(data: Any) -> Reply:
        status, headers, body = delete(data)
        if status != 200:
            return status, headers, body
        described = json.loads(body)["TableDescription"]
        kept = {name: value for name, value in described.items() if name in _OF_DELETED}
        reply: Reply = json_response({"TableDescription": kept})
        return reply

    dynamodb._table_description = table_description
    dynamodb._create_table = create_table
    dynamodb._update_table = update_table
    dynamodb._delete_table = delete_table


def _completed(described: Mapping[str, Any], warm: Any) -> dict[str, Any]:
    table = dict(described)
    table["ProvisionedThroughput"] = _counted(table["ProvisionedThroughput"])
    table["WarmThroughput"] = warm or _warm(table)
    billing = table.pop("BillingModeSummary", None) or {}
    if billing.get("BillingMode") == "PAY_PER_REQUEST":
        since = {"LastUpdateToPayPerRequestDateTime": table["CreationDateTime"]}
        table["BillingModeSummary"] = {**since, **billing}
    elif "LastUpdateToPayPerRequestDateTime" in billing:
        table["BillingModeSummary"] = billing
    if table.get("GlobalSecondaryIndexes"):
        table["GlobalSecondaryIndexes"] = [
            {
                **index,
                "ProvisionedThroughput": _counted(index.get("ProvisionedThroughput") or {}),
                "WarmThroughput": index.get("WarmThroughput") or _warm(index),
            }
            for index in table["GlobalSecondaryIndexes"]
        ]
    return table


def _counted(throughput: Mapping[str, Any]) -> dict[str, Any]:
    none = {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
    return {**none, **throughput}


def _warm(described: Mapping[str, Any]) -> dict[str, Any]:
    """What a table or an index is warm for: its capacity, or on demand what it begins with."""
    capacity = described.get("ProvisionedThroughput") or {}
    read, write = capacity.get("ReadCapacityUnits"), capacity.get("WriteCapacityUnits")
    own = {"ReadUnitsPerSecond": read, "WriteUnitsPerSecond": write}
    return {**(own if read and write else _ON_DEMAND), "Status": "ACTIVE"}


def _only_mode(billing: Any) -> dict[str, Any]:
    return {"BillingMode": billing["BillingMode"]} if billing else {}
