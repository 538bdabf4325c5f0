"""Reads an Amplify model table's definition from its custom resource's properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_BOOLEANS = frozenset(
    {
        "deletionProtectionEnabled",
        "enabled",
        "sseEnabled",
        "pointInTimeRecoveryEnabled",
        "allowDestructiveGraphqlSchemaUpdates",
        "replaceTableUponGsiUpdate",
        "isImported",
    }
)
_NUMBERS = frozenset({"readCapacityUnits", "writeCapacityUnits"})


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """The wished-for table; its parts are in DynamoDB's own (PascalCase) shapes.

    ``tags`` are the provider function's own tags, which Amplify gives to its tables.
    """

    name: str
    attributes: tuple[dict[str, Any], ...]
    key_schema: tuple[dict[str, Any], ...]
    indexes: tuple[dict[str, Any], ...] = ()
    billing_mode: str | None = None
    throughput: dict[str, Any] | None = None
    stream_view: str | None = None
    encryption: dict[str, Any] | None = None
    deletion_protection: bool | None = None
    time_to_live: dict[str, Any] | None = None
    recovery: bool = False
    imported: bool = False
    allow_destructive: bool = False
    replace_on_index_change: bool = False
    tags: tuple[dict[str, str], ...] = field(default=())


def read_definition(properties: Mapping[str, Any], tags: Mapping[str, str]) -> TableDefinition:
    """The definition in a request's properties; tags of CloudFormation itself are left out."""
    typed = {key: _typed(key, value) for key, value in properties.items()}
    stream = typed.get("streamSpecification") or {}
    encryption = typed.get("sseSpecification")
    recovery = typed.get("pointInTimeRecoverySpecification") or {}
    ttl = typed.get("timeToLiveSpecification")
    return TableDefinition(
        name=str(typed["tableName"]),
        attributes=tuple(_pascal(typed.get("attributeDefinitions") or [])),
        key_schema=tuple(_pascal(typed.get("keySchema") or [])),
        indexes=tuple(_pascal(typed.get("globalSecondaryIndexes") or [])),
        billing_mode=typed.get("billingMode"),
        throughput=_pascal(typed.get("provisionedThroughput")),
        stream_view=stream.get("streamViewType"),
        encryption=_encryption(encryption) if encryption is not None else None,
        deletion_protection=typed.get("deletionProtectionEnabled"),
        time_to_live=_pascal(ttl),
        recovery=recovery.get("pointInTimeRecoveryEnabled") is True,
        imported=typed.get("isImported") is True,
        allow_destructive=typed.get("allowDestructiveGraphqlSchemaUpdates") is True,
        replace_on_index_change=typed.get("replaceTableUponGsiUpdate") is True,
        tags=tuple(
            {"Key": key, "Value": value}
            for key, value in tags.items()
            if not key.startswith("aws:cloudformation:")
        ),
    )


def _encryption(specification: Mapping[str, Any]) -> dict[str, Any]:
    parts = {
        "Enabled": specification.get("sseEnabled") is True,
        "SSEType": specification.get("sseType"),
        "KMSMasterKeyId": specification.get("kmsMasterKeyId"),
    }
    return {key: value for key, value in parts.items() if value is not None}


def _typed(key: str, value: Any) -> Any:
    """Undo CloudFormation's strings where the table manager knows the type."""
    if isinstance(value, Mapping):
        return {inner: _typed(inner, item) for inner, item in value.items()}
    if isinstance(value, list):
        return [_typed("", item) for item in value]
    if isinstance(value, str):
        if key in _BOOLEANS and value in ("true", "false"):
            return value == "true"
        if key in _NUMBERS:
            return _number(value)
    return value


def _number(text: str) -> int | float | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _pascal(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key[:1].upper() + key[1:]: _pascal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_pascal(item) for item in value]
    return value
