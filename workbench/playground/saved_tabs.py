"""The playground's tabs on disk: what is written in them, and who runs it.

A Lambda token is never written to disk.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from workbench.private_files import private_folder, write_private

FILE_NAME = "playground.json"


class SavedTab(BaseModel):
    """One tab: its text, its variables' text, and its caller (see ``parse_run_as``).

    ``file`` is the ``.graphql`` file that the text is from, or empty.
    """

    model_config = ConfigDict(frozen=True)

    id: int
    text: str = ""
    variables: str = ""
    run_as: str = ""
    cursor: int = 0
    file: str = ""


class SavedTabs(BaseModel):
    """All tabs, in order; ``active`` is the id of the one in front."""

    model_config = ConfigDict(frozen=True)

    version: Literal[1] = 1
    tabs: tuple[SavedTab, ...] = ()
    active: int = 0


def load_tabs(folder: Path) -> tuple[SavedTabs, str]:
    """The tabs saved in ``folder``, and a warning if they could not be read.

    A file that cannot be read is renamed, so that nothing that was written is lost.
    """
    path = folder / FILE_NAME
    try:
        return SavedTabs.model_validate_json(path.read_bytes()), ""
    except FileNotFoundError:
        return SavedTabs(), ""
    except (OSError, ValidationError):
        aside = path.with_suffix(".damaged.json")
        try:
            path.replace(aside)
        except OSError as error:
            return SavedTabs(), f"Could not read the playground's tabs: {error.strerror}"
        return (
            SavedTabs(),
            f"The playground's tabs could not be read; they were moved to {aside.name}",
        )


def save_tabs(folder: Path, tabs: SavedTabs) -> None:
    """Write all tabs at once, readable by the user alone; raises OSError."""
    private_folder(folder)
    path = folder / FILE_NAME
    saved = tabs.model_copy(update={"tabs": tuple(_without_token(tab) for tab in tabs.tabs)})
    write_private(path, json.dumps(saved.model_dump(), indent=1, ensure_ascii=False))


def _without_token(tab: SavedTab) -> SavedTab:
    return tab.model_copy(update={"run_as": ""}) if tab.run_as.startswith("lambda:") else tab
