"""AppSync's ``undefined === null``, which is true there: users report it since 2023.

Handlers ask ``ctx.args.x === null`` for "not given". The embedded engine keeps to the standard, so
a comparison with ``null``, ``undefined`` or ``void 0`` as it is written is made a loose one. Two
variables, one undefined and one null, still differ here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.localcloud.appsync.javascript.tokens import Token

_LOOSE = {"===": "== ", "!==": "!= "}
_NOTHING = frozenset(("null", "undefined"))
_STARTS = frozenset(["(", "[", "{", ",", ";", "?", ":", "=", "=>", "&&", "||", "??", "return"])
"""What stands before a whole operand."""


def loose_comparisons(tokens: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    """Where the comparisons with nothing are, and what stands there instead, as long as they."""
    for at, token in enumerate(tokens):
        loose = _LOOSE.get(token.text) if token.kind == "punctuator" else None
        if loose and (_is_nothing_behind(tokens, at + 1) or _is_nothing_before(tokens, at)):
            yield token.start, token.end, loose


def _is_nothing_behind(tokens: Sequence[Token], at: int) -> bool:
    first, second = _text(tokens, at), _text(tokens, at + 1)
    if first == "void":
        return second == "0"
    return first in _NOTHING and second not in (".", "?.", "[", "(")


def _is_nothing_before(tokens: Sequence[Token], at: int) -> bool:
    if _text(tokens, at - 1) in _NOTHING:
        return at == 1 or _text(tokens, at - 2) in _STARTS
    return _text(tokens, at - 2) == "void" and _text(tokens, at - 1) == "0"


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""
