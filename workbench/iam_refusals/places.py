"""Finds the line of ``amplify/`` that defines access to what a refused call was about.

Read from the files' text when a call is refused, which costs milliseconds: a synth with places of
all constructs would cost every save 25 ms.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.iam_refusals.rules import Rule

_SUFFIXES = {".ts": "//", ".mts": "//", ".js": "//", ".mjs": "//", ".py": "#"}
_DEFINES = {
    "storage": re.compile(r"\b(?:defineStorage|define_storage)\s*\("),
    "auth": re.compile(r"\b(?:defineAuth|define_auth)\s*\("),
    "data": re.compile(r"\b(?:defineData|define_data)\s*\("),
    "function": re.compile(
        r"\b(?:defineFunction|define_function|defineConversationHandlerFunction)\s*\("
    ),
}
_ACCESS = re.compile(r"\baccess\s*[:=]")
_SCHEMA = re.compile(r"\ba\s*\.\s*schema\s*\(|\bauthorization\s*\(|\bdefineData\s*\(")
_NAME = re.compile(r"""\bname\s*[:=]\s*["']([^"']+)["']""")
_FIRST_ARGUMENT = re.compile(r"""\bdefine_storage\s*\(\s*["']([^"']+)["']""")
"""The name of a storage in Python."""

_LARGEST = 1_000_000
_MOST_FILES = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, relative to the project, and what stands there."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} ({self.what})" if self.what else f"{self.file}:{self.line}"


def place_of(rule: Rule, root: Path, amplify: Path) -> Place | None:
    """Where a rule belongs; None where the backend defines nothing that it could belong to."""
    kind = "function" if rule.kind == "secret" else rule.kind
    if kind not in _DEFINES:
        return _backend_file(root, amplify)
    found = list(_definitions(kind, amplify))
    named = [each for each in found if rule.name in _names_of(each)]
    chosen = named or (found if kind in {"auth", "data"} or len(found) == 1 else [])
    if not chosen:
        return _backend_file(root, amplify)
    definition = chosen[0]
    line, what = _line_in(definition, kind)
    return Place(definition.file.relative_to(root).as_posix(), line, what)


@dataclass(frozen=True, slots=True)
class _Definition:
    file: Path
    lines: Sequence[str]
    first: int
    """Index of the line with the definition."""
    last: int


def _definitions(kind: str, amplify: Path) -> Iterator[_Definition]:
    pattern = _DEFINES[kind]
    for file in _files(amplify):
        lines = _code(file)
        starts = [number for number, line in enumerate(lines) if pattern.search(line)]
        for at, start in enumerate(starts):
            end = starts[at + 1] if at + 1 < len(starts) else len(lines)
            yield _Definition(file, lines, start, end)


def _names_of(definition: _Definition) -> tuple[str, ...]:
    """What the definition calls itself, else its folder, as Amplify does for functions."""
    text = "\n".join(definition.lines[definition.first : definition.last])
    named = _FIRST_ARGUMENT.search(text) or _NAME.search(text)
    if named:
        return (named[1],)
    return (definition.file.parent.name, definition.file.stem)


def _line_in(definition: _Definition, kind: str) -> tuple[int, str]:
    for number in range(definition.first, definition.last):
        if kind in {"storage", "auth"} and _ACCESS.search(definition.lines[number]):
            return number + 1, "access"
    if kind == "data":
        for number, line in enumerate(definition.lines):
            if _SCHEMA.search(line):
                return number + 1, "schema"
    return definition.first + 1, kind if kind != "function" else "function"


def _backend_file(root: Path, amplify: Path) -> Place | None:
    for name in ("backend.ts", "backend.py"):
        file = amplify / name
        for number, line in enumerate(_code(file)):
            if re.search(r"\b(?:defineBackend|define_backend)\s*\(", line):
                return Place(file.relative_to(root).as_posix(), number + 1, "backend")
    return None


def _files(amplify: Path) -> Iterator[Path]:
    seen = 0
    for folder, folders, files in os.walk(amplify):
        folders[:] = sorted(each for each in folders if each not in {"node_modules", "__pycache__"})
        for name in sorted(files):
            if Path(name).suffix in _SUFFIXES and not name.endswith(".d.ts"):
                seen += 1
                if seen > _MOST_FILES:
                    return
                yield Path(folder) / name


def _code(file: Path) -> Sequence[str]:
    """The file's lines without comments at their ends; none of one that cannot be read."""
    mark = _SUFFIXES[file.suffix]
    try:
        if file.stat().st_size > _LARGEST:
            return ()
        return [line.partition(mark)[0] for line in file.read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError):
        return ()
