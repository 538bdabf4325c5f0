"""Splits GraphQL text into tokens, also while it is being typed.

Unlike a parser's lexer it never fails: an unknown character is a token of kind ``INVALID``, and an
unclosed string reaches to the end of the line. Offsets are of characters. Source: the GraphQL
specification (October 2021), section 2.1.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from re import compile as pattern
from typing import Final


class Kind(StrEnum):
    """The kinds of tokens; ``VARIABLE`` and ``DIRECTIVE`` include their name."""

    NAME = "name"
    VARIABLE = "variable"
    DIRECTIVE = "directive"
    NUMBER = "number"
    STRING = "string"
    SPREAD = "spread"
    PUNCTUATION = "punctuation"
    COMMENT = "comment"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text, from ``start`` up to ``end``."""

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind the last character."""
        return self.start + len(self.text)


_TOKEN: Final = pattern(
    r"""
      (?P<comment>\#[^\n\r]*)
    | (?P<string>
          \"\"\"(?:[^"\\]|\\(?:\"\"\"|.)|\"(?!\"\"))*(?:\"\"\"|\Z)
        | "(?:[^"\\\n\r]|\\.)*(?:"|$)
      )
    | (?P<spread>\.\.\.)
    | (?P<variable>\$[A-Za-z_0-9]*)
    | (?P<directive>@[A-Za-z_0-9]*)
    | (?P<name>[A-Za-z_][A-Za-z_0-9]*)
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    | (?P<punctuation>[{}()\[\]:=!|&])
    | (?P<skip>[\s,\ufeff]+)
    | (?P<invalid>.)
    """,
    # VERBOSE | MULTILINE | DOTALL
    64 | 8 | 16,
)


_KINDS: Final = {str(kind): kind for kind in Kind}


def tokens(text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[Token]:
    """All tokens of ``text`` in order, comments included; white space and commas are left out.

    ``start`` and ``end`` leave out what is before and behind; offsets are those of ``text``.
    """
    for match in _TOKEN.finditer(text, start, end):
        kind = match.lastgroup or "invalid"
        if kind != "skip":
            yield Token(_KINDS[kind], match.group(), match.start())


def meaningful(text: str, start: int = 0, end: int = sys.maxsize) -> list[Token]:
    """All tokens but comments."""
    return [token for token in tokens(text, start, end) if token.kind is not Kind.COMMENT]


def is_open_block_string(token: Token) -> bool:
    """Whether a token is a block string without its end."""
    text = token.text
    if not text.startswith('"""'):
        return False
    ends = len(text) >= 6 and text.endswith('"""') and not text.endswith('\\"""')
    return not ends
