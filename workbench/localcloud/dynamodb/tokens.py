"""The tokens of expressions, and the error that names the token at which DynamoDB stops."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from workbench.localcloud.dynamodb.syntax import ExpressionError

NAME, VALUE, NUMBER, SIGN, END = "name", "value", "number", "sign", "end"

_TOKEN = re.compile(
    r"\s*(?:(?P<name>#[A-Za-z0-9_]+|[A-Za-z][A-Za-z0-9_]*)|(?P<value>:[A-Za-z0-9_]+)"
    r"|(?P<number>[0-9]+)|(?P<sign><>|<=|>=|\S))",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token and where it stands."""

    kind: str
    text: str
    start: int
    end: int


class Tokens:
    """The tokens of one expression, read from left to right."""

    __slots__ = ("_all", "_text", "position")

    def __init__(self, text: str) -> None:
        self._text = text
        self._all = [
            Token(str(found.lastgroup), found[str(found.lastgroup)], *_span(found))
            for found in _TOKEN.finditer(text)
        ]
        self._all.append(Token(END, "<EOF>", len(text), len(text)))
        self.position = 0

    @property
    def next(self) -> Token:
        """The token that comes next."""
        return self._all[self.position]

    @property
    def after(self) -> Token:
        """The token after the next one."""
        return self._all[min(self.position + 1, len(self._all) - 1)]

    def take(self) -> Token:
        """Read one token."""
        token = self._all[self.position]
        if token.kind != END:
            self.position += 1
        return token

    def is_sign(self, *signs: str) -> bool:
        """Whether the next token is one of these signs."""
        return self.next.kind == SIGN and self.next.text in signs

    def is_word(self, *words: str) -> bool:
        """Whether the next token is one of these keywords, in any case."""
        return self.next.kind == NAME and self.next.text.upper() in words

    def expect_sign(self, sign: str) -> None:
        """Read this sign; another token is a syntax error."""
        if not self.is_sign(sign):
            self.refuse()
        self.take()

    def refuse(self) -> NoReturn:
        """A syntax error at the next token, shown between its neighbours."""
        here = self._all[self.position]
        before = self._all[max(self.position - 1, 0)]
        near = self._text[before.start : self.after.end].strip()
        raise ExpressionError(f'Syntax error; token: "{here.text}", near: "{near}"')


def _span(found: re.Match[str]) -> tuple[int, int]:
    start, end = found.span(str(found.lastgroup))
    return start, end
