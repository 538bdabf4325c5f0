"""DynamoDB's typed values and plain JSON, as AppSync converts between them.

Source: AppSync developer guide, "DynamoDB helpers in $util.dynamodb" and "Type system (response
mapping)".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TYPES = frozenset({"S", "N", "B", "SS", "NS", "BS", "BOOL", "NULL", "L", "M"})


def to_attribute_value(plain: Any) -> dict[str, Any]:
    """The typed value of a JSON value, as ``$util.dynamodb.toDynamoDB`` gives it.

    A list is always an ``L``, never a set. Numbers stay JSON numbers (``{"N": 5}``) and null is
    ``{"NULL": null}``, as AppSync writes them; DynamoDB itself wants ``{"N": "5"}`` and
    ``{"NULL": true}``, which its data source makes of them. Raises ValueError for invalid JSON.
    """
    if plain is None:
        return {"NULL": None}
    if isinstance(plain, bool):
        return {"BOOL": plain}
    if isinstance(plain, str):
        return {"S": plain}
    if isinstance(plain, int | float):
        return {"N": plain}
    if isinstance(plain, Mapping):
        return {"M": {str(key): to_attribute_value(value) for key, value in plain.items()}}
    if isinstance(plain, list | tuple):
        return {"L": [to_attribute_value(value) for value in plain]}
    raise ValueError(f"a {type(plain).__name__} has no DynamoDB type")


def to_plain(attribute_value: Mapping[str, Any]) -> Any:
    """The JSON value of a typed value: numbers as numbers, sets as lists, binaries in base64.

    Raises ValueError for an invalid typed value.
    """
    if len(attribute_value) != 1:
        raise ValueError("a DynamoDB value has exactly one type")
    ((kind, value),) = attribute_value.items()
    if kind in ("S", "B", "BOOL"):
        return value
    if kind == "N":
        return to_number(value)
    if kind == "M":
        return {key: to_plain(member) for key, member in value.items()}
    if kind == "L":
        return [to_plain(member) for member in value]
    if kind == "NULL":
        return None
    if kind == "NS":
        return [to_number(member) for member in value]
    if kind in ("SS", "BS"):
        return list(value)
    raise ValueError(f"unknown DynamoDB type {kind!r}")


def to_number(value: str | float) -> int | float:
    """DynamoDB's decimal text as a JSON number: whole ones exactly, others as a double."""
    if isinstance(value, int | float):
        return value
    try:
        return int(value)
    except ValueError:
        return float(value)
