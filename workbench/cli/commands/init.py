"""``amplify-tui init``: a new project, its packages installed."""

from __future__ import annotations

import argparse
import sys

from workbench.cli.colours import Paint
from workbench.cli.output import out
from workbench.project.node_runtime import find_node
from workbench.project.scaffold import install_packages, scaffold


def init_project(arguments: argparse.Namespace) -> int:
    """Write the files, install the packages, say what comes next."""
    paint = Paint.of(sys.stdout)

    def say(text: str) -> None:
        out(f"  {text}", flush=True)

    project = scaffold(arguments.directory, arguments.language, say)
    if not arguments.no_install and project.language == "typescript":
        from workbench.synth.first_check import check_types_once

        node = find_node()
        install_packages(project.root, node, say)
        check_types_once(project, node.executable, say)
    where = (
        ""
        if arguments.directory.resolve() == arguments.directory.cwd()
        else (f"cd {arguments.directory} && ")
    )
    out(f"{paint.good('✓')} Ready. Next: {paint.strong(where + 'amplify-tui')}")
    return 0
