"""JSON texts of template values and back, with limits on what is written."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from workbench.localcloud.appsync.vtl.brief import lengthy
from workbench.localcloud.appsync.vtl.render_state import (
    MOST_CHARACTERS,
    MOST_MEMBERS,
    RenderError,
)
from workbench.localcloud.appsync.vtl.values import class_name


def _no_json(value: Any) -> NoReturn:
    raise RenderError(f"a value of this kind can't be written as JSON ({class_name(value)})")


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not valid JSON")


_ENCODE = json.JSONEncoder(
    separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_no_json
).encode
_DECODE = json.JSONDecoder(parse_constant=_no_constant).decode


_BRIEF_MEMBERS = 50_000
"""Members that are written as JSON, a native call, in some ten milliseconds."""

_BRIEF_TEXT = 500_000
"""Characters of JSON that are parsed, a native call, in as many."""


def check_size(value: Any) -> None:
    """Failure where a value, written out, is too large: also where it contains itself.

    One list can stand in a value a thousand times, and so can a long text: both are counted as
    often as they would be written.
    """
    if not isinstance(value, dict | list):
        return
    count = characters = 0
    stack = [value]
    while stack:
        members = stack.pop()
        count += len(members)
        if count > _BRIEF_MEMBERS:
            lengthy()
            if count > MOST_MEMBERS:
                raise RenderError(
                    f"a value has more than {MOST_MEMBERS} members, or contains itself"
                )
        for member in members.values() if isinstance(members, dict) else members:
            kind = member.__class__
            if kind is str:
                characters += len(member)
            elif kind is dict or kind is list or isinstance(member, dict | list):
                stack.append(member)
        if characters > MOST_CHARACTERS:
            raise RenderError("a value has more than 5 MB of text")


def write_json(value: Any) -> str:
    """The value as compact JSON; RenderError for what is none or is too large."""
    if isinstance(value, dict | list):
        check_size(value)
    try:
        text = _ENCODE(value)
    except (TypeError, ValueError) as problem:
        raise RenderError(f"can't be written as JSON: {problem}") from None
    if len(text) > MOST_CHARACTERS:
        raise RenderError("the JSON text is larger than 5 MB")
    return text


def parse_json(text: str) -> Any:
    """The value of a JSON text; ValueError for what is none."""
    if len(text) > _BRIEF_TEXT:
        lengthy()
    try:
        return _DECODE(text)
    except RecursionError:
        raise ValueError("nests too deeply") from None
