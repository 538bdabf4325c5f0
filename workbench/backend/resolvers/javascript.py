"""Pieces of JavaScript text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any


def literal(value: Any) -> str:
    """A value as JavaScript, in single quotes and without quotes around plain member names."""
    if isinstance(value, str):
        return (
            "'"
            + json.dumps(value, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'")
            + "'"
        )
    if isinstance(value, dict):
        members = ", ".join(f"{name_of(key)}: {literal(each)}" for key, each in value.items())
        return f"{{ {members} }}" if members else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(literal(each) for each in value) + "]"
    return json.dumps(value)


def name_of(key: str) -> str:
    """A member's name in an object."""
    return key if key.isidentifier() else literal(key)


def member(of: str, key: str) -> str:
    """A member's value: ``input.text`` or ``input['kind#stock']``."""
    return f"{of}.{key}" if key.isidentifier() else f"{of}[{literal(key)}]"


def indented(lines: Iterable[str], by: int = 2) -> list[str]:
    """Lines moved to the right."""
    return [f"{' ' * by}{line}" if line else line for line in lines]


def function(head: str, lines: Iterable[str], about: str = "") -> str:
    """A function's text, with what it is for above it."""
    comment = f"/** {about} */\n" if about else ""
    return comment + "\n".join([f"{head} {{", *indented(lines), "}"])


def module(about: str, imports: Iterable[str], parts: Iterable[str]) -> str:
    """A whole module; empty parts are left out."""
    return (
        "\n\n".join(["\n".join([f"// {about}", *imports]), *(part for part in parts if part)])
        + "\n"
    )
