"""``amplify-tui users sign-in`` and ``token``: signs in as a user, and prints a user's token."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.cli.commands.users.pool import (
    add_user_action,
    issued_tokens,
    opened_pool,
    report,
)
from workbench.cli.output import ask, err, out_data, out_json
from workbench.cli.prompts import read_hidden
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui

if TYPE_CHECKING:
    import argparse

    from workbench.cli.parser import Actions
    from workbench.users.open_pool import OpenedPool
    from workbench.users.user_pools import User
    from workbench.users.user_sign_in import AppClient, Asked, Challenge, UserTokens


def register(actions: Actions) -> None:
    """Add the sub-commands."""
    about = "sign in as a user; the tokens are saved for the playground"
    signs_in = add_user_action(actions, "sign-in", about, _sign_in)
    signs_in.add_argument(
        "--flow", choices=("srp", "password", "code", "custom", "choice"), default="srp",
        help="default: srp; choice: by what the pool lets this user begin with",
    )  # fmt: skip
    token = add_user_action(actions, "token", "a user's ID token, for curl and scripts", _token)
    token.add_argument("--access", action="store_true", help="the access token instead")


def _sign_in(arguments: argparse.Namespace) -> int:
    """Sign in and keep the tokens; with ``--json`` they are printed.

    From a pipe the password is the first line, and each answer one more line. The code of an
    authenticator that was set up here is computed. Raises UserProblem.
    """
    from workbench.users.token_store import saved_sign_in
    from workbench.users.user_sign_in import Asked, Challenge, Flow, answer, app_client, begin

    opened = opened_pool(arguments)
    cognito, pool_id = opened.clients.cognito_idp, opened.pool.pool_id
    user = opened.pool.get(arguments.user)
    client = app_client(cognito, pool_id, opened.client_id)
    flow = Flow(arguments.flow)
    before = (
        saved_sign_in(opened.sign_ins_file, pool_id, user.username)
        if opened.sign_ins_file
        else None
    )
    secret = before.totp_secret if before is not None else ""
    password = ""
    if flow in (Flow.SRP, Flow.PASSWORD):
        password = read_answer(Asked("", f"Password of {user.label}", is_secret=True))
    step = begin(cognito, client, user.username, flow, password)
    while isinstance(step, Challenge):
        secret = step.totp_secret or secret
        if step.about:
            err(step.about)
        answers = {each.name: _answer(each, step, opened, secret) for each in step.asks}
        step = answer(cognito, client, step, answers)
    save(opened, client, user, step, secret)
    if arguments.json:
        tokens = {"access": step.access, "id": step.id, "refresh": step.refresh}
        out_json({**tokens, "expires": step.expires})
    else:
        token = f"`{amplify_tui('users', 'token', user.label)}`"
        report(f"signed in as {user.label}; {token} prints the token")
    return 0


def save(
    opened: OpenedPool, client: AppClient, user: User, tokens: UserTokens, totp_secret: str = ""
) -> None:
    """Save a sign-in for the playground and the next commands."""
    from workbench.users.token_store import SavedSignIn, save_sign_in

    if opened.sign_ins_file is not None:
        of = (opened.pool.pool_id, user.username, user.label, client.client_id)
        save_sign_in(opened.sign_ins_file, SavedSignIn(*of, tokens, totp_secret))


def _answer(asked: Asked, challenge: Challenge, opened: OpenedPool, secret: str) -> str:
    from workbench.users.known_codes import known_code

    known = "" if asked.is_secret else known_code(opened, challenge, secret)
    if known and not sys.stdin.isatty():
        return known
    if known:
        asked = replace(asked, label=f"{asked.label} [{known}]")
    return read_answer(asked) or known


def read_answer(asked: Asked) -> str:
    """What is typed, or the next line of standard input; raises UserProblem for none."""
    label = f"{asked.label} ({' or '.join(asked.choices)})" if asked.choices else asked.label
    if sys.stdin.isatty():
        return read_hidden(label) if asked.is_secret else ask(f"{label}: ")
    line = sys.stdin.readline()
    if not line:
        raise UserProblem(f"{label} is asked for.", "Give it as a line of standard input.")
    return line.rstrip("\n")


def _token(arguments: argparse.Namespace) -> int:
    """Print a user's token, signed by the pool's key; raises UserProblem."""
    opened = opened_pool(arguments)
    tokens = issued_tokens(opened, arguments.user)
    if arguments.json:
        out_json({"id": tokens.id, "access": tokens.access, "expires": tokens.expires})
    else:
        out_data(tokens.access if arguments.access else tokens.id)
    return 0
