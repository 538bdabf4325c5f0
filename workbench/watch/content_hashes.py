"""Content hashes of the watched files, which tell a changed file from a touched one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import Path

Ignores = Callable[[Path, bool], bool]
"""Whether to ignore a path; the second argument says whether it is a folder."""

_Seen = tuple[int, int, int, bytes]  # mtime ns, size, inode, hash


class Contents:
    """The watched files as they were at the last ``refresh``.

    Covers ``folder`` with everything below it, and ``files``. A file that is deleted meanwhile or
    can't be read counts as missing.
    """

    def __init__(self, folder: Path, files: Iterable[Path]) -> None:
        self._folder = folder
        self._files = tuple(files)
        self._seen: dict[Path, _Seen] = {}

    def refresh(self, ignores: Ignores, named: Iterable[Path] = ()) -> tuple[Path, ...]:
        """Read the files again; returns the paths whose content has changed, sorted.

        Files in ``named`` are read even if their time and size are the same: two saves within the
        clock's resolution (4 ms on many kernels) can leave both unchanged.
        """
        must_read = frozenset(named)
        now: dict[Path, _Seen] = {}
        for path, stat in self._walk(ignores):
            before = self._seen.get(path)
            mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if before is not None and before[:3] == mark and path not in must_read:
                now[path] = before
                continue
            digest = _digest(path)
            if digest is not None:
                now[path] = (*mark, digest)
        changed = {
            path
            for path in self._seen.keys() | now.keys()
            if _hash_in(self._seen, path) != _hash_in(now, path)
        }
        self._seen = now
        return tuple(sorted(changed))

    def _walk(self, ignores: Ignores) -> Iterable[tuple[Path, os.stat_result]]:
        for file in self._files:
            try:
                yield file, file.stat()
            except OSError:
                continue
        folders = [self._folder]
        while folders:
            try:
                entries = list(os.scandir(folders.pop()))
            except OSError:
                continue
            for entry in entries:
                path = Path(entry.path)
                try:
                    is_folder = entry.is_dir(follow_symlinks=False)
                    if ignores(path, is_folder):
                        continue
                    if is_folder:
                        folders.append(path)
                    elif entry.is_file():
                        yield path, entry.stat()
                except OSError:
                    continue


def _hash_in(seen: dict[Path, _Seen], path: Path) -> bytes | None:
    found = seen.get(path)
    return None if found is None else found[3]


def _digest(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            hashed = blake2b(digest_size=16)
            while block := file.read(1 << 20):
                hashed.update(block)
    except OSError:
        return None
    return hashed.digest()
