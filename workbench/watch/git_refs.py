"""Reports changes of a repository's refs: new commits, new and deleted branches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterable
from contextlib import aclosing
from pathlib import Path

from workbench.watch.file_events import FileEvents

_STEP_MS = 200
"""Git writes a ref in several steps, and a rebase writes many refs."""
_NAMES = ("packed-refs", "HEAD")

_Mark = tuple[Path, int, int, int]


async def ref_changes(folders: Collection[Path]) -> AsyncGenerator[None, None]:
    """Yield after each change of the refs or of HEAD in Git folders (those that worktrees share).

    The first yield says that the watch has begun. Runs until closed; raises OSError if the folders
    can't be watched. Does not use Git's hooks, and ignores the files that ``git status`` writes.
    """
    trees = [each / name for each in folders for name in ("refs", "reftable")]
    trees = [tree for tree in trees if tree.is_dir()]
    before: frozenset[_Mark] | None = None
    events = FileEvents(trees, folders, step_ms=_STEP_MS)
    async with aclosing(events.bursts()) as bursts:
        async for burst in bursts:
            if burst:
                if any(path.name in _NAMES or _is_below(path, trees) for path in burst):
                    yield
                continue
            # Anything may have changed: the watch began (again), or the files are polled.
            now = await asyncio.to_thread(_marks, folders, trees)
            if now != before:
                yield
            before = now


def _is_below(path: Path, trees: Iterable[Path]) -> bool:
    return path.suffix != ".lock" and any(path.is_relative_to(tree) for tree in trees)


def _marks(folders: Iterable[Path], trees: Iterable[Path]) -> frozenset[_Mark]:
    found = set()
    files = [folder / name for folder in folders for name in _NAMES]
    for path in (*files, *(path for tree in trees for path in tree.rglob("*"))):
        try:
            stat = path.stat()
        except OSError:
            continue
        found.add((path, stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return frozenset(found)
