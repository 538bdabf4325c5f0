"""``amplify-tui users sign-up``: signs up as a new user, as an application does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.commands.users.pool import (
    add_pool_action,
    attributes_of,
    opened_pool,
    report,
)
from workbench.cli.commands.users.sign_in import read_answer, save
from workbench.cli.output import err

if TYPE_CHECKING:
    import argparse

    from workbench.cli.parser import Actions


def register(actions: Actions) -> None:
    """Add the sub-command."""
    about = "sign up as a new user, with the code, as an application does"
    sign_up = add_pool_action(actions, "sign-up", about, _sign_up)
    sign_up.add_argument("user", help="an address, a number (+…) or a username")
    sign_up.add_argument("--attribute", action="append", default=[], metavar="NAME=VALUE")
    sign_up.add_argument(
        "--no-password", action="store_true", help="in a pool whose users may begin with a code"
    )


def _sign_up(arguments: argparse.Namespace) -> int:
    """Sign up, confirm with the code, and sign in where the pool lets the user go on.

    From a pipe the password is the first line, and the code the next one; the local cloud's code
    need not be given. Raises UserProblem.
    """
    from workbench.users.known_codes import last_code
    from workbench.users.user_sign_in import Asked, UserTokens, app_client, go_on
    from workbench.users.user_sign_up import confirm_sign_up, sign_up

    opened = opened_pool(arguments)
    cognito, pool = opened.clients.cognito_idp, opened.pool
    client = app_client(cognito, pool.pool_id, opened.client_id)
    name, password = arguments.user, ""
    if not arguments.no_password:
        password = read_answer(Asked("", f"Password of {name}", is_secret=True))
    attributes = attributes_of(arguments.attribute)
    if "@" in name:
        attributes.setdefault("email", name)
    elif name.startswith("+"):
        attributes.setdefault("phone_number", name)
    new = sign_up(pool, client, name, attributes, password)
    session = ""
    if not new.is_confirmed:
        err(f"A code was sent to {new.destination}.")
        code = last_code(opened, name, "code") or last_code(
            opened, attributes.get("email") or attributes.get("phone_number", ""), "code"
        )
        code = code or read_answer(Asked("", "Code"))
        session = confirm_sign_up(pool, client, new, code)
    report(f"signed up {name}")
    if session:
        step = go_on(cognito, client, name, session)
        if isinstance(step, UserTokens):
            save(opened, client, pool.get(name), step)
            report(f"signed in as {name}")
    return 0
