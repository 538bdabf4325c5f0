"""``amplify-tui users token``, ``inbox`` and ``settings``: what is printed and changes nothing."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.target import LocalTarget
from workbench.cli.output import out, out_data, out_json, text_lines
from workbench.outputs_file import OUTPUTS_NAME, from_outputs
from workbench.playground.authorizing import NotAuthorizedError
from workbench.playground.caller_credentials import CallerCredentials
from workbench.project.models import ProjectProblem
from workbench.terminal_text import cells, padded, safe_line, safe_log
from workbench.users.open_pool import OpenedPool
from workbench.users.outbound_messages import read_inbox
from workbench.users.pool_settings import read_settings
from workbench.users.trigger_logs import read_triggers

if TYPE_CHECKING:
    from workbench.startup import Session


def print_token(session: Session, opened: OpenedPool, arguments: argparse.Namespace) -> int:
    """Print a user's token, signed by the pool's key; raises ProjectProblem where there is none."""
    endpoint = from_outputs(session.project.root / OUTPUTS_NAME)
    if opened.pool.pool_id != endpoint.user_pool_id:
        raise ProjectProblem(
            "Tokens are for this backend's own client.", "Leave --pool away, or deploy that pool."
        )
    try:
        tokens = CallerCredentials(opened.clients, endpoint, opened.kept_file).user_tokens(
            arguments.user
        )
    except NotAuthorizedError as problem:
        raise ProjectProblem(str(problem), "Look at the user with `users show`.") from None
    if arguments.json:
        out_json({"id": tokens.id, "access": tokens.access, "expires": tokens.expires})
    else:
        out_data(tokens.access if arguments.access else tokens.id)
    return 0


def print_settings(session: Session, opened: OpenedPool, arguments: argparse.Namespace) -> int:
    """Print the pool's settings, each with its line of code where the project has one."""
    try:
        found = read_settings(opened.clients.cognito_idp, opened.pool.pool_id, session.project.root)
    except (ClientError, BotoCoreError) as error:
        raise ProjectProblem(
            f"The pool cannot be read: {error}", "Deploy the backend, or look at the credentials."
        ) from None
    if arguments.json:
        out_json([asdict(each) for each in found])
        return 0
    width = max(cells(safe_line(each.name)) for each in found)
    for each in found:
        out(
            f"{padded(each.name, width, right=True)}  {each.value}"
            + (f"  {each.place}" if each.place else "")
        )
    return 0


def print_inbox(opened: OpenedPool, arguments: argparse.Namespace) -> int:
    """Print what Cognito would have sent, newest first."""
    target = opened.clients.target
    if not isinstance(target, LocalTarget):
        raise ProjectProblem("On AWS Cognito really sends.", "Look into the user's own mail box.")
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


def print_triggers(opened: OpenedPool, arguments: argparse.Namespace) -> int:
    """Print the pool's trigger functions with their last runs; those that name the user first."""
    user = opened.pool.user(arguments.user).user
    names = (user.username, user.attributes.get("email", ""), user.attributes.get("sub", ""))
    try:
        found = read_triggers(opened.clients, opened.pool, names)
    except (ClientError, BotoCoreError) as error:
        raise ProjectProblem(
            f"The logs cannot be read: {error}", "Look at the credentials, then try again."
        ) from None
    if arguments.json:
        plain = [asdict(each) for each in found]
        out_json(plain, default=lambda at: at.isoformat(timespec="seconds"))
        return 0
    for each in found:
        out(f"{each.name}  {each.function}")
        for run in each.invocations:
            out(f"  {'*' if run.is_of_user else ' '} {run.at.astimezone():%Y-%m-%d %H:%M:%S}")
            for line in run.lines:
                out(*(f"      {part}" for part in safe_log(line).split("\n")))
    if not found:
        out("No trigger functions are attached to this pool.")
    return 0
