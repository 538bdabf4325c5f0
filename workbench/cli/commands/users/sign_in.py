"""``amplify-tui users sign-in``: a real sign-in; what it asks is typed, or read from standard input."""

from __future__ import annotations

import argparse
import sys

from workbench.cli.colours import Paint
from workbench.cli.output import ask, err, out, out_json
from workbench.cli.prompts import read_hidden
from workbench.project.models import ProjectProblem
from workbench.users.authenticator import totp_code
from workbench.users.open_pool import OpenedPool
from workbench.users.token_store import KeptSignIn, keep_sign_in, kept_sign_in
from workbench.users.user_sign_in import Asked, Challenge, Flow, answer, app_client, begin


def sign_in(opened: OpenedPool, arguments: argparse.Namespace) -> int:
    """Sign in and keep the tokens; with ``--json`` they are printed.

    From a pipe the password is the first line, and each answer one more line. The code of an
    authenticator that was set up here is computed. Raises ProjectProblem.
    """
    cognito, pool_id = opened.clients.cognito_idp, opened.pool.pool_id
    user = opened.pool.user(arguments.user).user
    client = app_client(cognito, pool_id, opened.client_id)
    flow = Flow(arguments.flow)
    before = kept_sign_in(opened.kept_file, pool_id, user.username) if opened.kept_file else None
    secret = before.totp_secret if before is not None else ""
    asks_password = flow in (Flow.SRP, Flow.PASSWORD)
    password = (
        _read(Asked("", f"Password of {user.label}", is_secret=True)) if asks_password else ""
    )
    step = begin(cognito, client, user.username, flow, password)
    while isinstance(step, Challenge):
        secret = step.totp_secret or secret
        _tell(step)
        step = answer(
            cognito, client, step, {each.name: _of(each, step, secret) for each in step.asks}
        )
    if opened.kept_file is not None:
        kept = KeptSignIn(pool_id, user.username, user.label, client.client_id, step, secret)
        keep_sign_in(opened.kept_file, kept)
    if arguments.json:
        tokens = {"access": step.access, "id": step.id, "refresh": step.refresh}
        out_json({**tokens, "expires": step.expires})
    else:
        words = (
            f"signed in as {user.label}; `amplify-tui users token {user.label}` prints the token"
        )
        out(f"{Paint.of(sys.stdout).good('✓')} {words}")
    return 0


def _tell(challenge: Challenge) -> None:
    if challenge.about:
        err(challenge.about)


def _of(asked: Asked, challenge: Challenge, secret: str) -> str:
    if challenge.name in ("SOFTWARE_TOKEN_MFA", "MFA_SETUP") and secret and not sys.stdin.isatty():
        return totp_code(secret)
    return _read(asked)


def _read(asked: Asked) -> str:
    label = f"{asked.label} ({' or '.join(asked.choices)})" if asked.choices else asked.label
    if sys.stdin.isatty():
        return read_hidden(label) if asked.is_secret else ask(f"{label}: ")
    line = sys.stdin.readline()
    if not line:
        raise ProjectProblem(f"{label} is asked for.", "Give it as a line of standard input.")
    return line.rstrip("\n")
