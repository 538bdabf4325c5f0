"""Completes an event while it is typed, from events of the same function: names, then values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from workbench.playground.completion import Proposal, Proposed

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|"(?:[^"\\]|\\.)*$|[{}\[\]:,]|[^\s{}\[\]:,"]+')
_MOST: Final = 20
_LONGEST: Final = 80
_KINDS: Final = {bool: "true or false", int: "number", float: "number", str: "text", dict: "{…}",
                 list: "[…]"}  # fmt: skip

Path = tuple[str, ...]
"""Names from the event's root; ``[]`` stands for any element of a list."""


@dataclass
class _Level:
    is_object: bool
    name: str = ""
    at_name: bool = True
    names: set[str] = field(default_factory=set)
    """The names that the object has before the cursor."""


def complete_event(text: str, offset: int, known: Sequence[Any]) -> tuple[Proposal, ...]:
    """What fits at ``offset``: what ``known`` events have at this place, members or values."""
    levels, typed = _walked(text[:offset])
    if not levels:
        return ()
    level = levels[-1]
    path = tuple(each.name if each.is_object else "[]" for each in levels[:-1])
    start, end = offset - len(typed), _end_of_word(text, offset, typed)
    wanted = typed.strip('"').casefold()
    if level.is_object and level.at_name:
        found = _members(_at(known, path), level.names)
        words = [(name, f'"{name}": ', Proposed.FIELD, detail) for name, detail in found.items()]
    else:
        here = (*path, level.name if level.is_object else "[]")
        words = [(each, each, Proposed.VALUE, "") for each in _values(_at(known, here))]
    return tuple(
        Proposal(label, insert, start, end, kind, detail)
        for label, insert, kind, detail in words
        if label.strip('"').casefold().startswith(wanted)
    )[:_MOST]


def _walked(before: str) -> tuple[list[_Level], str]:
    """The open objects and lists at the end of a text, and what of a word is typed there."""
    levels: list[_Level] = []
    typed = ""
    for found in _TOKEN.finditer(before):
        token = found[0]
        typed = ""
        if token in "{[":
            levels.append(_Level(token == "{"))
        elif token in "}]":
            if levels:
                levels.pop()
        elif not levels:
            continue
        elif token == ":":
            levels[-1].at_name = False
        elif token == ",":
            levels[-1].at_name = True
        else:
            is_open = found.end() == len(before) and not _is_closed(token)
            if is_open:
                typed = token
            elif levels[-1].is_object and levels[-1].at_name:
                levels[-1].name = token.strip('"')
                levels[-1].names.add(levels[-1].name)
    return levels, typed


def _is_closed(token: str) -> bool:
    return token.startswith('"') and len(token) > 1 and token.endswith('"')


def _end_of_word(text: str, offset: int, typed: str) -> int:
    end = offset
    while end < len(text) and (text[end].isalnum() or text[end] in "_-"):
        end += 1
    return end + (end < len(text) and text[end] == '"' and typed.startswith('"'))


def _at(known: Sequence[Any], path: Path) -> list[Any]:
    """What the known events have at a path."""
    found = list(known)
    for name in path:
        deeper: list[Any] = []
        for each in found:
            if name == "[]" and isinstance(each, list):
                deeper += each
            elif isinstance(each, dict) and name in each:
                deeper.append(each[name])
        found = deeper
    return found


def _members(found: Iterable[Any], present: set[str]) -> dict[str, str]:
    """Names with the kind of their value, those that are there already left out."""
    names: dict[str, str] = {}
    for each in found:
        if isinstance(each, dict):
            for name, value in each.items():
                if name not in present:
                    names.setdefault(str(name), _KINDS.get(type(value), ""))
    return names


def _values(found: Iterable[Any]) -> list[str]:
    texts = (
        json.dumps(each, ensure_ascii=False) for each in found if not isinstance(each, dict | list)
    )
    return list(dict.fromkeys(text for text in texts if len(text) <= _LONGEST))
