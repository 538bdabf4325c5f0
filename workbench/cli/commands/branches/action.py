"""What the sub-commands of ``branches`` share: their flags, and the environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.flags import add_json, add_target
from workbench.cli.parser import Actions, Parser, Run, add_action
from workbench.cli.session import connect_session

if TYPE_CHECKING:
    import argparse

    from workbench.branches.context import OpenedBranches


def add_branch_action(actions: Actions, name: str, about: str, run: Run, *branches: str) -> Parser:
    """Add a sub-command with the target's flags and ``--json``; ``branches`` are arguments."""
    parser = add_action(actions, name, about, run)
    for branch in branches:
        parser.add_argument(branch, help="a Git branch's name")
    add_target(parser)
    add_json(parser)
    return parser


def opened_branches(arguments: argparse.Namespace) -> OpenedBranches:
    """The project's environments; raises UserProblem."""
    from workbench.branches.context import open_branches

    return open_branches(connect_session(arguments))
