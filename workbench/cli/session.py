"""From a command's flags to the project and the target that it works on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.output import ask, out
from workbench.cli.terminal_sign_in import sign_in_where_needed
from workbench.printed_commands import amplify_tui_at

if TYPE_CHECKING:
    import argparse

    from workbench.startup import Flags, Session


def target_flags(arguments: argparse.Namespace) -> Flags:
    """What the flags of ``flags.add_target`` choose."""
    from workbench.startup import Flags

    return Flags(
        local=arguments.local,
        profile=arguments.profile,
        identifier=arguments.identifier,
        iam=getattr(arguments, "iam", None),
    )


def open_session(arguments: argparse.Namespace, *, asks: bool = False) -> Session:
    """The project of the current folder; starts nothing. Raises UserProblem.

    ``asks``: on a terminal, ask for a target if none was ever chosen; the answer is saved.
    """
    from workbench.startup import choose_target, prepare

    session = prepare(Path.cwd(), target_flags(arguments))
    if session.target_chosen or not asks or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return session
    from workbench.aws.target import AwsTarget

    out("Where should this project be deployed? Saved for the next time; --local or --profile")
    out("choose another target for one run.")
    out("  1  local cloud: no account, no network, on this machine")
    out("  2  AWS, with the default credentials")
    answer = ask("Choose [1]: ")
    return choose_target(session, AwsTarget() if answer == "2" else session.target)


def connect_session(arguments: argparse.Namespace) -> Session:
    """The same, its target answering: the local cloud is started if it is not running.

    On a terminal, who is not signed in to AWS is asked to.
    """
    from workbench.model.events import discard
    from workbench.startup import connect

    session = open_session(arguments)
    sign_in_where_needed(session)
    return connect(session, discard)


def commands_elsewhere(session: Session, command: str) -> tuple[tuple[str, str], ...]:
    """The other targets that this sandbox is deployed to, each with the command that aims there."""
    from workbench.aws.target import LOCAL_KEY
    from workbench.project.sandbox_folders import deployed_targets, profile_of
    from workbench.startup import folder_name, known_key

    own = known_key(session)
    found = []
    for key in deployed_targets(session.project, folder_name(session.identity)):
        account, _, region = key.partition("-")
        if key == own:
            continue
        if key == LOCAL_KEY:
            found.append(("the local cloud", amplify_tui_at(("--local",), command)))
            continue
        profile = profile_of(session.project, account)
        flags = ("--profile", profile) if profile else ()
        found.append((f"AWS {account} · {region}", amplify_tui_at(flags, command, region=region)))
    return tuple(found)
