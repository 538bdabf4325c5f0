"""``amplify-tui users settings``, ``triggers`` and ``inbox``: reports that change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.commands.users.pool import (
    add_pool_action,
    add_user_action,
    opened_pool,
    session_and_pool,
)
from workbench.cli.output import out, out_json, text_lines
from workbench.model.user_problem import UserProblem
from workbench.terminal_text import cells, padded, safe_line, safe_log

if TYPE_CHECKING:
    import argparse

    from workbench.cli.parser import Actions


def register(actions: Actions) -> None:
    """Add the sub-commands."""
    about = "the pool's settings, with the lines of code that set them"
    add_pool_action(actions, "settings", about, _settings)
    about = "the pool's trigger functions, and their last runs for a user"
    add_user_action(actions, "triggers", about, _triggers)
    inbox = add_pool_action(actions, "inbox", "what Cognito would have sent (local cloud)", _inbox)
    inbox.add_argument("user", nargs="?", default="", help="only what went to this address")


def _settings(arguments: argparse.Namespace) -> int:
    """Print the pool's settings, each with its line of code if the project has one."""
    from dataclasses import asdict

    from workbench.users.pool_settings import read_settings

    session, opened = session_and_pool(arguments)
    found = read_settings(opened.pool, session.project.root)
    if arguments.json:
        out_json([asdict(each) for each in found])
        return 0
    width = max(cells(safe_line(each.name)) for each in found)
    for each in found:
        where = f"  {each.place}" if each.place else ""
        out(f"{padded(each.name, width, right=True)}  {each.value}{where}")
    return 0


def _inbox(arguments: argparse.Namespace) -> int:
    """Print what Cognito would have sent, newest first."""
    from workbench.aws.target import LocalTarget
    from workbench.users.outbound_messages import read_inbox

    opened = opened_pool(arguments)
    target = opened.clients.target
    if not isinstance(target, LocalTarget):
        raise UserProblem(
            "On AWS, Cognito really sends its messages.", "Look into the user's own mailbox."
        )
    messages = [
        each
        for each in read_inbox(target, opened.pool.pool_id)
        if arguments.user in ("", each.recipient, each.username)
    ]
    if arguments.json:
        names = ("id", "medium", "recipient", "username", "kind", "subject", "body", "code")
        plain = [
            {"at": each.at.isoformat(timespec="seconds")}
            | {name: getattr(each, name) for name in names}
            for each in messages
        ]
        out_json(plain)
        return 0
    for each in messages:
        out(f"{each.at.astimezone():%Y-%m-%d %H:%M:%S}  {each.kind} by {each.medium}")
        out(f"  to {each.recipient}" + (f" · {each.subject}" if each.subject else ""))
        out(*(f"  {line}" for line in text_lines(each.text)))
    return 0


def _triggers(arguments: argparse.Namespace) -> int:
    """Print the pool's trigger functions with their last runs; those that name the user first."""
    from dataclasses import asdict

    from workbench.users.trigger_logs import read_triggers

    opened = opened_pool(arguments)
    user = opened.pool.get(arguments.user)
    names = (user.username, user.attributes.get("email", ""), user.attributes.get("sub", ""))
    found = read_triggers(opened.clients, opened.pool, names)
    if arguments.json:
        plain = [asdict(each) for each in found]
        out_json(plain, default=lambda at: at.isoformat(timespec="seconds"))
        return 0
    for each in found:
        out(f"{each.name}  {each.function}")
        if each.note:
            out(f"  {each.note}")
        for run in each.invocations:
            out(f"  {'*' if run.is_of_user else ' '} {run.at.astimezone():%Y-%m-%d %H:%M:%S}")
            for line in run.lines:
                out(*(f"      {part}" for part in safe_log(line).split("\n")))
    if not found:
        out("No trigger functions are attached to this pool.")
    return 0
