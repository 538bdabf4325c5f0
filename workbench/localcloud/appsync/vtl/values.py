"""Java's view of plain JSON values: what a view of a map is, equality, truth and toString."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from workbench.localcloud.appsync.vtl.render_state import MOST_CHARACTERS, RenderError


class KeyView(list[Any]):
    """A map's key set: a snapshot that still removes from its map."""

    __slots__ = ("owner",)

    def __init__(self, owner: dict[Any, Any]) -> None:
        super().__init__(owner)
        self.owner = owner


class ValueView(list[Any]):
    """A map's values."""

    __slots__ = ()


class EntryView(list[Any]):
    """A map's entries."""

    __slots__ = ()


class Entry(dict[Any, Any]):
    """One entry of a map; as JSON an object of this one member, as Jackson writes it."""

    __slots__ = ("key", "owner", "value")

    def __init__(self, key: Any, value: Any, owner: dict[Any, Any]) -> None:
        super().__init__({key: value})
        self.key = key
        self.value = value
        self.owner = owner


class JavaClass:
    """The value of ``.class``: only its name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Loop:
    """The ``$foreach`` of one loop."""

    __slots__ = ("count", "has_next", "parent")

    def __init__(self, parent: Any) -> None:
        self.count = 0
        self.has_next = False
        self.parent = parent


class Definition:
    """A ``#define``'s block: rendered wherever it is used."""

    __slots__ = ("render",)

    def __init__(self, render: Callable[[], str]) -> None:
        self.render = render


LISTS = (list, KeyView, ValueView, EntryView)


def is_true(value: Any) -> bool:
    """Velocity 1.x: only null and false are not true."""
    return value is not None and value is not False


def is_number(value: Any) -> bool:
    """A Java number: a boolean is none."""
    kind = value.__class__
    return kind is int or kind is float


def equal_values(left: Any, right: Any) -> bool:
    """Java's ``equals``: 1 equals neither 1.0 nor true, collections compare member by member."""
    kind = left.__class__
    if kind is str or kind is bool or kind is int or kind is float or left is None:
        return kind is right.__class__ and bool(left == right)
    if isinstance(left, Entry):
        return isinstance(right, Entry) and (
            equal_values(left.key, right.key) and equal_values(left.value, right.value)
        )
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal_values, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return len(left) == len(right) and all(
            key in right and equal_values(value, right[key]) for key, value in left.items()
        )
    return left is right


def loosely_equal(left: Any, right: Any) -> bool:
    """Velocity's ``==``: numbers by value, one class by ``equals``, anything else by its text."""
    if left is None or right is None:
        return left is right
    kind = left.__class__
    if kind is right.__class__:
        if kind is str or kind is int or kind is bool or kind is float:
            return bool(left == right)
        return equal_values(left, right)
    if is_number(left) and is_number(right):
        return bool(left == right)
    if isinstance(left, list) and isinstance(right, list):
        return equal_values(left, right)
    return to_text(left) == to_text(right)


def to_text(value: Any) -> str:
    """Java's ``toString``; RenderError where the text becomes longer than 5 MB."""
    kind = value.__class__
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return str(value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    pieces: list[str] = []
    _write(value, pieces, [0], ())
    return "".join(pieces)


def _write(value: Any, pieces: list[str], length: list[int], inside: tuple[int, ...]) -> None:
    """Write a value's text piece by piece, so that a text that explodes is stopped early."""
    if id(value) in inside:
        piece = "(this Map)" if isinstance(value, dict) else "(this Collection)"
    elif isinstance(value, Entry):
        _write(value.key, pieces, length, inside)
        pieces.append("=")
        _write(value.value, pieces, length, (*inside, id(value)))
        return
    elif isinstance(value, dict):
        within = (*inside, id(value))
        separator = "{"
        for key, member in value.items():
            pieces.append(separator)
            separator = ", "
            _write(key, pieces, length, within)
            pieces.append("=")
            _write(member, pieces, length, within)
        piece = "}" if value else "{}"
    elif isinstance(value, list):
        within = (*inside, id(value))
        separator = "["
        for member in value:
            pieces.append(separator)
            separator = ", "
            _write(member, pieces, length, within)
        piece = "]" if value else "[]"
    else:
        piece = scalar_text(value)
    pieces.append(piece)
    length[0] += len(piece) + 2
    if length[0] > MOST_CHARACTERS:
        raise RenderError("the template makes texts longer than 5 MB")


def scalar_text(value: Any) -> str:
    """The text of a value that is not a collection."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, Definition):
        return value.render()
    if isinstance(value, JavaClass):
        return f"class {value.name}"
    if isinstance(value, str | int):
        return str(value)
    raise RenderError(f"a value of this kind has no text ({class_name(value)})")


def double_text(value: float) -> str:
    """``Double.toString``: 1.0, 1.5E10, 1.0E-5."""
    if math.isnan(value):
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        text = format(Decimal(repr(value)), "f")
        return text if "." in text else f"{text}.0"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    figures = "".join(map(str, digits))
    power = len(figures) - 1 + int(exponent)
    return f"{'-' if sign else ''}{figures[0]}.{figures[1:].rstrip('0') or '0'}E{power}"


_CLASSES = {
    str: "java.lang.String",
    bool: "java.lang.Boolean",
    int: "java.lang.Integer",
    float: "java.lang.Double",
    list: "java.util.ArrayList",
    dict: "java.util.LinkedHashMap",
}


def class_name(value: Any) -> str:
    """The Java class that stands behind a value."""
    return _CLASSES.get(type(value), "java.lang.Object")
