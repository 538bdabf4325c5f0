"""``amplify-tui front-end``: connects the project's front end with the local cloud."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workbench.cli.colours import Paint
from workbench.cli.output import out
from workbench.cli.parser import Parser
from workbench.model.user_problem import UserProblem

if TYPE_CHECKING:
    import argparse

NAME: Final = "front-end"
ABOUT: Final = "connect your front end with the local cloud"


def register(parser: Parser) -> None:
    """Add the arguments."""
    parser.set_defaults(run=run)
    parser.add_argument("--yes", action="store_true", help="add the line without asking")


def run(arguments: argparse.Namespace) -> int:
    """Add the one line, unless it is there; 1 if it was declined."""
    from workbench.cli.front_end_line import add_line
    from workbench.front_end.connection import find_front_end
    from workbench.project.locate import find_project

    project = find_project(Path.cwd())
    found = find_front_end(project.root)
    if found is None:
        raise UserProblem(
            "There is no vite.config or next.config beside the amplify folder.",
            "docs/front-end.md has the line for each kind of front end.",
            where=str(project.root),
        )
    paint = Paint.of(sys.stdout)
    if not found.connected and not add_line(found, paint, asked=arguments.yes):
        return 1
    out(f"{paint.good('✓')} {found.file.name} connects your front end with the local cloud")
    return 0
