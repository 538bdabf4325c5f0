"""Saved operations: ``.graphql`` files in the project's ``graphql/`` folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from workbench.project.saved_files import SavedFolder

FOLDER: Final = "graphql"


def operations_of(root: Path) -> SavedFolder:
    """The folder of a project's saved operations."""
    return SavedFolder(root, FOLDER, (".graphql", ".gql"))
