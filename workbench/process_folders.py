"""Temporary folders of one process, which the next one removes if it was killed."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from workbench.private_files import private_folder


def make_process_folder(parent: Path, prefix: str = "") -> Path:
    """Make a folder for this process below ``parent``, and remove those of dead processes.

    Only this user can read it. Raises OSError.
    """
    private_folder(parent)
    remove_leftovers(parent, prefix)
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=parent))


def remove_leftovers(parent: Path, prefix: str) -> None:
    """Remove folders named ``<prefix><process id>[-…]`` whose process has ended."""
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
        # Another user's process, or not a process id: leave its folder.
        return True
    return True
