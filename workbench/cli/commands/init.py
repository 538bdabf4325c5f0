"""``amplify-tui init``: creates a new project and installs its packages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workbench.cli.colours import Paint
from workbench.cli.output import out
from workbench.cli.parser import Parser
from workbench.printed_commands import amplify_tui, in_folder

if TYPE_CHECKING:
    import argparse

NAME: Final = "init"
ABOUT: Final = "create a new project"


def register(parser: Parser) -> None:
    """Add the arguments."""
    parser.set_defaults(run=run)
    parser.add_argument(
        "directory", nargs="?", type=Path, default=Path(), help="where (default: .)"
    )
    parser.add_argument(
        "--language", default="typescript", help="typescript (the default) or python"
    )
    parser.add_argument("--no-install", action="store_true", help="don't install npm packages")


def run(arguments: argparse.Namespace) -> int:
    """Write the files, install the packages, say what comes next."""
    from workbench.project.node_runtime import find_node
    from workbench.project.scaffold import install_packages, scaffold

    paint = Paint.of(sys.stdout)

    def say(text: str) -> None:
        out(f"  {text}", flush=True)

    project = scaffold(arguments.directory, arguments.language, say)
    if not arguments.no_install and project.language == "typescript":
        from workbench.synth.type_check.first_check import check_types_once

        node = find_node()
        install_packages(project.root, node, say)
        check_types_once(project, node.executable, say)
    _connect(project.root, paint)
    start = in_folder(arguments.directory, amplify_tui())
    out(f"{paint.good('✓')} Ready. Next: {paint.strong(start)}")
    return 0


def _connect(root: Path, paint: Paint) -> None:
    """Offer the line for a front end that is already there."""
    from workbench.front_end.connection import find_front_end

    found = find_front_end(root)
    if found is None or found.connected or not found.new_text or not sys.stdin.isatty():
        return
    from workbench.cli.front_end_line import add_line

    add_line(found, paint, asked=False)
