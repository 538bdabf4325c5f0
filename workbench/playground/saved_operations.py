"""Saved operations: ``.graphql`` files in the project's ``graphql/`` folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from workbench.atomic_files import write_whole
from workbench.model.user_problem import UserProblem

FOLDER = "graphql"
_SUFFIXES = (".graphql", ".gql")
_MOST = 500


class NotSavedProblem(UserProblem):
    """The file could not be written or read; the text says why."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved file by its path inside the folder."""

    name: str
    path: Path


def list_saved(root: Path) -> tuple[Saved, ...]:
    """The saved files, by name; links out of the project are left out."""
    folder = root / FOLDER
    found: list[Saved] = []
    for directory, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(directory) / name
            if path.suffix in _SUFFIXES and not path.is_symlink():
                found.append(Saved(path.relative_to(folder).as_posix(), path))
        if len(found) >= _MOST:
            break
    return tuple(sorted(found, key=lambda each: each.name))


def read_saved(root: Path, name: str) -> str:
    """A saved file's text; raises NotSavedProblem."""
    try:
        return _path(root, name).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise NotSavedProblem(f"{FOLDER}/{name} could not be read: {error}") from None


def save(root: Path, name: str, text: str, *, replace: bool = False) -> Path:
    """Write a file; raises NotSavedProblem if it exists and ``replace`` is False."""
    path = _path(root, name)
    if path.exists() and not replace:
        raise NotSavedProblem(f"{FOLDER}/{path.name} already exists.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text if text.endswith("\n") else text + "\n")
    except OSError as error:
        raise NotSavedProblem(f"{FOLDER}/{name} could not be written: {error.strerror}") from None
    return path


def _path(root: Path, name: str) -> Path:
    folder = (root / FOLDER).resolve()
    wanted = name if name.endswith(_SUFFIXES) else f"{name}.graphql"
    path = (folder / wanted).resolve()
    if not name.strip() or not path.is_relative_to(folder) or path == folder:
        raise NotSavedProblem(f"{name!r} is not a valid file name in {FOLDER}/.")
    return path
