"""Adds a debugger's configuration to VS Code's ``launch.json``: what stands there stays as it is.

The file is JSON with comments and trailing commas. No Python library that is kept edits such text
in place, so the places are found in a copy that has blanks where those stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from workbench.atomic_files import write_whole
from workbench.model.user_problem import UserProblem

PATH: Final = Path(".vscode/launch.json")
_TOKEN: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING: Final = re.compile(r'("(?:[^"\\\n]|\\.)*")|,(?=\s*[\]}])')
_DECODER: Final = json.JSONDecoder()
_INDENT: Final = "  "


class LaunchJsonProblem(UserProblem):
    """A launch.json that cannot be added to."""


def add_configuration(root: Path, configuration: Mapping[str, Any]) -> Path:
    """Add it to the project's launch.json, or renew the one of its name; raises UserProblem."""
    path = root / PATH
    try:
        text = path.read_bytes().decode() if path.exists() else ""
        changed = with_configuration(text, configuration)
        path.parent.mkdir(exist_ok=True)
        if changed != text:
            write_whole(path, changed)
    except (OSError, UnicodeDecodeError) as error:
        raise LaunchJsonProblem(
            f"{PATH} cannot be written: {error}.", "Allow it, or attach your debugger by hand."
        ) from None
    return path


def with_configuration(text: str, configuration: Mapping[str, Any]) -> str:
    """The text with the configuration; raises LaunchJsonProblem where it is not understood."""
    if not text.strip():
        document = {"version": "0.2.0", "configurations": [configuration]}
        return json.dumps(document, indent=_INDENT) + "\n"
    plain = _without_comments(text)
    try:
        members = dict(_members(plain))
        start, end = members["configurations"]
        elements = list(_elements(plain, start))
        found: list[Any] = json.loads(plain[start:end])
    except (ValueError, KeyError, IndexError) as error:
        raise LaunchJsonProblem(
            f"{PATH} is not understood: {_why(error)}.",
            "Correct it, and ask again; it has not been changed.",
        ) from None
    named = [isinstance(each, dict) and each.get("name") for each in found]
    own = _indented(configuration, text, start)
    if configuration["name"] in named:
        first, last = elements[named.index(configuration["name"])]
        same = found[named.index(configuration["name"])] == configuration
        return text if same else text[:first] + own.lstrip() + text[last:]
    behind = "," if found else "\n" + _margin(text, start)
    return f"{text[: start + 1]}\n{own}{behind}{text[start + 1 :]}"


def _without_comments(text: str) -> str:
    """The same text with blanks for comments and trailing commas: places stay the same."""

    def blank(match: re.Match[str]) -> str:
        token = match[0]
        return token if token.startswith('"') else re.sub(r"[^\n]", " ", token)

    plain = _TOKEN.sub(blank, text.replace("\ufeff", " "))
    return _TRAILING.sub(lambda match: match[1] or " ", plain)


def _members(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """The names of the outermost object, and where their values stand."""
    at = _expect(text, 0, "{")
    while text[_skip(text, at)] != "}":
        name, at = _DECODER.raw_decode(text, _skip(text, at))
        start = _skip(text, _expect(text, at, ":"))
        _, at = _DECODER.raw_decode(text, start)
        yield name, (start, at)
        if text[_skip(text, at)] == ",":
            at = _skip(text, at) + 1


def _elements(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Where the elements of an array stand."""
    at = _expect(text, start, "[")
    while text[_skip(text, at)] != "]":
        first = _skip(text, at)
        _, at = _DECODER.raw_decode(text, first)
        yield first, at
        if text[_skip(text, at)] == ",":
            at = _skip(text, at) + 1


def _skip(text: str, at: int) -> int:
    while text[at].isspace():
        at += 1
    return at


def _expect(text: str, at: int, sign: str) -> int:
    at = _skip(text, at)
    if text[at] != sign:
        raise json.JSONDecodeError(f"{sign} is expected", text, at)
    return at + 1


def _margin(text: str, at: int) -> str:
    """The white space that the line of this place begins with."""
    line = text[text.rfind("\n", 0, at) + 1 :]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _indented(configuration: Mapping[str, Any], text: str, array: int) -> str:
    """The configuration as an element of the array at this place."""
    margin = _margin(text, array)
    step = "\t" if margin.startswith("\t") else margin or _INDENT
    lines = json.dumps(configuration, indent=step).split("\n")
    return "\n".join(f"{margin}{step}{line}" for line in lines)


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}"
    return 'it has no "configurations"' if isinstance(error, KeyError) else "it breaks off"
