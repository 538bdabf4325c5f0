"""Saved events: JSON files in the project's ``function-events/`` folder, one folder a function."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from workbench.project.saved_files import SavedFolder

FOLDER: Final = "function-events"


def events_of(root: Path, function: str) -> SavedFolder:
    """The folder of a function's saved events; ``function`` is the name it was defined with."""
    return SavedFolder(root, f"{FOLDER}/{_folder_name(function)}", (".json",))


def _folder_name(function: str) -> str:
    """The name as a single folder's: paths in it lead nowhere."""
    return function.replace("/", "-").strip(".") or "function"
