"""Linux's own news of changed files, read from the kernel: a wait that takes no CPU at all.

The constants and the event's layout are those of inotify(7).
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable
from pathlib import Path

SKIPPED = frozenset({"node_modules", ".git", ".amplify"})
"""Folders inside a tree that are never watched: each folder takes one of the user's watches."""

_MODIFY = 0x2
_ATTRIB = 0x4
_CLOSE_WRITE = 0x8
_MOVED_FROM = 0x40
_MOVED_TO = 0x80
_CREATE = 0x100
_DELETE = 0x200
_OVERFLOW = 0x4000
_IGNORED = 0x8000
_ONLY_FOLDERS = 0x01000000
_IS_FOLDER = 0x40000000
_IN_FOLDER = _MODIFY | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
# Not in a folder: each reader of a journal closes a file open for writing, and root sets its owner.
_IN_TREE = _IN_FOLDER | _ATTRIB | _CLOSE_WRITE
_HEADER = struct.Struct("iIII")  # watch, mask, cookie, the name's length
_READ_BYTES = 1 << 16
_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EACCES})
LIMITS = frozenset({errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSYS})
"""What the kernel answers where the user has no watches left, or where there is no inotify."""


class Inotify:
    """Watches ``trees`` with everything below them, and ``folders`` by themselves.

    A tree that is deleted or moved away is watched again when it comes back, where the folder
    above it is watched too. Raises ``OSError``: a folder is missing, or one of ``LIMITS``.
    """

    def __init__(self, trees: Iterable[Path], folders: Iterable[Path] = ()) -> None:
        self._trees = tuple(trees)
        self._folders = tuple(folders)
        self._paths: dict[int, Path] = {}
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor: int = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._descriptor < 0:
            raise _error("inotify")
        try:
            for folder in self._folders:
                self._watch(folder, _IN_FOLDER)
            for tree in self._trees:
                self._watch(tree, _IN_TREE)
            for tree in self._trees:
                self._enter(tree)
        except OSError:
            self.close()
            raise

    def fileno(self) -> int:
        """The descriptor to wait on; readable when ``read`` has something to say."""
        return self._descriptor

    def close(self) -> None:
        """Give all watches back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def read(self) -> set[Path]:
        """The paths that changed since the last call; never waits.

        Where the kernel lost events, all that is watched counts as changed. Raises ``OSError`` of
        ``LIMITS`` where a new folder can't be watched.
        """
        try:
            block = os.read(self._descriptor, _READ_BYTES)
        except BlockingIOError:
            return set()
        found: set[Path] = set()
        position = 0
        while position < len(block):
            watch, mask, _, length = _HEADER.unpack_from(block, position)
            position += _HEADER.size
            name = os.fsdecode(block[position : position + length].rstrip(b"\0"))
            position += length
            if mask & _OVERFLOW:
                found |= self._look_again()
            elif mask & _IGNORED:
                self._paths.pop(watch, None)
            elif watch in self._paths and name:
                found |= self._changed(self._paths[watch] / name, mask)
        return found

    def _changed(self, path: Path, mask: int) -> set[Path]:
        if mask & _IS_FOLDER and self._is_in_tree(path):
            if mask & (_MOVED_FROM | _DELETE):
                self._leave(path)
            elif mask & (_MOVED_TO | _CREATE):
                return {path, *self._enter(path)}
        return {path}

    def _is_in_tree(self, path: Path) -> bool:
        return any(
            path.is_relative_to(tree) and SKIPPED.isdisjoint(path.relative_to(tree).parts)
            for tree in self._trees
        )

    def _enter(self, folder: Path) -> set[Path]:
        """Watch a folder and all below it; the files there: written, perhaps, before the watch."""
        files: set[Path] = set()
        waiting = [folder]
        while waiting:
            folder = waiting.pop()
            try:
                self._watch(folder, _IN_TREE)
                entries = list(os.scandir(folder))
            except OSError as problem:
                if problem.errno in _GONE:
                    continue
                raise
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    files.add(Path(entry.path))
                elif entry.name not in SKIPPED:
                    waiting.append(Path(entry.path))
        return files

    def _leave(self, folder: Path) -> None:
        """Watches follow a moved folder: let go of them, or they would tell its old path."""
        for watch, path in list(self._paths.items()):
            if path.is_relative_to(folder):
                del self._paths[watch]
                self._libc.inotify_rm_watch(self._descriptor, watch)

    def _look_again(self) -> set[Path]:
        found = {*self._trees, *self._folders}
        for tree in self._trees:
            found |= self._enter(tree)
        return found

    def _watch(self, folder: Path, wanted: int) -> None:
        watch = self._libc.inotify_add_watch(
            self._descriptor, os.fsencode(folder), ctypes.c_uint32(wanted | _ONLY_FOLDERS)
        )
        if watch < 0:
            raise _error(str(folder))
        self._paths[watch] = folder


def _error(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number), what)
