"""``$util.dynamodb``: typed values, each function also with ``Json`` for its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.appsync.util_functions.dynamodb_values import to_attribute_value
from workbench.localcloud.appsync.vtl.json_text import check_size, parse_json, write_json
from workbench.localcloud.appsync.vtl.render_state import RenderError
from workbench.localcloud.appsync.vtl.utilities.arguments import (
    kind,
    mapping,
    members,
    number,
    text,
)


def to_dynamodb(value: Any) -> dict[str, Any]:
    """The typed value of any value."""
    if isinstance(value, dict | list):
        check_size(value)
    return to_attribute_value(value)


def to_map_values(value: Any) -> dict[str, Any]:
    """A map with each of its values typed; an empty one for null."""
    if value is None:
        return {}
    return {str(key): to_dynamodb(member) for key, member in mapping(value).items()}


def _typed(name: str, check: Callable[[Any], Any]) -> Callable[[Any], dict[str, Any]]:
    def convert(value: Any) -> dict[str, Any]:
        return {"NULL": None} if value is None else {name: check(value)}

    return convert


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise RenderError(f"takes a boolean, was given {kind(value)}")


def _texts(value: Any) -> list[str]:
    return [text(member) for member in members(value)]


def to_s3_object(key: Any, bucket: Any, region: Any, version: Any = None) -> dict[str, Any]:
    """``toS3Object``: where an object lies, as a typed string."""
    place = {"key": text(key), "bucket": text(bucket), "region": text(region)}
    if version is not None:
        place["version"] = text(version)
    return {"S": write_json({"s3": place})}


def from_s3_object_json(value: Any) -> Any:
    """``fromS3ObjectJson``: what ``toS3Object`` wrote, as a map."""
    try:
        return mapping(parse_json(text(value))).get("s3")
    except ValueError:
        raise RenderError("was given no JSON") from None


_CONVERSIONS: Mapping[str, Callable[..., Any]] = {
    "toDynamoDB": to_dynamodb,
    "toString": _typed("S", text),
    "toStringSet": _typed("SS", _texts),
    "toNumber": _typed("N", number),
    "toNumberSet": _typed("NS", lambda value: [number(member) for member in members(value)]),
    "toBinary": _typed("B", text),
    "toBinarySet": _typed("BS", _texts),
    "toBoolean": _typed("BOOL", _boolean),
    "toNull": lambda: {"NULL": None},
    "toList": _typed("L", lambda value: to_dynamodb(members(value))["L"]),
    "toMap": _typed("M", lambda value: to_dynamodb(mapping(value))["M"]),
    "toMapValues": to_map_values,
}


def _as_json(convert: Callable[..., Any]) -> Callable[..., str]:
    return lambda value: write_json(convert(value))


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **_CONVERSIONS,
    **{
        f"{name}Json": _as_json(convert)
        for name, convert in _CONVERSIONS.items()
        if name != "toNull"
    },
    "toNullJson": lambda: '{"NULL":null}',
    "toS3Object": to_s3_object,
    "toS3ObjectJson": lambda key, bucket, region, version=None: write_json(
        to_s3_object(key, bucket, region, version)
    ),
    "fromS3ObjectJson": from_s3_object_json,
}
