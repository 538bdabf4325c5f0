"""What the sub-commands of ``users`` share: their flags, the pool, how a user is shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from workbench.cli.colours import Paint
from workbench.cli.flags import add_json, add_target
from workbench.cli.output import out, out_json
from workbench.cli.parser import Actions, Parser, Run, add_action
from workbench.cli.session import connect_session
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from workbench.playground.authorizing import Tokens
    from workbench.startup import Session
    from workbench.users.open_pool import OpenedPool
    from workbench.users.user_pools import User, UserDetails, UserPool


def add_pool_action(actions: Actions, name: str, about: str, run: Run) -> Parser:
    """Add a sub-command with the target's flags, ``--pool`` and ``--json``."""
    parser = add_action(actions, name, about, run)
    add_target(parser)
    parser.add_argument("--pool", default="", help="another user pool's id")
    add_json(parser)
    return parser


def add_user_action(actions: Actions, name: str, about: str, run: Run) -> Parser:
    """Add a sub-command for one user, who is in ``user``."""
    parser = add_pool_action(actions, name, about, run)
    parser.add_argument("user", help="a user's name, address or number")
    return parser


def opened_pool(arguments: argparse.Namespace) -> OpenedPool:
    """The backend's user pool, or the one of ``--pool``; raises UserProblem."""
    return session_and_pool(arguments)[1]


def session_and_pool(arguments: argparse.Namespace) -> tuple[Session, OpenedPool]:
    """The same pool with the session that it is reached by."""
    from workbench.users.open_pool import open_pool

    session = connect_session(arguments)
    return session, open_pool(session, arguments.pool)


def issued_tokens(opened: OpenedPool, name: str) -> Tokens:
    """The tokens of a saved sign-in, or those that the local cloud issues.

    Raises UserProblem where the user must sign in first.
    """
    from workbench.playground.authorizing import NotAuthorizedProblem
    from workbench.playground.caller_credentials import CallerCredentials
    from workbench.users.open_pool import callers_auth

    callers = CallerCredentials(opened.clients, callers_auth(opened), opened.sign_ins_file)
    try:
        return callers.user_tokens(name)
    except NotAuthorizedProblem as problem:
        show = amplify_tui("users", "show", name)
        raise UserProblem(problem.what, problem.next_step or f"`{show}` shows the user.") from None


def report_user(pool: UserPool, name: str, arguments: argparse.Namespace, what: str) -> int:
    """Print the changed user as JSON, or ``what`` was done."""
    if arguments.json:
        out_json(details_document(pool.user(name)))
    else:
        report(what)
    return 0


def report(what: str) -> None:
    """Say that something was done."""
    out(f"{Paint.of(sys.stdout).good('✓')} {what}")


def attributes_of(written: list[str]) -> dict[str, str]:
    """Attributes as ``--attribute NAME=VALUE`` has them; raises UserProblem."""
    found = {}
    for text in written:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise UserProblem(f"{text!r} is not a valid attribute.", "Write NAME=VALUE.")
        found[name] = value
    return found


def user_document(user: User) -> dict[str, Any]:
    """A user as JSON."""
    return {
        "username": user.username,
        "status": user.status,
        "enabled": user.enabled,
        "attributes": dict(user.attributes),
        "created": time_text(user.created),
        "modified": time_text(user.modified),
    }


def details_document(details: UserDetails) -> dict[str, Any]:
    """A user with groups and factors as JSON."""
    groups, mfa = list(details.groups), list(details.mfa)
    return {**user_document(details.user), "groups": groups, "mfa": mfa}


def time_text(at: datetime | None) -> str:
    """A time in ISO 8601; empty if unknown."""
    return at.isoformat(timespec="seconds") if at is not None else ""
