"""What the loop needs to know of the user's Git repository, read from its files."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Repository:
    """A working tree: ``root`` its top folder, ``folder`` its own Git folder (a worktree has one).

    ``common`` is the folder that all worktrees share; ``info/exclude`` lies there.
    """

    root: Path
    folder: Path
    common: Path


def find_repository(start: Path) -> Repository | None:
    """The repository that holds ``start``; None outside of Git."""
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
    """The branch that is checked out (a short commit where none is); empty outside of Git."""
    repository = find_repository(start)
    return "" if repository is None else _branch(read_head(repository))


def read_head(repository: Repository) -> str:
    """What HEAD says now; empty where it can't be read."""
    try:
        return (repository.folder / "HEAD").read_text().strip()
    except OSError:
        return ""


def is_writing(repository: Repository) -> bool:
    """Whether Git is changing the index or the working tree at this moment."""
    return (repository.folder / "index.lock").exists()


def rebase_quiet_for(repository: Repository) -> float | None:
    """Seconds since the rebase under way last moved on; None without a rebase.

    A rebase that stopped for the user stays quiet: each step of a running one writes its state.
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
