"""``amplify-tui convert``: shows how a TypeScript project's data reads in Python."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workbench.cli.colours import Paint
from workbench.cli.output import err, out_data
from workbench.cli.parser import Parser
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui

if TYPE_CHECKING:
    import argparse

    from workbench.project.models import Project

NAME: Final = "convert"
ABOUT: Final = "show how a TypeScript project's data reads in Python"


def register(parser: Parser) -> None:
    """Add the arguments."""
    parser.set_defaults(run=run)
    parser.add_argument("--out", type=Path, help="write it to this file (default: print it)")


def run(arguments: argparse.Namespace) -> int:
    """Print the Python, or write it; say on stderr what could not be converted."""
    from workbench.conversion.python_text import convert
    from workbench.project.locate import find_project

    project = find_project(Path.cwd())
    if project.language == "python":
        raise UserProblem("This backend is already in Python.", "There is nothing to convert.")
    converted = convert(_model_schema(project))
    if arguments.out is None:
        out_data(converted.text, end="")
    else:
        _write(arguments.out, converted.text)
    paint = Paint.of(sys.stderr)
    for note in converted.notes:
        err(f"{paint.strong('!')} {note}")
    if arguments.out is not None:
        err(f"{paint.good('✓')} {arguments.out}")
    return 0


def _model_schema(project: Project) -> str:
    """The schema that the last synth made from the TypeScript."""
    found = sorted(project.assembly_dir.glob("asset.*/model-schema.graphql"))
    if not found:
        raise UserProblem(
            "The data was never synthesized, so there is nothing to convert.",
            f"Run `{amplify_tui('sandbox', '--once')}` first: it evaluates the TypeScript.",
            where=str(project.root),
        )
    return found[-1].read_text(encoding="utf-8")


def _write(file: Path, text: str) -> None:
    from workbench.atomic_files import write_whole

    if file.exists():
        raise UserProblem(
            "The file already exists; nothing was changed.", "Name another one.", where=str(file)
        )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, text)
    except OSError as error:
        raise UserProblem(
            f"It cannot be written: {error.strerror}.", "Name another file.", where=str(file)
        ) from None
