"""Finds the next DynamoDB call on the way from a table as it is to its definition.

After Amplify's table manager: DynamoDB takes one index change in a call, so indexes go and come one
at a time, and everything returned here is one call's parameters (or None: nothing to do).
``table`` is ``DescribeTable``'s answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.localcloud.providers.table_definition import TableDefinition

Table = Mapping[str, Any]
Call = dict[str, Any]

PROVISIONED = "PROVISIONED"
ON_DEMAND = "PAY_PER_REQUEST"


def creation(definition: TableDefinition) -> Call:
    """``CreateTable``'s parameters. Recovery and time-to-live can only follow it."""
    parts = {
        "TableName": definition.name,
        "AttributeDefinitions": list(definition.attributes),
        "KeySchema": list(definition.key_schema),
        "GlobalSecondaryIndexes": list(definition.indexes) or None,
        "BillingMode": definition.billing_mode,
        "StreamSpecification": _stream(definition.stream_view),
        "ProvisionedThroughput": definition.throughput,
        "SSESpecification": definition.encryption and {"Enabled": definition.encryption["Enabled"]},
        "DeletionProtectionEnabled": definition.deletion_protection,
        "Tags": list(definition.tags) or None,
    }
    return {key: value for key, value in parts.items() if value is not None}


def keys_changed(current: Iterable[Mapping[str, str]], wanted: Iterable[Mapping[str, str]]) -> bool:
    """Whether the hash or the range key is another attribute."""
    return _keys(current) != _keys(wanted)


def next_capacity_or_index_change(table: Table, definition: TableDefinition) -> Call | None:
    """The next ``UpdateTable`` for billing mode, throughput and indexes."""
    return _capacity_change(table, definition) or next_index_change(table, definition)


