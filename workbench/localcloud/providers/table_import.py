"""Compares an imported (Amplify Gen 1) table with what its model expects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbench.localcloud.providers.table_changes import ON_DEMAND
from workbench.localcloud.providers.table_definition import TableDefinition

_NO_THROUGHPUT = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}


def differences(table: Mapping[str, Any], definition: TableDefinition) -> list[str]:
    """One text for each property of ``DescribeTable``'s answer that is not as expected.

    The order of attributes, keys and indexes does not matter.
    """
    imported, expected = _imported(table), _expected(definition)
    return [
        f"{name} does not match the expected value.\n"
        f"Imported Value: {json.dumps(imported[name])}\nExpected: {json.dumps(expected[name])}"
        for name in expected
        if imported[name] != expected[name]
    ]


def _expected(definition: TableDefinition) -> dict[str, Any]:
    encrypted = definition.encryption is not None and definition.encryption.get("Enabled")
    stream = definition.stream_view
    return {
        "AttributeDefinitions": _ordered(definition.attributes, "AttributeName"),
        "KeySchema": _ordered(definition.key_schema, "AttributeName"),
        "GlobalSecondaryIndexes": _ordered(
            [_expected_index(index, definition) for index in definition.indexes], "IndexName"
        ),
        "BillingModeSummary": {"BillingMode": definition.billing_mode},
        "ProvisionedThroughput": definition.throughput or _NO_THROUGHPUT,
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": stream}
        if stream
        else None,
        "SSEDescription": {"SSEType": (definition.encryption or {}).get("SSEType", "KMS")}
        if encrypted
        else None,
        "DeletionProtectionEnabled": bool(definition.deletion_protection),
    }


def _expected_index(index: Mapping[str, Any], definition: TableDefinition) -> dict[str, Any]:
    expected = {**index, "KeySchema": _ordered(index["KeySchema"], "AttributeName")}
    if definition.billing_mode == ON_DEMAND and index.get("ProvisionedThroughput"):
        expected["ProvisionedThroughput"] = _NO_THROUGHPUT
    return expected


def _imported(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "AttributeDefinitions": _ordered(
            [
                _only(item, "AttributeName", "AttributeType")
                for item in table.get("AttributeDefinitions") or []
            ],
            "AttributeName",
        ),
        "KeySchema": _ordered(table["KeySchema"], "AttributeName"),
        "GlobalSecondaryIndexes": _ordered(
            [_imported_index(index) for index in table.get("GlobalSecondaryIndexes") or []],
            "IndexName",
        ),
        "BillingModeSummary": _only(table.get("BillingModeSummary"), "BillingMode"),
        "ProvisionedThroughput": _only(table.get("ProvisionedThroughput"), *_NO_THROUGHPUT),
        "StreamSpecification": _only(
            table.get("StreamSpecification"), "StreamEnabled", "StreamViewType"
        ),
        "SSEDescription": _only(table.get("SSEDescription"), "SSEType"),
        "DeletionProtectionEnabled": bool(table.get("DeletionProtectionEnabled")),
    }


def _imported_index(index: Mapping[str, Any]) -> dict[str, Any]:
    parts = {
        "IndexName": index["IndexName"],
        "KeySchema": _ordered(index["KeySchema"], "AttributeName"),
        "Projection": _only(index.get("Projection"), "NonKeyAttributes", "ProjectionType"),
        "ProvisionedThroughput": _only(index.get("ProvisionedThroughput"), *_NO_THROUGHPUT),
    }
    return {key: value for key, value in parts.items() if value is not None}


def _only(value: Mapping[str, Any] | None, *names: str) -> dict[str, Any] | None:
    if value is None:
        return None
    return {name: value[name] for name in names if value.get(name) is not None}


def _ordered(items: Any, key: str) -> list[dict[str, Any]]:
    return sorted((dict(item) for item in items), key=lambda item: str(item[key]))
