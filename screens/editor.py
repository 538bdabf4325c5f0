"""The user's own editor, opened at a place in a file. Standard library only."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_GOTO = frozenset({"code", "code-insiders", "codium", "cursor", "windsurf"})
_VIM = frozenset({"vim", "nvim", "gvim", "mvim", "vim.basic", "vim.tiny", "vim.nox", "vim.gtk3"})
_COLUMN_SIGN = {
    "nano": ",",
    "pico": ",",
    "micro": ":",
    "emacs": ":",
    "emacsclient": ":",
    "kak": ":",
}
_USUAL = ("sensible-editor", "vi", "nano")
_SUFFIX = frozenset({"hx", "helix", "subl", "zed"})


def editor_of(
    environment: Mapping[str, str], which: Callable[[str], str | None] = shutil.which
) -> tuple[str, ...]:
    """The command in ``VISUAL`` or ``EDITOR`` as words, else vi or nano; empty if there is none."""
    for name in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(environment.get(name, ""))
        except ValueError:  # an unclosed quote
            continue
        if words:
            return tuple(words)
    return next(((name,) for name in _USUAL if which(name)), ())


def at_place(editor: Sequence[str], file: Path, line: int, column: int) -> list[str]:
    """The command that opens the file there; ``line`` 0 means no known place.

    ``+LINE FILE`` is what vi and most others take; a column only where the editor is known.
    """
    name = Path(editor[0]).name
    if name in ("vi", "editor", "sensible-editor"):  # often a link to one that takes more
        name = Path(os.path.realpath(shutil.which(name) or name)).name
    if not line:
        return [*editor, str(file)]
    if name in _GOTO:
        return [*editor, "--goto", f"{file}:{line}:{max(1, column)}"]
    if name in _SUFFIX:
        return [*editor, f"{file}:{line}:{max(1, column)}"]
    if column and name in _VIM:
        return [*editor, f"+call cursor({line},{column})", str(file)]
    if column and name in _COLUMN_SIGN:
        return [*editor, f"+{line}{_COLUMN_SIGN[name]}{column}", str(file)]
    return [*editor, f"+{line}", str(file)]
