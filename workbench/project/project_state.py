"""What a project remembers between starts: the chosen target, in ``.amplify/workbench``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from workbench.private_files import private_folder, write_private
from workbench.project.models import Project, ProjectProblem


@dataclass(frozen=True, slots=True)
class Remembered:
    """The user's last choices for a project; ``target`` None: never asked."""

    target: Literal["local", "aws"] | None = None
    profile: str | None = None
    region: str | None = None
    identifier: str | None = None


def remembered_file(project: Project) -> Path:
    """Name the file that holds the choices."""
    return project.dot_amplify / "workbench" / "project.json"


def load_remembered(project: Project) -> Remembered:
    """Read the choices; where there are none, nothing is remembered.

    Raises ``ProjectProblem`` for a damaged file: to go on without it might deploy elsewhere.
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
            "What this project remembers of its target cannot be read.",
            f"Say it once more with --local or --profile, or delete {file} and choose anew.",
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
    """Write the choices atomically, so that a crash leaves the old or the new ones."""
    file = remembered_file(project)
    private_folder(file.parent)
    write_private(file, json.dumps(asdict(remembered), indent=2))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
