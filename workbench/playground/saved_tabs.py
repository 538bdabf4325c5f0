"""The playground's tabs as they are kept between runs: what is written in them, and as whom they run.

A Lambda token is never written to disk.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from workbench.private_files import private_folder, write_private

FILE_NAME = "playground.json"


class Tab(BaseModel):
    """One tab: its text, its variables' text, and its caller (see ``parse_run_as``).

    ``compare_as`` is the second caller of a comparison; ``file`` the ``.graphql`` file it is of.
    """

    model_config = ConfigDict(frozen=True)

    id: int
    text: str = ""
    variables: str = ""
    run_as: str = ""
    compare_as: str = ""
    cursor: int = 0
    file: str = ""


class Workspace(BaseModel):
    """All tabs, in order; ``active`` is the id of the one in front."""

    model_config = ConfigDict(frozen=True)

    version: Literal[1] = 1
    tabs: tuple[Tab, ...] = ()
    active: int = 0


def load_workspace(folder: Path) -> tuple[Workspace, str]:
    """What was kept in ``folder``, and a warning where it could not be read.

    A file that cannot be read is put aside, so that nothing that was written is lost.
    """
    path = folder / FILE_NAME
    try:
        return Workspace.model_validate_json(path.read_bytes()), ""
    except FileNotFoundError:
        return Workspace(), ""
    except (OSError, ValidationError):
        aside = path.with_suffix(".damaged.json")
        try:
            path.replace(aside)
        except OSError as error:
            return Workspace(), f"The playground's tabs cannot be read: {error.strerror}"
        return Workspace(), f"The playground's tabs could not be read; they are in {aside.name}"


def save_workspace(folder: Path, workspace: Workspace) -> None:
    """Write all tabs at once, readable by the user alone; raises OSError."""
    private_folder(folder)
    path = folder / FILE_NAME
    kept = workspace.model_copy(update={"tabs": tuple(_kept(tab) for tab in workspace.tabs)})
    content = json.dumps(kept.model_dump(), indent=1, ensure_ascii=False)
    write_private(path, content)


def _kept(tab: Tab) -> Tab:
    changes = {
        name: "" for name in ("run_as", "compare_as") if getattr(tab, name).startswith("lambda:")
    }
    return tab.model_copy(update=changes) if changes else tab
