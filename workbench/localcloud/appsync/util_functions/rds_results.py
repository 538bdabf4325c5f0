"""Results of the RDS Data API as records: ``$util.rds``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_VALUES = ("stringValue", "longValue", "doubleValue", "booleanValue", "blobValue", "bitValue")


def to_records(result: Any) -> list[list[dict[str, Any]]]:
    """The records of each statement, by column name; ValueError for an invalid result."""
    if not isinstance(result, Mapping):
        raise ValueError("an RDS result is a map")  # noqa: TRY004
    statements = result.get("sqlStatementResults", [])
    if not isinstance(statements, list):
        raise ValueError("an RDS result's sqlStatementResults are a list")  # noqa: TRY004
    return [_statement(statement) for statement in statements]


def _statement(statement: Any) -> list[dict[str, Any]]:
    columns = [
        column.get("label") or column.get("name") or str(number)
        for number, column in enumerate(statement.get("columnMetadata") or [], 1)
    ]
    return [
        {name: _value(value) for name, value in zip(columns, record, strict=False)}
        for record in statement.get("records") or []
    ]


def _value(value: Mapping[str, Any]) -> Any:
    if value.get("null") or value.get("isNull"):
        return None
    for kind in _VALUES:
        if kind in value:
            return value[kind]
    if "arrayValue" in value or "arrayValues" in value:
        members = value.get("arrayValue") or value.get("arrayValues")
        if isinstance(members, Mapping):
            return next(iter(members.values()), [])
        return members
    return None
