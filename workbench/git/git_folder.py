"""Reads the state of a Git repository from the files in its ``.git`` folder.

For what is read at every save or keeps being polled: no process is started. Everything that Git
has to work out is asked of the ``git`` command, in ``command``.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Repository:
    """A checkout: ``root`` is its top folder, ``folder`` its own Git folder.

    ``common`` is the Git folder that all worktrees share, with the refs and ``info/exclude``.
    """

    root: Path
    folder: Path
    common: Path


def find_repository(start: Path) -> Repository | None:
    """Return the repository that contains ``start``; None outside of Git."""
    for root in (start, *start.parents):
        mark = root / ".git"
        if mark.is_dir():
            return Repository(root, mark, mark)
        if mark.is_file():
            folder = _linked(mark)
            if folder is not None:
                return Repository(root, folder, _common(folder))
    return None


def branch_name(start: Path) -> str:
    """Return the branch that is checked out, or a short commit id; "" outside of Git."""
    repository = find_repository(start)
    return "" if repository is None else _branch(read_head(repository))


def read_head(repository: Repository) -> str:
    """Return the content of HEAD; "" if it cannot be read."""
    try:
        return (repository.folder / "HEAD").read_text().strip()
    except OSError:
        return ""


def is_writing(repository: Repository) -> bool:
    """Whether Git is changing the index or the checked-out files."""
    return (repository.folder / "index.lock").exists()


def rebase_quiet_for(repository: Repository) -> float | None:
    """Return the seconds since the current rebase last made a step; None without a rebase.

    Each step writes the rebase's state; a rebase that stopped for the user writes nothing.
    """
    newest = None
    for name in ("rebase-merge", "rebase-apply"):
        folder = repository.folder / name
        try:
            for path in (folder, *folder.iterdir()):
                newest = max(newest or 0.0, path.stat().st_mtime)
        except OSError:
            continue
    return None if newest is None else max(0.0, time.time() - newest)


def _branch(head: str) -> str:
    prefix = "ref: refs/heads/"
    return head.removeprefix(prefix) if head.startswith(prefix) else head[:8]


def _linked(mark: Path) -> Path | None:
    try:
        text = mark.read_text()
    except OSError:
        return None
    prefix = "gitdir:"
    if not text.startswith(prefix):
        return None
    folder = (mark.parent / text.removeprefix(prefix).strip()).resolve()
    return folder if folder.is_dir() else None


def _common(folder: Path) -> Path:
    try:
        return (folder / (folder / "commondir").read_text().strip()).resolve()
    except OSError:
        return folder
