"""What the sub-commands of ``functions`` share: their flags, and the environment's functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.flags import add_json, add_target
from workbench.cli.parser import Actions, Parser, Run, add_action
from workbench.cli.session import connect_session

if TYPE_CHECKING:
    import argparse

    from workbench.functions.open_functions import OpenedFunctions


def add_functions_action(actions: Actions, name: str, about: str, run: Run) -> Parser:
    """Add a sub-command with the target's flags and ``--json``."""
    parser = add_action(actions, name, about, run)
    add_target(parser)
    add_json(parser)
    return parser


def opened_functions(arguments: argparse.Namespace) -> OpenedFunctions:
    """The sandbox's functions; raises UserProblem."""
    from workbench.functions.open_functions import open_functions

    return open_functions(connect_session(arguments))
