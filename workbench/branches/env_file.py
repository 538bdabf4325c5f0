"""``.env`` files: names and values in the grammar that python-dotenv defines, wrong lines refused.

``export``, single and double quotes over several lines, escapes in them, comments behind values. Not
that library itself: it skips what it cannot read, and a value that is left out goes unnoticed until
the application misses it. ``${NAME}`` is kept as it stands: Amplify does not expand it either.
Source: github.com/theskumar/python-dotenv, ``src/dotenv/parser.py`` (1.2).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.project.models import ProjectProblem

_BLANK = re.compile(r"[^\S\r\n]*(?:#[^\r\n]*)?(?:\r\n|\n|\r|\Z)")
_NAME = re.compile(r"[^\S\r\n]*(?:export[^\S\r\n]+)?([A-Za-z_][A-Za-z0-9_]*)[^\S\r\n]*=[^\S\r\n]*")
_SINGLE = re.compile(r"'((?:\\.|[^'\\])*)'", re.DOTALL)
_DOUBLE = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL)
_BARE = re.compile(r"[^\r\n]*")
_COMMENT = re.compile(r"\s+#.*")
_SINGLE_ESCAPE = re.compile(r"\\([\\'])")
_DOUBLE_ESCAPE = re.compile(r"\\([\\'\"abfnrtv])")
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"))
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,-]*")


def read_dotenv(text: str, name: str) -> Mapping[str, str]:
    """The variables of a file; the last line of a name counts.

    Raises ProjectProblem that names a wrong line, never what is in it.
    """
    text = text.removeprefix("\ufeff")
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        blank = _BLANK.match(text, at)
        if blank:
            at = blank.end()
            continue
        line = text.count("\n", 0, at) + 1
        named = _NAME.match(text, at)
        if named is None:
            raise ProjectProblem(
                f"{name}, line {line}: expected NAME=VALUE.", "Correct that line, or take it out."
            )
        value, at = _value(text, named.end(), f"{name}, line {line}")
        found[named[1]] = value
    return found


def write_dotenv(variables: Mapping[str, str]) -> str:
    """The text of a file, by name."""
    return "".join(f"{name}={_quoted(value)}\n" for name, value in sorted(variables.items()))


def _value(text: str, at: int, place: str) -> tuple[str, int]:
    """The value that begins there, and where the next line begins."""
    quote = text[at : at + 1]
    if quote not in ("'", '"'):
        bare = _BARE.match(text, at)
        assert bare is not None  # it matches the empty text too
        # With the sign before it: ``A= # none`` is a comment, ``A=#fff`` a value, as in shells.
        return _COMMENT.sub("", f"{text[at - 1]}{bare[0]}")[1:].strip(), bare.end()
    quoted = (_SINGLE if quote == "'" else _DOUBLE).match(text, at)
    if quoted is None:
        raise ProjectProblem(
            f"{place}: the quote {quote} is never closed.", "Close it, or write the value without."
        )
    rest = _BLANK.match(text, quoted.end())
    if rest is None:
        raise ProjectProblem(
            f"{place}: there is more text behind the closing {quote}.",
            f"Write \\{quote} for a quote inside the value, or put # before a comment.",
        )
    if quote == "'":
        return _SINGLE_ESCAPE.sub(r"\1", quoted[1]), rest.end()
    return _DOUBLE_ESCAPE.sub(lambda m: _ESCAPED.get(m[1], m[1]), quoted[1]), rest.end()


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    for letter, escape in _ESCAPES:
        value = value.replace(letter, escape)
    return f'"{value}"'
