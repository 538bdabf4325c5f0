"""Chooses the folders to watch, so that no watch is spent on packages or behind links."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SKIPPED = frozenset({"node_modules", ".git", ".amplify"})
"""Folders that are never watched: each folder below them would use one of the user's inotify
watches, and installing packages would report each of its files."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What to watch: ``whole`` with everything below, ``single`` without."""

    whole: tuple[Path, ...]
    single: tuple[Path, ...]


def cover_of(trees: Iterable[Path], folders: Iterable[Path]) -> Cover:
    """Return what to watch for changes below ``trees`` and directly in ``folders``."""
    whole: list[Path] = []
    single = [folder for folder in folders if os.access(folder, os.R_OK)]
    for tree in trees:
        if _divide(tree, whole, single):
            whole.append(tree)
    return Cover(tuple(sorted({*whole})), tuple(sorted({*single})))


def _divide(folder: Path, whole: list[Path], single: list[Path]) -> bool:
    """Whether the folder can be watched as a whole; if not, its parts are added to the lists."""
    if not os.access(folder, os.R_OK):
        return False
    clean: list[Path] = []
    is_whole = True
    for entry in _subfolders(folder):
        path = Path(entry.path)
        skipped = entry.name in SKIPPED or entry.is_symlink()  # watchfiles follows links
        if not skipped and _divide(path, whole, single):
            clean.append(path)
        else:
            is_whole = False
    if not is_whole:
        whole.extend(clean)
        single.append(folder)
    return is_whole


def _subfolders(folder: Path) -> list[os.DirEntry[str]]:
    """The folders in a folder, and the links to folders."""
    try:
        with os.scandir(folder) as entries:
            return [
                entry
                for entry in entries
                if entry.is_dir(follow_symlinks=False)
                or (entry.is_symlink() and Path(entry.path).is_dir())
            ]
    except OSError:
        return []