def next_index_change(table: Table, definition: TableDefinition) -> Call | None:
    """The next ``UpdateTable`` that removes, adds or resizes one index, in that order."""
    current = {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes") or []}
    wanted = {index["IndexName"]: index for index in definition.indexes}
    retyped = _retyped_attributes(table, definition)
    for name, index in current.items():
        if name not in wanted or _must_be_rebuilt(index, wanted[name], retyped):
            return _index_update(table, {"Delete": {"IndexName": name}})
    for name, index in wanted.items():
        if name not in current:
            return _index_addition(table, definition, index)
    if definition.throughput:
        for name, index in wanted.items():
            throughput = index.get("ProvisionedThroughput") or {}
            if _units(current[name].get("ProvisionedThroughput")) != _units(throughput):
                resize = {"IndexName": name, "ProvisionedThroughput": throughput}
                return _index_update(table, {"Update": resize})
    return None


def stream_changes(table: Table, definition: TableDefinition) -> tuple[Call, ...]:
    """The ``UpdateTable`` calls for the stream: another view type turns it off first."""
    current = table.get("StreamSpecification") or {}
    enabled = current.get("StreamEnabled") is True
    wanted = definition.stream_view
    if enabled and current.get("StreamViewType") == wanted:
        return ()
    name = table["TableName"]
    off: Call = {"TableName": name, "StreamSpecification": {"StreamEnabled": False}}
    on: Call = {"TableName": name, "StreamSpecification": _stream(wanted)}
    return ((off,) if enabled else ()) + ((on,) if wanted else ())


def encryption_change(table: Table, definition: TableDefinition) -> Call | None:
    """The ``UpdateTable`` for encryption at rest."""
    current = table.get("SSEDescription") or {}
    if current.get("Status") == "DISABLED":
        current = {}
    wanted = definition.encryption or {}
    change: dict[str, Any] | None = None
    if current and not wanted.get("Enabled"):
        change = {"Enabled": False}
    elif (current and wanted.get("SSEType") not in (None, current.get("SSEType"))) or (
        not current and wanted.get("Enabled")
    ):
        change = wanted
    return change and {"TableName": table["TableName"], "SSESpecification": change}


def protection_change(table: Table, definition: TableDefinition) -> Call | None:
    """The ``UpdateTable`` for deletion protection; not said is the same as off."""
    wanted = definition.deletion_protection is True
    if bool(table.get("DeletionProtectionEnabled")) == wanted:
        return None
    return {"TableName": table["TableName"], "DeletionProtectionEnabled": wanted}


def recovery_change(backups: Mapping[str, Any], definition: TableDefinition) -> Call | None:
    """The ``UpdateContinuousBackups`` for point-in-time recovery."""
    description = backups.get("PointInTimeRecoveryDescription") or {}
    enabled = description.get("PointInTimeRecoveryStatus") == "ENABLED"
    if enabled == definition.recovery:
        return None
    return {
        "TableName": definition.name,
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": definition.recovery},
    }


def time_to_live_change(current: Mapping[str, Any], definition: TableDefinition) -> Call | None:
    """The ``UpdateTimeToLive``; DynamoDB's changing states are left to settle."""
    wanted = definition.time_to_live or {}
    attribute = current.get("AttributeName")
    status = current.get("TimeToLiveStatus")
    if status == "ENABLED" and attribute:
        if not wanted.get("Enabled"):
            specification = {"Enabled": False, "AttributeName": attribute}
        elif wanted.get("AttributeName") != attribute:
            specification = {"Enabled": True, "AttributeName": wanted.get("AttributeName")}
        else:
            return None
    elif status == "DISABLED" and wanted.get("Enabled"):
        specification = {"Enabled": True, "AttributeName": wanted.get("AttributeName")}
    else:
        return None
    return {"TableName": definition.name, "TimeToLiveSpecification": specification}


def _capacity_change(table: Table, definition: TableDefinition) -> Call | None:
    mode = (table.get("BillingModeSummary") or {}).get("BillingMode")
    mode_changes = (
        definition.billing_mode == ON_DEMAND if mode is None else mode != definition.billing_mode
    )
    wanted = _units(definition.throughput)
    current = _units(table.get("ProvisionedThroughput"))
    units_change = any(new not in (None, old) for new, old in zip(wanted, current, strict=True))
    if not (mode_changes or units_change):
        return None
    provisioned = definition.billing_mode == PROVISIONED
    call: Call = {"TableName": table["TableName"]}
    if mode_changes:
        call["BillingMode"] = definition.billing_mode
    if units_change and provisioned:
        call["ProvisionedThroughput"] = definition.throughput
    indexes = table.get("GlobalSecondaryIndexes") or []
    if mode_changes and provisioned and indexes:
        call["GlobalSecondaryIndexUpdates"] = [
            {
                "Update": {
                    "IndexName": index["IndexName"],
                    "ProvisionedThroughput": definition.throughput,
                }
            }
            for index in indexes
        ]
    return call


def _index_addition(table: Table, definition: TableDefinition, index: Mapping[str, Any]) -> Call:
    throughput = index.get("ProvisionedThroughput")
    if throughput is None and definition.billing_mode == PROVISIONED:
        throughput = definition.throughput
    parts = {
        "IndexName": index["IndexName"],
        "KeySchema": index["KeySchema"],
        "Projection": index.get("Projection"),
        "ProvisionedThroughput": throughput,
    }
    names = {key["AttributeName"] for key in index["KeySchema"]}
    call = _index_update(
        table, {"Create": {key: value for key, value in parts.items() if value is not None}}
    )
    call["AttributeDefinitions"] = [
        attribute for attribute in definition.attributes if attribute["AttributeName"] in names
    ]
    return call


def _index_update(table: Table, update: dict[str, Any]) -> Call:
    return {"TableName": table["TableName"], "GlobalSecondaryIndexUpdates": [update]}


def _must_be_rebuilt(
    current: Mapping[str, Any], wanted: Mapping[str, Any], retyped: frozenset[str]
) -> bool:
    if current.get("IndexStatus", "ACTIVE") == "ACTIVE" and any(
        key["AttributeName"] in retyped for key in current["KeySchema"]
    ):
        return True
    return _projection(current) != _projection(wanted) or keys_changed(
        current["KeySchema"], wanted["KeySchema"]
    )


def _projection(index: Mapping[str, Any]) -> tuple[str | None, frozenset[str]]:
    projection = index.get("Projection") or {}
    kind = projection.get("ProjectionType")
    return kind, frozenset() if kind == "ALL" else frozenset(
        projection.get("NonKeyAttributes") or ()
    )


def _retyped_attributes(table: Table, definition: TableDefinition) -> frozenset[str]:
    wanted = {item["AttributeName"]: item["AttributeType"] for item in definition.attributes}
    return frozenset(
        item["AttributeName"]
        for item in table.get("AttributeDefinitions") or []
        if wanted.get(item["AttributeName"], item["AttributeType"]) != item["AttributeType"]
    )


def _keys(schema: Iterable[Mapping[str, str]]) -> tuple[str | None, str | None]:
    by_kind = {key["KeyType"]: key["AttributeName"] for key in schema}
    return by_kind.get("HASH"), by_kind.get("RANGE")


def _units(throughput: Mapping[str, Any] | None) -> tuple[Any, Any]:
    units = throughput or {}
    return units.get("ReadCapacityUnits"), units.get("WriteCapacityUnits")


def _stream(view: str | None) -> dict[str, Any] | None:
    return {"StreamEnabled": True, "StreamViewType": view} if view else None
