"""Moves damaged saved files aside, keeps some of them, and describes them for the user.

A damaged file is renamed to ``damaged-<time>-<its name>`` in its folder. The newest few of each
name are kept; a file without a replacement becomes ``damaged-<time>-only-copy-…`` and stays until
the user deletes it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

KEPT = 5
"""How many damaged files of one name are kept, not counting only copies."""

_PREFIX = "damaged-"
_ONLY_COPY = "only-copy-"
_NAME = re.compile(
    rf"{_PREFIX}(?P<stamp>\d{{8}}-\d{{6}})(?:\.(?P<number>\d+))?-(?P<only>{_ONLY_COPY})?(?P<name>.+)"
)
_JOURNALS = ("-wal", "-shm")
"""SQLite's files beside a database, which belong to it and are moved with it."""

_NOT_SEARCHED = frozenset(
    {"s3", "worktrees", "installed", "artifacts", "generated", "node_modules"}
)


@dataclass(frozen=True, slots=True)
class Damage:
    """A saved file that could not be used.

    ``holds`` names its content as the subject of a sentence, ``why`` says what is wrong with it,
    ``instead`` what is used in its place; ``kept`` is where the damaged file is now, "" if it was
    missing.
    """

    holds: str
    why: str
    instead: str
    kept: str = ""

    def __str__(self) -> str:
        where = f" The damaged file is kept: {self.kept}" if self.kept else ""
        return f"{self.holds} was damaged ({self.why}). {self.instead}{where}"

    def document(self) -> dict[str, str]:
        """Return it as JSON, for the health route and ``--json``."""
        return {
            "holds": self.holds,
            "why": self.why,
            "instead": self.instead,
            "kept": self.kept,
        }


def damages_of(documents: object) -> tuple[Damage, ...]:
    """Return what :meth:`Damage.document` wrote, without anything else."""
    if not isinstance(documents, list):
        return ()
    return tuple(
        Damage(*(str(each.get(name, "")) for name in ("holds", "why", "instead", "kept")))
        for each in documents
        if isinstance(each, Mapping)
    )


def put_aside(path: Path, *, only_copy: bool = False) -> Path | None:
    """Rename a damaged file or folder, with SQLite's files beside it; None if it is missing.

    Raises OSError if the folder cannot be written.
    """
    kept = _free_name(path, only_copy=only_copy)
    moved = None
    for suffix in ("", *_JOURNALS):
        source = path.with_name(path.name + suffix)
        if source.exists() or source.is_symlink():
            target = kept.with_name(kept.name + suffix)
            source.rename(target)
            moved = moved or target
    if moved is not None:
        _drop_oldest(path, kept)
    return moved


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the error means a damaged database, rather than one that is busy or unreadable."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)


def _free_name(path: Path, *, only_copy: bool) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S")
    numbers = [
        int(found["number"] or 1)
        for other in path.parent.glob(f"{_PREFIX}{stamp}*")
        if (found := _NAME.fullmatch(other.name))
    ]
    number = f".{max(numbers) + 1}" if numbers else ""
    return path.with_name(f"{_PREFIX}{stamp}{number}-{_ONLY_COPY if only_copy else ''}{path.name}")


def kept_damaged(folder: Path, depth: int = 4) -> tuple[Path, ...]:
    """Return the damaged files below ``folder``, newest first, without SQLite's beside them."""
    found = [
        path
        for path in _below(folder, depth)
        if (match := _NAME.fullmatch(path.name)) and not match["name"].endswith(_JOURNALS)
    ]
    return tuple(sorted(found, key=lambda path: path.name, reverse=True))


def is_kept_damaged(path: Path) -> bool:
    """Whether a file was moved aside, so that only the user may delete it."""
    return _NAME.fullmatch(path.name) is not None


def _below(folder: Path, depth: int) -> Iterator[Path]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIX):
                yield Path(entry.path)
            elif (
                depth > 0
                and entry.name not in _NOT_SEARCHED
                and entry.is_dir(follow_symlinks=False)
            ):
                yield from _below(Path(entry.path), depth - 1)


def _drop_oldest(path: Path, newest: Path) -> None:
    """Delete the oldest beyond ``KEPT``, but not ``newest``: the clock may have been set back."""
    kept: dict[tuple[str, int], list[Path]] = {}
    names = {path.name + suffix for suffix in ("", *_JOURNALS)}
    for other in path.parent.glob(f"{_PREFIX}*"):
        match = _NAME.fullmatch(other.name)
        if match is None or match["only"] or match["name"] not in names:
            continue
        if not other.name.startswith(newest.name):
            kept.setdefault((match["stamp"], int(match["number"] or 1)), []).append(other)
    for one in sorted(kept)[: -(KEPT - 1)]:
        for old in kept[one]:
            with contextlib.suppress(OSError):
                shutil.rmtree(old) if old.is_dir() else old.unlink()
