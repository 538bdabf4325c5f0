"""Saves a project's choices between starts, such as its target, in ``.amplify/workbench``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from workbench.private_files import private_folder, write_private
from workbench.project.models import Project, ProjectProblem


@dataclass(frozen=True, slots=True)
class Remembered:
    """The user's last choices for a project; ``target`` is None before the first."""

    target: Literal["local", "aws"] | None = None
    profile: str | None = None
    region: str | None = None
    identifier: str | None = None


def remembered_file(project: Project) -> Path:
    """Return the path of the file with the choices."""
    return project.dot_amplify / "workbench" / "project.json"


def load_remembered(project: Project) -> Remembered:
    """Read the choices; returns empty ones if none are saved.

    Raises ``ProjectProblem`` for a damaged file: ignoring it could deploy to another target.
    """
    file = remembered_file(project)
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise TypeError
    except FileNotFoundError:
        return Remembered()
    except (OSError, ValueError, TypeError) as error:
        raise ProjectProblem(
            "The saved target of this project cannot be read.",
            f"Choose it again with --local or --profile, or delete {file} and start again.",
            where=str(file),
        ) from error
    target = content.get("target")
    return Remembered(
        target=target if target in {"local", "aws"} else None,
        profile=_text(content.get("profile")),
        region=_text(content.get("region")),
        identifier=_text(content.get("identifier")),
    )


def save_remembered(project: Project, remembered: Remembered) -> None:
    """Write the choices, whole or not at all."""
    file = remembered_file(project)
    private_folder(file.parent)
    write_private(file, json.dumps(asdict(remembered), indent=2))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
