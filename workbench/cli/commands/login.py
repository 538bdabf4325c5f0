"""``amplify-tui login``: signs a profile in to AWS, by SSO or with an MFA code."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workbench.cli.flags import add_target
from workbench.cli.output import done
from workbench.cli.parser import Parser
from workbench.cli.session import target_flags
from workbench.cli.terminal_sign_in import has_terminal, sign_in
from workbench.model.user_problem import UserProblem

if TYPE_CHECKING:
    import argparse

    from workbench.aws.target import AwsTarget

NAME: Final = "login"
ABOUT: Final = "sign in to AWS: SSO, or a role's MFA code"


def register(parser: Parser) -> None:
    """Add the arguments."""
    parser.set_defaults(run=run)
    add_target(parser)


def run(arguments: argparse.Namespace) -> int:
    """Ask for what the profile needs, then say who is signed in, and until when."""
    from workbench.aws.clients import Clients
    from workbench.aws.credentials import identify
    from workbench.startup import signed_in

    target = _target(arguments)
    if not has_terminal():
        raise UserProblem(
            "Signing in needs a terminal: a code is shown there, or asked for.",
            "Run this command in a terminal of the same user and home folder; programs without "
            "one then find the credentials, too.",
        )
    sign_in(target, renew=True)
    done(signed_in(target, identify(Clients(target))).text)
    return 0


def _target(arguments: argparse.Namespace) -> AwsTarget:
    """The profile of the flag, else what the project remembers, else the default credentials."""
    from workbench.aws.target import AwsTarget
    from workbench.project.locate import find_project
    from workbench.project.project_state import load_remembered

    if arguments.local:
        raise UserProblem("The local cloud needs no sign-in.", "Leave out --local.")
    profile = target_flags(arguments).profile
    if profile is None:
        with suppress(UserProblem):  # outside of a project: the default credentials
            profile = load_remembered(find_project(Path.cwd())).profile
    return AwsTarget(profile=profile)
