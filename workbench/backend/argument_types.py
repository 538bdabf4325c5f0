"""Whether arguments of a definition are of the types that its signature names.

A type checker says so in an editor; a backend that nobody type-checks would fail far from the line,
or deploy ``groups="Admins"`` as six groups of one letter.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, cast, get_args, get_origin, get_type_hints

from workbench.backend.definitions.source_location import DefinitionError, Place

_PLAIN = {str: "text", int: "a whole number", float: "a number", bool: "True or False"}
_MADE_BY = {
    "FunctionDefinition": "what define_function returns",
    "Grant": "what a method of grant returns",
    "Secret": "what secret(…) returns",
    "Allowed": "what a method of allow returns",
    "AllowedFunction": "what allow.resource(…) returns",
}
_hints = lru_cache(None)(get_type_hints)


class _Mismatch(NamedTuple):
    name: str
    value: object
    expected: str


def check_arguments(
    function: Callable[..., object],
    arguments: Mapping[str, object],
    place: Place,
    *,
    name: str = "",
) -> None:
    """Raise DefinitionError for the first of ``arguments`` that ``function`` does not take.

    ``name`` is how users call the function, where that is not its own name.
    """
    for argument, hint in _hints(function).items():
        found = _mismatch(argument, arguments[argument], hint) if argument in arguments else None
        if found:
            raise DefinitionError(
                f"{name or function.__name__} cannot take {reprlib.repr(found.value)} as "
                f"{found.name}.",
                f"Give it {found.expected}.",
                place,
            )


def _mismatch(name: str, value: object, hint: Any) -> _Mismatch | None:
    origin = get_origin(hint) or hint
    if origin in (Union, UnionType):
        return _mismatch_of_all(name, value, get_args(hint))
    if origin is Literal:
        return None if value in get_args(hint) else _Mismatch(name, value, _described(hint))
    if not isinstance(origin, type) or origin is object:
        return None
    is_list = issubclass(origin, Sequence) and origin is not str
    if not _is_instance(value, Sequence if is_list else origin) or (
        is_list and isinstance(value, str | bytes)
    ):
        return _Mismatch(name, value, _described(hint))
    return _first_part(name, value, hint, is_list=is_list)


def _first_part(name: str, value: Any, hint: Any, *, is_list: bool) -> _Mismatch | None:
    """The first mismatch of the parts of a list, a mapping or a dataclass."""
    parts: list[tuple[str, object, Any]] = []
    arguments = get_args(hint)
    if is_list and arguments:
        parts = [(f"{name}[{at}]", each, arguments[0]) for at, each in enumerate(value)]
    elif arguments and isinstance(value, Mapping):
        for key, each in value.items():
            parts.append((f"a key of {name}", key, arguments[0]))
            parts.append((f"{name}[{key!r}]", each, arguments[1]))
    elif is_dataclass(value) and type(value).__name__ not in _MADE_BY:
        hints = _hints(cast("Any", type(value)))
        parts = [
            (f"{name}.{each.name}", getattr(value, each.name), hints[each.name])
            for each in fields(value)
        ]
    return next((found for each in parts if (found := _mismatch(*each))), None)


def _mismatch_of_all(name: str, value: object, options: Sequence[Any]) -> _Mismatch | None:
    found = [_mismatch(name, value, each) for each in options]
    if None in found:
        return None
    inner = [each for each in found if each and each.name != name]
    expected = " or ".join(_described(each) for each in options if each is not NoneType)
    return inner[0] if inner else _Mismatch(name, value, expected)


def _is_instance(value: object, kind: type) -> bool:
    if kind in (int, float) and isinstance(value, bool):
        return False
    return isinstance(value, int | float if kind is float else kind)


def _described(hint: Any) -> str:
    origin = get_origin(hint) or hint
    if origin is Literal:
        return f"one of {', '.join(repr(each) for each in get_args(hint))}"
    if origin in _PLAIN:
        return _PLAIN[origin]
    if issubclass(origin, Mapping):
        return "a dict"
    if issubclass(origin, Sequence):
        return "a list"
    return _MADE_BY.get(origin.__name__, f"{origin.__name__}(…)")
