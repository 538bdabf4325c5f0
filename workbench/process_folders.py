"""Folders that belong to one process: made at its start, and cleared away after it however it died."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from workbench.private_files import private_folder


def make_process_folder(parent: Path, prefix: str = "") -> Path:
    """A new folder of this process below ``parent``; those of dead processes are removed.

    Only this user can read it. Raises OSError.
    """
    private_folder(parent)
    remove_leftovers(parent, prefix)
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=parent))


def remove_leftovers(parent: Path, prefix: str) -> None:
    """Remove the folders ``<prefix><process id>[-…]`` whose process has ended."""
    for left in parent.glob(f"{prefix}*"):
        pid = left.name.removeprefix(prefix).partition("-")[0]
        if pid.isdigit() and not _is_running(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        # Another user's process, or a number that no process has: not ours to clear away.
        return True
    return True
