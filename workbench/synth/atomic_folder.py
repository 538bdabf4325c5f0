"""Replaces a folder in one step, so that no reader sees half of it."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from pathlib import Path

from workbench.private_files import private_folder

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2


def swap_into_place(finished: Path, place: Path) -> None:
    """Move the folder ``finished`` to ``place``, and remove what was there.

    If the system cannot exchange two folders at once, ``place`` is missing between two renames; it
    is never incomplete.
    """
    private_folder(place.parent)
    if not place.exists():
        finished.rename(place)
        return
    if _exchange(finished, place):
        shutil.rmtree(finished, ignore_errors=True)
        return
    old = place.with_name(f".{place.name}.old-{os.getpid()}")
    shutil.rmtree(old, ignore_errors=True)
    place.rename(old)
    try:
        finished.rename(place)
    except OSError:
        old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    libc = ctypes.CDLL(None)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "linux" and hasattr(libc, "renameat2"):
        return bool(libc.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _RENAME_EXCHANGE) == 0)
    if sys.platform == "darwin" and hasattr(libc, "renamex_np"):
        return bool(libc.renamex_np(first, second, _RENAME_SWAP) == 0)
    return False
