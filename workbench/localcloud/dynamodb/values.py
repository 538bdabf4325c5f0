"""Attribute values, as ``{"S": "text"}``: their types, equality, order, sizes and sums."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from workbench.localcloud.dynamodb.syntax import ExpressionError

AttributeValue = Mapping[str, Any]

TYPES = ("B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M")
"""In the order in which DynamoDB lists them."""

ORDERED = frozenset({"S", "N", "B"})
SETS = frozenset({"SS", "NS", "BS"})

_DIGITS, _LARGEST, _SMALLEST = 38, 125, -130
_exact = Context(prec=400)
"""Wide enough for any sum of two numbers between 1E-130 and 1E+126."""

_OVERFLOW = (
    "Number overflow. Attempting to store a number with magnitude larger than supported range"
)
_UNDERFLOW = (
    "Number underflow. Attempting to store a number with magnitude smaller than supported range"
)
_TOO_MANY_DIGITS = "Attempting to store more than 38 significant digits in a Number"


def type_of(value: AttributeValue) -> str:
    """The value's type descriptor."""
    return next(iter(value), "")


def number(text: object) -> Decimal:
    """A number's value; what an earlier release stored and is none counts as zero."""
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return Decimal(0)


def binary(text: object) -> bytes:
    """The bytes of a binary, which is in base64."""
    if isinstance(text, bytes):
        return text
    try:
        return base64.b64decode(str(text))
    except (binascii.Error, ValueError):
        return str(text).encode()


def equal(left: AttributeValue | None, right: AttributeValue | None) -> bool:
    """Whether both are there and the same. What is missing equals nothing."""
    if left is None or right is None:
        return False
    kind = type_of(left)
    if kind != type_of(right):
        return False
    if left[kind] == right[kind]:
        return True
    return kind not in ("S", "BOOL", "NULL") and comparable(left) == comparable(right)


def comparable(value: AttributeValue) -> Any:
    """What two values of one type are compared by."""
    kind = type_of(value)
    content = value.get(kind)
    if kind == "N":
        return number(content)
    if kind == "S":
        # By its UTF-8 bytes: the order of the code points is the same.
        return content
    if kind == "B":
        return binary(content)
    if kind == "SS":
        return frozenset(content or ())
    if kind == "NS":
        return frozenset(number(each) for each in content or ())
    if kind == "BS":
        return frozenset(binary(each) for each in content or ())
    if kind == "L":
        return [(type_of(each), comparable(each)) for each in content or ()]
    if kind == "M":
        return {name: (type_of(each), comparable(each)) for name, each in (content or {}).items()}
    return content


def in_order(operator: str, left: AttributeValue | None, right: AttributeValue | None) -> bool:
    """``<``, ``<=``, ``>``, ``>=`` of two strings, two numbers or two binaries."""
    if left is None or right is None:
        return False
    kind = type_of(left)
    if kind != type_of(right) or kind not in ORDERED:
        return False
    one, other = comparable(left), comparable(right)
    if operator == "<":
        return bool(one < other)
    if operator == "<=":
        return bool(one <= other)
    if operator == ">":
        return bool(one > other)
    return bool(one >= other)


def contains(whole: AttributeValue | None, part: AttributeValue | None) -> bool:
    """Whether a string or binary has the part, or a set or list the member."""
    if whole is None or part is None:
        return False
    kind, wanted = type_of(whole), type_of(part)
    if kind == "L":
        return any(equal(each, part) for each in whole["L"])
    if kind == wanted == "S":
        return part["S"] in whole["S"]
    if kind == wanted == "B":
        return binary(part["B"]) in binary(whole["B"])
    if kind == wanted + "S" and wanted in ORDERED:
        return comparable(part) in comparable(whole)
    return False


def begins_with(whole: AttributeValue | None, start: AttributeValue | None) -> bool:
    """Whether a string or binary begins with another."""
    if whole is None or start is None or type_of(whole) != type_of(start):
        return False
    kind = type_of(whole)
    if kind == "S":
        return bool(whole["S"].startswith(start["S"]))
    return kind == "B" and binary(whole["B"]).startswith(binary(start["B"]))


def size(value: AttributeValue | None) -> AttributeValue | None:
    """Characters (UTF-16), bytes, members or entries; None for what has no size."""
    if value is None:
        return None
    kind = type_of(value)
    if kind == "S":
        length = len(value["S"]) + sum(each > "\uffff" for each in value["S"])
    elif kind == "B":
        length = len(binary(value["B"]))
    elif kind in SETS or kind in ("L", "M"):
        length = len(value[kind])
    else:
        return None
    return {"N": str(length)}


def sum_of(left: AttributeValue, operator: str, right: AttributeValue) -> AttributeValue:
    """``left + right`` or ``left - right``, exactly. Raises ExpressionError."""
    one, other = number(left["N"]), number(right["N"])
    result = _exact.add(one, other) if operator == "+" else _exact.subtract(one, other)
    return {"N": canonical_number(result)}


def canonical_number(value: Decimal) -> str:
    """A number as DynamoDB returns it. Raises ExpressionError if DynamoDB cannot store it."""
    if not value:
        return "0"
    shortest = _exact.normalize(value)
    if shortest.adjusted() > _LARGEST:
        raise ExpressionError(_OVERFLOW)
    if shortest.adjusted() < _SMALLEST:
        raise ExpressionError(_UNDERFLOW)
    if len(shortest.as_tuple().digits) > _DIGITS:
        raise ExpressionError(_TOO_MANY_DIGITS)
    return f"{shortest:f}"


def set_of(kind: str, members: Iterable[Any]) -> AttributeValue:
    """A set without duplicates, in order."""
    if kind == "NS":
        numbers = sorted({number(each) for each in members})
        return {kind: [canonical_number(each) for each in numbers]}
    if kind == "BS":
        return {kind: sorted(set(members), key=binary)}
    return {kind: sorted(set(members))}
