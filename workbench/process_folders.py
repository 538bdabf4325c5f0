"""Temporary folders of one process, which the next one removes if it was killed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
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
            remove_tree(left)


def remove_tree(folder: Path) -> None:
    """Remove a folder as far as that can be, also where nobody may write to one in it."""
    shutil.rmtree(folder, onerror=_let_write)


def _let_write(failed: Callable[..., object], path: str, _: object) -> None:
    if failed not in {os.unlink, os.rmdir}:
        return
    with suppress(OSError):
        Path(path).parent.chmod(0o700)
        failed(path)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        # Another user's process, or not a process id: leave its folder.
        return True
    return True
