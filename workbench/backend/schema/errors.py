"""Lines of the user's files: of a class, of its fields, of a call."""

from __future__ import annotations

import ast
import sys
from functools import lru_cache
from pathlib import Path

from workbench.backend.definitions.source_location import NOWHERE, Place


def calling_place(depth: int = 1) -> Place:
    """Where the caller's caller stands, ``depth`` frames further out."""
    frame = sys._getframe(depth + 1)
    return Place(frame.f_code.co_filename, frame.f_lineno)


def field_lines(file: str, class_line: int, class_name: str) -> dict[str, int]:
    """The line of each annotated field of the class that is written around ``class_line``."""
    try:
        now = Path(file).stat()
    except OSError:
        # Code that was typed into a shell, or made by a program, has no file.
        return {}
    return _lines_of(file, now.st_mtime_ns, now.st_size).get((class_name, class_line), {})


@lru_cache(64)
def _lines_of(file: str, changed: int, size: int) -> dict[tuple[str, int], dict[str, int]]:
    """The fields' lines of each class by its name and line; ``changed`` and ``size`` tell saves."""
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return {}
    found: dict[tuple[str, int], dict[str, int]] = {}
    # Only statements can hold a class; looking into expressions too takes twice the time.
    left: list[ast.stmt] = list(tree.body)
    while left:
        node = left.pop()
        for part in ("body", "orelse", "finalbody"):
            left += getattr(node, part, ())
        if isinstance(node, ast.ClassDef):
            lines = {
                member.target.id: member.lineno
                for member in node.body
                if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name)
            }
            for line in range(node.lineno, node.body[0].lineno + 1):
                found[node.name, line] = lines
    return found


def at_line(place: Place, line: int | None) -> Place:
    """Another line of the same file."""
    if place is NOWHERE or not line:
        return place
    return Place(place.file, line)
