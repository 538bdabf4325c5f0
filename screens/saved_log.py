"""Saves the log's lines to a file in the sandbox's own folder, which Git ignores."""

from __future__ import annotations

from pathlib import Path
from time import strftime

from workbench.private_files import private_folder, write_private


def save_log(folder: Path, text: str) -> Path:
    """Write the lines to a new file, named by the time; raises OSError."""
    private_folder(folder)
    path = folder / strftime("log-%Y%m%d-%H%M%S.txt")
    write_private(path, text)
    return path
