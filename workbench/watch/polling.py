"""Changed files found by looking at them again and again, where no system tells of them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator, Sequence
from pathlib import Path

from workbench.watch.inotify import SKIPPED

_Mark = tuple[int, int, int]  # mtime ns, size, inode


async def file_looks(
    trees: Sequence[Path], folders: Sequence[Path], pause: float
) -> AsyncGenerator[set[Path], None]:
    """The paths that came, went or changed between two looks, ``pause`` seconds apart.

    Times in nanoseconds: ``watchfiles``' own polling compares seconds, and so misses the second of
    two quick saves of one size.
    """
    before = dict(_marks(trees, folders))
    while True:
        await asyncio.sleep(pause)
        now = dict(_marks(trees, folders))
        changed = {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}
        before = now
        if changed:
            yield changed


def _marks(trees: Sequence[Path], folders: Sequence[Path]) -> Iterator[tuple[Path, _Mark]]:
    waiting = [*((folder, False) for folder in folders), *((tree, True) for tree in trees)]
    while waiting:
        folder, below = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue  # gone, or not ours to read: its files are absent
        for entry in entries:
            try:
                if not entry.is_dir(follow_symlinks=False):
                    stat = entry.stat()
                    yield Path(entry.path), (stat.st_mtime_ns, stat.st_size, stat.st_ino)
                elif below and entry.name not in SKIPPED:
                    waiting.append((Path(entry.path), True))
            except OSError:
                continue
