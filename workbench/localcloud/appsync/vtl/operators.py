"""Velocity 1.x's operators on plain values."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from workbench.localcloud.appsync.java.utf16 import joined
from workbench.localcloud.appsync.vtl.render_state import MOST_CHARACTERS, RenderError
from workbench.localcloud.appsync.vtl.values import is_number, loosely_equal, to_text

_MOST_BITS = 20_000


def _checked(value: int | float) -> int | float:
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise RenderError("a number becomes too large")
    return value


def add(left: Any, right: Any, left_text: str, right_text: str) -> Any:
    """``+``: concatenation where one side is a string, null where a side is not a number."""
    if isinstance(left, str) or isinstance(right, str):
        texts = (
            left_text if left is None else to_text(left),
            right_text if right is None else to_text(right),
        )
        if len(texts[0]) + len(texts[1]) > MOST_CHARACTERS:
            raise RenderError("the template makes texts longer than 5 MB")
        return joined("".join(texts))
    return calculate(operator.add, left, right)


def calculate(function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """Arithmetic on numbers; null where a side is none."""
    if not is_number(left) or not is_number(right):
        return None
    try:
        return _checked(function(left, right))
    except OverflowError:
        return math.inf


def divide(left: Any, right: Any) -> Any:
    """``/``: whole numbers truncate, a division by zero is null."""
    if right == 0:
        return None
    if isinstance(left, int) and isinstance(right, int):
        quotient = abs(left) // abs(right)
        return quotient if (left < 0) == (right < 0) else -quotient
    return left / right


def remainder(left: Any, right: Any) -> Any:
    """``%``: the sign is the left side's."""
    if right == 0 or math.isinf(left):
        return None
    if isinstance(left, int) and isinstance(right, int):
        rest = abs(left) % abs(right)
        return rest if left >= 0 else -rest
    return math.fmod(left, right)


def compare(function: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """``<``, ``<=``, ``>``, ``>=``: false where a side is not a number, strings included."""

    def compared(left: Any, right: Any) -> bool:
        return is_number(left) and is_number(right) and function(left, right)

    return compared


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": loosely_equal,
    "!=": lambda left, right: not loosely_equal(left, right),
    "<": compare(operator.lt),
    "<=": compare(operator.le),
    ">": compare(operator.gt),
    ">=": compare(operator.ge),
}

ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "-": lambda left, right: calculate(operator.sub, left, right),
    "*": lambda left, right: calculate(operator.mul, left, right),
    "/": lambda left, right: calculate(divide, left, right),
    "%": lambda left, right: calculate(remainder, left, right),
}
