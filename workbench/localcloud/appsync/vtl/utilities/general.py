"""``$util``: questions about values, JSON, identifiers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.appsync.java.regex import pattern_for
from workbench.localcloud.appsync.util_functions.identifiers import (
    auto_id,
    auto_ksuid,
    auto_ulid,
)
from workbench.localcloud.appsync.vtl.json_text import parse_json, write_json
from workbench.localcloud.appsync.vtl.utilities.arguments import kind, text


def quiet(value: Any = None) -> str:
    """``$util.qr``: writes nothing, whatever it was given."""
    return ""


def is_null_or_empty(value: Any) -> bool:
    """Null, or a string, list or map with nothing in it."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def is_null_or_blank(value: Any) -> bool:
    """Null, or a string of blanks; a list or map with nothing in it too."""
    return is_null_or_empty(value) or (isinstance(value, str) and not value.strip())


def value_of_json(value: Any) -> Any:
    """``$util.parseJson``: the value of a JSON text, null where it is none.

    Templates of Amplify ask whether a group claim is a JSON list that way.
    """
    if value is None:
        return None
    try:
        return parse_json(text(value))
    except ValueError:
        return None


def matches(pattern: Any, data: Any) -> bool:
    """Whether the pattern is found anywhere in the text."""
    if data is None:
        return False
    searched = text(data)
    return pattern_for(text(pattern), searched).search(searched) is not None


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "qr": quiet,
    "quiet": quiet,
    "isNull": lambda value: value is None,
    "isNullOrEmpty": is_null_or_empty,
    "isNullOrBlank": is_null_or_blank,
    "defaultIfNull": lambda value, other: other if value is None else value,
    "defaultIfNullOrEmpty": lambda value, other: other if is_null_or_empty(value) else value,
    "defaultIfNullOrBlank": lambda value, other: other if is_null_or_blank(value) else value,
    "isString": lambda value: isinstance(value, str),
    "isNumber": lambda value: kind(value) == "Number",
    "isBoolean": lambda value: isinstance(value, bool),
    "isList": lambda value: isinstance(value, list),
    "isMap": lambda value: isinstance(value, dict),
    "typeOf": kind,
    "matches": matches,
    "toJson": write_json,
    "parseJson": value_of_json,
    "autoId": auto_id,
    "autoUlid": auto_ulid,
    "autoKsuid": auto_ksuid,
}
