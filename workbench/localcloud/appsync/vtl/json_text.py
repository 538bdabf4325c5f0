"""JSON texts of template values and back, with limits on what is written."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from workbench.localcloud.appsync.vtl.state import MOST_CHARACTERS, MOST_MEMBERS, Failure
from workbench.localcloud.appsync.vtl.values import class_name


def _no_json(value: Any) -> NoReturn:
    raise Failure(f"a value of this kind can't be written as JSON ({class_name(value)})")


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


_ENCODE = json.JSONEncoder(
    separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_no_json
).encode
_DECODE = json.JSONDecoder(parse_constant=_no_constant).decode


def check_size(value: Any) -> None:
    """Failure where a value, written out, has too many members: also where it contains itself."""
    count = 0
    stack = [value]
    while stack:
        members = stack.pop()
        count += len(members)
        if count > MOST_MEMBERS:
            raise Failure(f"a value has more than {MOST_MEMBERS} members, or contains itself")
        each_of = members.values() if isinstance(members, dict) else members
        stack += [member for member in each_of if isinstance(member, dict | list)]


def write_json(value: Any) -> str:
    """The value as compact JSON; Failure for what is none or is too large."""
    if isinstance(value, dict | list):
        check_size(value)
    try:
        text = _ENCODE(value)
    except (TypeError, ValueError) as problem:
        raise Failure(f"can't be written as JSON: {problem}") from None
    if len(text) > MOST_CHARACTERS:
        raise Failure("the JSON text is larger than 5 MB")
    return text


def parse_json(text: str) -> Any:
    """The value of a JSON text; ValueError for what is none."""
    try:
        return _DECODE(text)
    except RecursionError:
        raise ValueError("nests too deeply") from None
