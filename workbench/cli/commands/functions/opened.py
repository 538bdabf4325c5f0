"""What the sub-commands of ``functions`` share: their flags, and the environment's functions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.cli.flags import add_json, add_target
from workbench.cli.parser import Actions, Parser, Run, add_action
from workbench.cli.session import connect_session
from workbench.printed_commands import aim, aim_at

if TYPE_CHECKING:
    import argparse

    from workbench.functions.open_functions import OpenedFunctions


def add_functions_action(actions: Actions, name: str, about: str, run: Run) -> Parser:
    """Add a sub-command with the target's flags, ``--branch`` and ``--json``."""
    parser = add_action(actions, name, about, run)
    parser.add_argument("--branch", default="", help="of this branch instead of the sandbox")
    add_target(parser)
    add_json(parser)
    return parser


def opened_functions(arguments: argparse.Namespace) -> OpenedFunctions:
    """The functions of the sandbox, or of the branch that is named; raises UserProblem."""
    from workbench.functions.open_functions import open_functions

    session = connect_session(arguments)
    if not arguments.branch:
        return open_functions(session)
    from workbench.branches.context import open_branches
    from workbench.branches.selected_environment import SelectedEnvironment
    from workbench.branches.selected_environment import open_functions as open_functions_of

    aim_at(replace(aim(), branch=arguments.branch, identifier=""))
    opened = open_branches(session)
    branch = opened.connected_branch(arguments.branch)
    assert branch.stack is not None
    assert branch.hosted is not None
    selected = SelectedEnvironment(branch.name, branch.stack.name, branch.hosted.is_production)
    return open_functions_of(opened, selected)
