"""Properties, indexes and methods of data, looked up in tables and never as Python attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.localcloud.appsync.java.collections import (
    COLLECTION_METHODS,
    ENTRY_METHODS,
    KEY_METHODS,
    LIST_METHODS,
    MAP_METHODS,
    held,
    look_up,
    member_at,
    set_member,
)
from workbench.localcloud.appsync.java.strings import (
    BOOLEAN_METHODS,
    DOUBLE_METHODS,
    INTEGER_METHODS,
    STRING_METHODS,
    Methods,
)
from workbench.localcloud.appsync.vtl.render_state import RenderError
from workbench.localcloud.appsync.vtl.values import (
    Definition,
    Entry,
    EntryView,
    JavaClass,
    KeyView,
    Loop,
    ValueView,
    class_name,
)

LOOP_METHODS: Methods = {
    ("hasNext", ""): lambda loop: loop.has_next,
    ("getCount", ""): lambda loop: loop.count,
    ("getIndex", ""): lambda loop: loop.count - 1,
    ("isFirst", ""): lambda loop: loop.count == 1,
    ("isLast", ""): lambda loop: not loop.has_next,
}

CLASS_METHODS: Methods = {
    ("getName", ""): lambda java_class: java_class.name,
    ("getSimpleName", ""): lambda java_class: java_class.name.rpartition(".")[2],
    ("toString", ""): lambda java_class: f"class {java_class.name}",
}

_METHODS: dict[type, Methods] = {
    str: STRING_METHODS,
    bool: BOOLEAN_METHODS,
    int: INTEGER_METHODS,
    float: DOUBLE_METHODS,
    list: LIST_METHODS,
    dict: MAP_METHODS,
    KeyView: KEY_METHODS,
    ValueView: COLLECTION_METHODS,
    EntryView: COLLECTION_METHODS,
    Entry: ENTRY_METHODS,
    Loop: LOOP_METHODS,
    JavaClass: CLASS_METHODS,
    Definition: {},
}

_KINDS: dict[str, Callable[[Any], bool]] = {
    "S": lambda value: isinstance(value, str),
    "I": lambda value: value.__class__ is int,
    "N": lambda value: value.__class__ in (int, float),
    "C": lambda value: isinstance(value, list),
    "M": lambda value: isinstance(value, dict),
}

Overloads = list[tuple[tuple[Callable[[Any], bool] | None, ...], Callable[..., Any]]]


def _by_arity(methods: Methods) -> dict[tuple[str, int], Overloads]:
    """Overloads by name and number of arguments, the more special first."""
    table: dict[tuple[str, int], Overloads] = {}
    for (name, kinds), function in sorted(methods.items(), key=lambda item: "O" in item[0][1]):
        tests = tuple(_KINDS.get(kind) for kind in kinds)
        table.setdefault((name, len(kinds)), []).append((tests, function))
    return table


_TABLES = {kind: _by_arity(methods) for kind, methods in _METHODS.items()}

_NOT_HERE = {
    str: {"chars", "codePointAt", "codePoints", "format", "getBytes", "join", "lines", "indent"}
    | {
        "offsetByCodePoints",
        "regionMatches",
        "codePointBefore",
        "codePointCount",
        "translateEscapes",
    },
    list: {"sort", "stream", "forEach", "listIterator", "removeIf", "replaceAll", "spliterator"}
    | {"parallelStream", "ensureCapacity", "trimToSize", "clone"},
    dict: {"compute", "computeIfAbsent", "computeIfPresent", "merge", "forEach", "replace"}
    | {"replaceAll", "clone"},
}
"""Methods that Java has and this engine has not: calling them fails instead of giving null."""


def _kind(value: Any) -> type:
    """The kind that a value is looked up as; RenderError for what is not data."""
    kind: type = value.__class__
    if kind in _TABLES:
        return kind
    for known in (dict, list, str, bool, int, float):
        if isinstance(value, known):
            return known
    raise RenderError("a value of this kind can't be used in a template")


def call_method(target: Any, name: str, arguments: tuple[Any, ...]) -> Any:
    """Call a method of a value; null where Java has none of this name and these arguments."""
    if target is None:
        return None
    kind = target.__class__
    table = _TABLES.get(kind)
    if table is None:
        kind = _kind(target)
        table = _TABLES[kind]
    overloads = table.get((name, len(arguments)))
    if overloads is not None:
        for tests, function in overloads:
            for test, argument in zip(tests, arguments, strict=True):
                if test is not None and not test(argument):
                    break
            else:
                return function(target, *arguments)
        if None in arguments and kind is not dict:
            raise RenderError(f"{name}() was given null")
        return None
    if name == "hashCode" or name in _NOT_HERE.get(kind, ()):
        raise RenderError(f"{name}() of {class_name(target)} is not supported locally")
    if name == "getClass" and not arguments:
        return JavaClass(class_name(target))
    return None


def get_property(target: Any, name: str) -> Any:
    """``$target.name``: a map's member, or what a getter of Java's class would give; else null."""
    kind = target.__class__
    if kind is dict:
        return target.get(name)
    if target is None:
        return None
    if kind is Entry:
        return {"key": target.key, "value": target.value}.get(name)
    if kind is Loop:
        return _loop_property(target, name)
    if kind is JavaClass:
        return call_method(target, f"get{name[:1].upper()}{name[1:]}", ())
    if kind not in _TABLES and isinstance(target, dict):
        return target.get(name)
    _kind(target)
    if name == "class":
        return JavaClass(class_name(target))
    if name in ("empty", "blank", "bytes"):
        return call_method(target, f"is{name.capitalize()}", ())
    return None


def _loop_property(loop: Loop, name: str) -> Any:
    if name == "hasNext":
        return loop.has_next
    if name == "count":
        return loop.count
    if name == "index":
        return loop.count - 1
    if name == "first":
        return loop.count == 1
    if name == "last":
        return not loop.has_next
    if name == "parent":
        return loop.parent
    return None


def get_index(target: Any, index: Any) -> Any:
    """``$target[index]``: what ``get`` of a map or list gives, null for anything else."""
    if isinstance(target, dict) and target.__class__ is not Entry:
        return look_up(target, index)
    if target.__class__ is list and index.__class__ is int:
        return member_at(target, index)
    if target is not None:
        _kind(target)
    return None


def set_property(target: Any, name: str, value: Any) -> None:
    """``#set($target.name = value)``: maps take it; on anything else it does nothing."""
    if isinstance(target, dict) and target.__class__ is not Entry:
        target[name] = held(value)
    elif target is not None:
        _kind(target)


def set_index(target: Any, index: Any, value: Any) -> None:
    """``#set($target[index] = value)``."""
    if isinstance(target, dict) and target.__class__ is not Entry:
        target[index] = held(value)
    elif target.__class__ is list and index.__class__ is int:
        set_member(target, index, value)
    elif target is not None:
        _kind(target)
