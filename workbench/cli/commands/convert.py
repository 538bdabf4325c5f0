"""``amplify-tui convert``: how a TypeScript project's data reads in Python."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from workbench.cli.colours import Paint
from workbench.cli.output import err, out_data
from workbench.conversion.python_text import convert
from workbench.project.locate import find_project
from workbench.project.models import Project, ProjectProblem


def convert_project(arguments: argparse.Namespace) -> int:
    """Print the Python, or write it; say on stderr what could not be taken over."""
    project = find_project(Path.cwd())
    if project.language == "python":
        raise ProjectProblem("This backend is Python already.", "There is nothing to convert.")
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
    """The schema that the last synth made of the TypeScript."""
    found = sorted(project.assembly_dir.glob("asset.*/model-schema.graphql"))
    if not found:
        raise ProjectProblem(
            "There is no synthesised data to convert.",
            "Run `amplify-tui sandbox --once` first: it evaluates the TypeScript.",
            where=str(project.root),
        )
    return found[-1].read_text(encoding="utf-8")


def _write(file: Path, text: str) -> None:
    if file.exists():
        raise ProjectProblem(
            "The file exists already; nothing was changed.", "Name another one.", where=str(file)
        )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ProjectProblem(
            f"It cannot be written: {error.strerror}.", "Name another file.", where=str(file)
        ) from None
