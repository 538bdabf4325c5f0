"""The user's own editor, opened at a place in a file. Standard library only."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

_GOTO = frozenset({"code", "code-insiders", "codium", "cursor", "windsurf"})
_SUFFIX = frozenset({"hx", "helix", "subl", "zed"})


def editor_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The command in ``VISUAL`` or ``EDITOR`` as words; empty where none is set or it can't be read."""
    for name in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(environment.get(name, ""))
        except ValueError:  # an unclosed quote
            continue
        if words:
            return tuple(words)
    return ()


def at_place(editor: Sequence[str], file: Path, line: int, column: int) -> list[str]:
    """The command that opens the file there; ``line`` 0 means no known place.

    ``+LINE FILE`` is what vi, vim, nvim, nano, emacs, micro and most others take.
    """
    name = Path(editor[0]).name
    if not line:
        return [*editor, str(file)]
    if name in _GOTO:
        return [*editor, "--goto", f"{file}:{line}:{max(1, column)}"]
    if name in _SUFFIX:
        return [*editor, f"{file}:{line}:{max(1, column)}"]
    return [*editor, f"+{line}", str(file)]
