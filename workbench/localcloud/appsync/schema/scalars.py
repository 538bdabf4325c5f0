"""AppSync's scalars: what each takes from a client and gives to one.

https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html, with the messages that AppSync
answers: ``Unable to parse `x` as a valid phone number.`` to a client, and ``Can't serialize value``
(added where the place is known) for what a resolver returned.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLScalarType, ValueNode
from graphql.utilities import value_from_ast_untyped

from workbench.backend.graphql.scalar_texts import (
    is_date,
    is_date_time,
    is_email,
    is_ip_address,
    is_phone,
    is_time,
    is_timestamp,
    is_url,
)


class InvalidInputError(ValueError):
    """A client's value that is none of its scalar."""


class NotSerializableError(ValueError):
    """A resolver's value that is none of its scalar."""


_INT_MAX = 2**31 - 1
_INT_MIN = -(2**31)


def _text_scalar(name: str, noun: str, valid: Callable[[str], bool]) -> dict[str, Any]:
    def parse(value: Any) -> str:
        if not isinstance(value, str) or not valid(value):
            raise InvalidInputError(f"Unable to parse `{_shown(value)}` as a valid {noun}.")
        return value

    def serialize(value: Any) -> str:
        if not isinstance(value, str) or not valid(value):
            raise NotSerializableError(
                f"Unable to serialize `{_shown(value)}` as a valid {noun} Object."
            )
        return value

    return {"serialize": serialize, "parse_value": parse, "parse_literal": _literal(parse)}


def _literal(parse: Callable[[Any], Any]) -> Callable[..., Any]:
    def parse_literal(node: ValueNode, variables: Mapping[str, Any] | None = None) -> Any:
        return parse(value_from_ast_untyped(node, dict(variables or {})))

    return parse_literal


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _parse_timestamp(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not is_timestamp(value):
        raise InvalidInputError(f"Unable to parse `{_shown(value)}` as a valid timestamp.")
    return value


def _serialize_timestamp(value: Any) -> int:
    number = _whole(value)
    if number is None or not is_timestamp(number):
        raise NotSerializableError(
            f"Unable to serialize `{_shown(value)}` as a valid timestamp Object."
        )
    return number


def _parse_json(value: Any) -> Any:
    """A JSON text from the client arrives at the resolvers as what it says."""
    if not isinstance(value, str):
        raise InvalidInputError(f"Unable to parse `{_shown(value)}` as valid JSON.")
    try:
        return json.loads(value, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise InvalidInputError(f"Unable to parse `{value}` as valid JSON.") from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _serialize_json(value: Any) -> str:
    """Anything but a text is written as JSON; a text is taken for JSON already.

    That is how a template that returns the stored, stringified value and one that returns the
    object give a client the same.
    """
    if isinstance(value, str):
        try:
            json.loads(value)
        except (ValueError, RecursionError):
            return json.dumps(value, ensure_ascii=False)
        return value
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        raise NotSerializableError("Unable to serialize the value as valid JSON.") from None


def _serialize_string(value: Any) -> str:
    """Java's idea of text: numbers and booleans are written, lists and maps as well."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_serialize_string(item) for item in value) + "]"
    if isinstance(value, dict):
        inside = (f"{key}={_serialize_string(item)}" for key, item in value.items())
        return "{" + ", ".join(inside) + "}"
    return "null" if value is None else str(value)


def _whole(value: Any) -> int | None:
    """The whole number that a value stands for; None where it stands for none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = float(value) if not value.lstrip("+-").isdigit() else int(value)
        except ValueError:
            return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    return None


def _serialize_int(value: Any) -> int:
    number = int(value) if isinstance(value, bool) else _whole(value)
    if number is None or not _INT_MIN <= number <= _INT_MAX:
        raise NotSerializableError(f"Expected type 'Int' but was '{_java_type(value)}'.")
    return number


def _serialize_float(value: Any) -> float | int:
    try:
        number = value if isinstance(value, int | float) else float(value)
        finite = math.isfinite(number)
    except (TypeError, ValueError, OverflowError):
        finite = False
    if not finite:
        raise NotSerializableError(f"Expected type 'Float' but was '{_java_type(value)}'.")
    return int(number) if isinstance(value, bool) else number


def _serialize_boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if isinstance(value, int | float):
        return value != 0
    raise NotSerializableError(f"Expected type 'Boolean' but was '{_java_type(value)}'.")


def _java_type(value: Any) -> str:
    names = {bool: "Boolean", int: "Integer", float: "Double", str: "String", list: "ArrayList"}
    return names.get(type(value), "LinkedHashMap")


_TEXTS: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("AWSDate", "Date", is_date),
    ("AWSTime", "Time", is_time),
    ("AWSDateTime", "DateTime", is_date_time),
    ("AWSEmail", "email address", is_email),
    ("AWSPhone", "phone number", is_phone),
    ("AWSURL", "URL", is_url),
    ("AWSIPAddress", "IP address", is_ip_address),
)
_BEHAVIOUR: dict[str, dict[str, Any]] = {
    **{name: _text_scalar(name, noun, valid) for name, noun, valid in _TEXTS},
    "AWSTimestamp": {
        "serialize": _serialize_timestamp,
        "parse_value": _parse_timestamp,
        "parse_literal": _literal(_parse_timestamp),
    },
    "AWSJSON": {
        "serialize": _serialize_json,
        "parse_value": _parse_json,
        "parse_literal": _literal(_parse_json),
    },
}
_OUTPUTS: dict[str, Callable[[Any], Any]] = {
    "String": _serialize_string,
    "ID": _serialize_string,
    "Int": _serialize_int,
    "Float": _serialize_float,
    "Boolean": _serialize_boolean,
}
SCALARS = tuple(_BEHAVIOUR)


def give_behaviour(scalar: GraphQLScalarType) -> None:
    """Let one of AppSync's scalars, built from text, coerce as AppSync does."""
    for member, function in _BEHAVIOUR.get(scalar.name, {}).items():
        setattr(scalar, member, function)


def output_serializer(scalar: GraphQLScalarType) -> Callable[[Any], Any]:
    """What turns a resolver's value of this scalar into the client's."""
    found: Callable[[Any], Any] = _OUTPUTS.get(scalar.name, scalar.serialize)
    return found
