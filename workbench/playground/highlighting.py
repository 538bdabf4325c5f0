"""Splits lines of GraphQL and JSON into pieces for syntax colours.

A line's pieces depend on its text and on what is open before it, so a key in a long text costs one
line. Pieces are ``(start, end, name)`` with columns in characters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from re import compile as pattern
from typing import Final

from workbench.playground.tokens import Kind, Token, is_open_block_string, tokens

Pieces = tuple[tuple[int, int, str], ...]

NAMES: Final = (
    "keyword",
    "operation",
    "type",
    "field",
    "alias",
    "argument",
    "variable",
    "directive",
    "string",
    "number",
    "value",
    "comment",
    "invalid",
)
"""All names of pieces."""


@dataclass(frozen=True, slots=True)
class Open:
    """The state at a line's start: open brackets or block string, and what the next name is."""

    brackets: str = ""
    in_string: bool = False
    expects: str = ""


_DEFINITIONS: Final = ("query", "mutation", "subscription", "fragment")
_CLOSING: Final = {"}": "{", ")": "(", "]": "["}
_PLAIN: Final = {
    Kind.VARIABLE: "variable",
    Kind.DIRECTIVE: "directive",
    Kind.NUMBER: "number",
    Kind.STRING: "string",
    Kind.COMMENT: "comment",
    Kind.SPREAD: "keyword",
    Kind.INVALID: "invalid",
}
_KEPT: Final = 20_000


@lru_cache(maxsize=_KEPT)
def graphql_line(line: str, before: Open) -> tuple[Pieces, Open]:
    """A line of GraphQL."""
    pieces: list[tuple[int, int, str]] = []
    start = 0
    if before.in_string:
        start = _string_end(line)
        pieces.append((0, start or len(line), "string"))
        if not start:
            return tuple(pieces), before
    found = list(tokens(line, start))
    brackets, expects, in_string = before.brackets, before.expects, False
    for at, token in enumerate(found):
        behind = found[at + 1].text if at + 1 < len(found) else ""
        name = _PLAIN.get(token.kind, "")
        if token.kind is Kind.NAME:
            name, expects = _name(token, behind, brackets, expects)
        elif token.kind is Kind.VARIABLE:
            # In "$id: ID" a type follows, in "id: $id" none.
            expects = "type" if behind == ":" else ""
        elif token.kind is Kind.SPREAD:
            expects = "spread"
        elif token.kind is Kind.STRING:
            in_string = is_open_block_string(token)
            expects = ""
        elif token.kind is Kind.PUNCTUATION:
            brackets, expects = _punctuation(token.text, brackets, expects)
        if name:
            pieces.append((token.start, token.end, name))
    return tuple(pieces), Open(brackets, in_string, expects)


def _name(token: Token, behind: str, brackets: str, expects: str) -> tuple[str, str]:
    """A name's kind, and what is expected behind it."""
    text = token.text
    if expects in ("operation", "fragment"):
        if expects == "fragment" and text == "on":
            return "keyword", "type"
        return "operation", "on" if expects == "fragment" else ""
    if expects == "on" and text == "on":
        return "keyword", "type"
    if expects == "spread":
        return ("keyword", "type") if text == "on" else ("operation", "")
    if expects == "type":
        return "type", "type" if "(" in brackets else ""
    if text in _DEFINITIONS and not brackets:
        return "keyword", "fragment" if text == "fragment" else "operation"
    if "(" in brackets:
        if behind == ":":
            return "argument", ""
        return ("keyword" if text in ("true", "false", "null") else "value"), ""
    if brackets:
        return ("alias" if behind == ":" else "field"), ""
    return "invalid", ""


def _punctuation(text: str, brackets: str, expects: str) -> tuple[str, str]:
    """The open brackets behind it, and what is expected."""
    if text in _CLOSING:
        wanted = _CLOSING[text]
        # One that closes nothing is let be: the next line is coloured as if it were not there.
        brackets = brackets[:-1] if brackets.endswith(wanted) else brackets
        return brackets, expects if text == "]" else ""
    if text in ("{", "(", "["):
        return brackets + text, expects if text == "[" else ""
    return brackets, expects if text in (":", "!") else ""


@lru_cache(maxsize=_KEPT)
def json_line(line: str, before: Open) -> tuple[Pieces, Open]:
    """A line of JSON; GraphQL's tokens serve for it too."""
    pieces: list[tuple[int, int, str]] = []
    found = list(tokens(line))
    for at, token in enumerate(found):
        behind = found[at + 1].text if at + 1 < len(found) else ""
        name = _PLAIN.get(token.kind, "")
        if token.kind is Kind.STRING:
            name = "argument" if behind == ":" else "string"
        elif token.kind is Kind.NAME:
            name = "keyword" if token.text in ("true", "false", "null") else "invalid"
        elif token.kind is not Kind.NUMBER:
            name = "" if token.kind is Kind.PUNCTUATION else "invalid"
        if name:
            pieces.append((token.start, token.end, name))
    return tuple(pieces), before


_BEGINNING: Final = pattern(r"(query|mutation|subscription|fragment)\b|\{")


@dataclass(frozen=True, slots=True)
class Language:
    """``paint``: a line, and what is open before it, to its pieces and what is open behind it.

    ``begins``: whether nothing is open before a line, by its look, so that a line far below needs
    none of the lines above.
    """

    paint: Callable[[str, Open], tuple[Pieces, Open]]
    begins: Callable[[str], bool]


GRAPHQL: Final = Language(graphql_line, lambda line: _BEGINNING.match(line) is not None)
JSON: Final = Language(json_line, lambda line: True)


def _string_end(line: str) -> int:
    """Behind the quotes that end a block string, 0 where it goes on."""
    end = line.find('"""')
    while end > 0 and line[end - 1] == "\\":
        end = line.find('"""', end + 3)
    return end + 3 if end >= 0 else 0
