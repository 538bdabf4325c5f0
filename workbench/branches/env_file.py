"""Reads and writes ``.env`` files, in the grammar of ``python-dotenv``.

The library skips a line that it cannot read, and a missing value goes unnoticed until the
application needs it: here such a line is an error. ``${NAME}`` is kept as it is, for Amplify does
not expand it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import StringIO

from workbench.model.user_problem import UserProblem

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTE = re.compile(r"[^=]*=[^\S\r\n]*(['\"])((?:\\.|(?!\1)[^\\])*\1)?", re.DOTALL)
_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"))
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,-]*")


def read_dotenv(text: str, name: str) -> Mapping[str, str]:
    """Return the variables of a file; the last line of a name counts.

    Raises UserProblem that names a wrong line, never its content.
    """
    from dotenv.parser import parse_stream

    found: dict[str, str] = {}
    at = 0
    for binding in parse_stream(StringIO(text, newline="")):
        source = binding.original.string
        line = binding.original.line + _leading_lines(source)
        if binding.error:
            raise _wrong_line(text.removeprefix("\ufeff")[at:].lstrip(), f"{name}, line {line}")
        if binding.key is not None:
            if binding.value is None or not _NAME.fullmatch(binding.key):
                raise _wrong_line("", f"{name}, line {line}")
            found[binding.key] = binding.value
        at += len(source)
    return found


def write_dotenv(variables: Mapping[str, str]) -> str:
    """Return the text of a file with these variables, sorted by name."""
    return "".join(f"{name}={_quoted(value)}\n" for name, value in sorted(variables.items()))


def _leading_lines(source: str) -> int:
    blank = source[: len(source) - len(source.lstrip())]
    return len(blank.replace("\r\n", "\n").splitlines())


def _wrong_line(rest: str, where: str) -> UserProblem:
    """Say what was expected in the line with which ``rest`` begins."""
    quote = _QUOTE.match(rest)
    if quote is None:
        return UserProblem(
            f"{where}: expected NAME=VALUE.", "Correct that line, or remove it, then try again."
        )
    if quote[2] is None:
        return UserProblem(
            f"{where}: the quote {quote[1]} is never closed.",
            "Close it, or write the value without quotes.",
        )
    return UserProblem(
        f"{where}: there is more text after the closing {quote[1]}.",
        f"Write \\{quote[1]} for a quote inside the value, or put # before a comment.",
    )


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    for letter, escape in _ESCAPES:
        value = value.replace(letter, escape)
    return f'"{value}"'
