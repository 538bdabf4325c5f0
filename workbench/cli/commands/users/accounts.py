"""``amplify-tui users list``, ``show``, ``create`` …: what is done with single users."""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING, Final

from workbench.cli.colours import Paint
from workbench.cli.commands.users.pool import (
    add_pool_action,
    add_user_action,
    attributes_of,
    details_document,
    opened_pool,
    report,
    report_user,
    time_text,
    user_document,
)
from workbench.cli.flags import add_yes
from workbench.cli.output import err, out, out_data, out_json
from workbench.cli.prompts import confirm, read_password
from workbench.model.user_problem import UserProblem
from workbench.terminal_text import cells, padded, safe_line
from workbench.wording import plural

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from workbench.cli.parser import Actions, Run
    from workbench.users.user_pools import UserPool

_MFA: Final = ("totp", "sms", "email", "off")
"""As workbench.users.user_pools has them; importing it here would cost every command botocore."""


_CALLS: Final[tuple[tuple[str, str, str, Callable[[UserPool, str], None]], ...]] = (
    (
        "enable",
        "let a user sign in again",
        "enabled",
        lambda pool, user: pool.enable(user),
    ),
    (
        "disable",
        "keep a user from signing in",
        "disabled",
        lambda pool, user: pool.disable(user),
    ),
    (
        "confirm",
        "confirm a user who signed up, without the code",
        "confirmed",
        lambda pool, user: pool.confirm(user),
    ),
    (
        "sign-out",
        "end all sessions of a user",
        "signed out",
        lambda pool, user: pool.sign_out(user),
    ),
    (
        "reset",
        "send a user a code to choose a new password with",
        "sent a code to",
        lambda pool, user: pool.reset_password(user),
    ),
    (
        "resend",
        "send a user's invitation again, with a new temporary password",
        "sent a new invitation to",
        lambda pool, user: pool.resend_invitation(user),
    ),
)
"""What is one call about the user: the name, what it is for, what is said when it is done."""


def register(actions: Actions) -> None:
    """Add the sub-commands."""
    listed = add_pool_action(actions, "list", "the users, or those that a search finds", _list)
    listed.add_argument(
        "search",
        nargs="?",
        default="",
        help="a text anywhere (on AWS: an e-mail's beginning), NAME=VALUE, NAME^BEGINNING, or "
        "~ANYWHERE, for which all users are read",
    )
    listed.add_argument(
        "--limit", type=int, default=1_000, help="at most this many (default: 1000)"
    )
    add_user_action(actions, "show", "everything about one user", _show)
    _register_create(actions)
    about = "set a user's password, typed without echo or from stdin"
    password = add_user_action(actions, "password", about, _set_password)
    password.add_argument(
        "--temporary", action="store_true", help="to be changed at the next sign-in"
    )
    password.add_argument("--generate", action="store_true", help="generate one and print it")
    add_yes(add_user_action(actions, "delete", "delete a user for good", _delete))
    for name, about, what, act in _CALLS:
        add_user_action(actions, name, about, _calling(act, what))
    verify = add_user_action(
        actions, "verify", "mark a user's address or number as verified", _verify
    )
    verify.add_argument("what", choices=("email", "phone"))
    mfa = add_user_action(actions, "mfa", "choose a user's second factor", _set_mfa)
    mfa.add_argument("factor", choices=_MFA)


def _register_create(actions: Actions) -> None:
    create = add_pool_action(actions, "create", "create a user", _create)
    create.add_argument("user", help="an address, a number (+…) or a username")
    create.add_argument("--attribute", action="append", default=[], metavar="NAME=VALUE")
    create.add_argument("--group", action="append", default=[], help="add the user to this group")
    create.add_argument(
        "--password", action="store_true", help="a permanent one, typed without echo or from stdin"
    )
    create.add_argument(
        "--no-invite", dest="invite", action="store_false", help="send no invitation"
    )


def _list(arguments: argparse.Namespace) -> int:
    from workbench.users.export import found_users
    from workbench.users.search import parse_search

    pool = opened_pool(arguments).pool
    search = parse_search(arguments.search, everywhere=pool.is_local)
    users = list(islice(found_users(pool, search), arguments.limit))
    if arguments.json:
        out_json([user_document(each) for each in users])
        return 0
    paint = Paint.of(sys.stdout)
    width = max((cells(safe_line(each.label)) for each in users), default=0)
    for each in users:
        mark = paint.good("✓") if each.enabled else paint.bad("✗")
        out(f"{mark} {padded(each.label, width)}  {each.status:<22} {paint.faint(each.username)}")
    more = " (more: raise --limit)" if len(users) == arguments.limit else ""
    how = f" · {search.where}" if search.where else ""
    err(paint.faint(f"{plural(len(users), 'user')}{more}{how}"))
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from workbench.users.identity_role import read_identity_role
    from workbench.users.local_notes import LocalNotes, read_local_notes

    opened = opened_pool(arguments)
    details = opened.pool.user(arguments.user)
    user = details.user
    role = read_identity_role(opened, user)
    notes = read_local_notes(opened, user.username) or LocalNotes()
    if arguments.json:
        shown = None if role is None else {"arn": role.arn, "by": role.by}
        out_json(
            {**details_document(details), "identityRole": shown, "waiting": dict(notes.waiting)}
        )
        return 0
    rows = {
        "username": user.username,
        "status": user.status + ("" if user.enabled else ", disabled"),
        "created": time_text(user.created),
        "modified": time_text(user.modified),
        "groups": details.no_groups or ", ".join(details.groups) or "none",
        "mfa": ", ".join(details.mfa) or "none",
        **({} if role is None else {"identity role": role.text}),
        **user.attributes,
        **{f"new {name}": f"{value}, waits for its code" for name, value in notes.waiting.items()},
        **({"passkeys": str(len(notes.passkeys))} if notes.passkeys else {}),
    }
    paint = Paint.of(sys.stdout)
    for name, value in rows.items():
        out(f"{paint.faint(padded(name, 22, right=True))}  {value}")
    return 0


def _create(arguments: argparse.Namespace) -> int:
    from workbench.users.create_user import NewUser, make_user, wrong_with

    pool = opened_pool(arguments).pool
    new = NewUser(
        arguments.user,
        attributes_of(arguments.attribute),
        read_password(arguments.user) if arguments.password else "",
        is_invited=arguments.invite,
        groups=tuple(arguments.group),
    )
    if wrong := wrong_with(new, pool.describe().rules):
        raise UserProblem("The user was not created.", wrong.why)
    user = make_user(pool, new)
    return report_user(pool, user.username, arguments, f"created {user.label}")


def _set_password(arguments: argparse.Namespace) -> int:
    from workbench.users.pool_rules import generate_password

    pool = opened_pool(arguments).pool
    name, permanent = arguments.user, not arguments.temporary
    if arguments.generate:
        password = generate_password()
        pool.set_password(name, password, permanent=permanent)
        # The one thing that the command is asked for; standard output alone, for a pipe.
        out_data(password)
        return 0
    pool.set_password(name, read_password(name), permanent=permanent)
    return report_user(pool, name, arguments, f"set the password of {name}")


def _delete(arguments: argparse.Namespace) -> int:
    pool = opened_pool(arguments).pool
    if not arguments.yes and not confirm(
        f"Delete {arguments.user} for good?", unasked="Deleting a user cannot be undone."
    ):
        return 1
    pool.delete(arguments.user)
    report(f"deleted {arguments.user}")
    return 0


def _calling(act: Callable[[UserPool, str], None], what: str) -> Run:
    def run(arguments: argparse.Namespace) -> int:
        pool = opened_pool(arguments).pool
        act(pool, arguments.user)
        return report_user(pool, arguments.user, arguments, f"{what} {arguments.user}")

    return run


def _verify(arguments: argparse.Namespace) -> int:
    pool = opened_pool(arguments).pool
    name = "email_verified" if arguments.what == "email" else "phone_number_verified"
    pool.change(arguments.user, {name: "true"})
    what = f"verified the {arguments.what} of {arguments.user}"
    return report_user(pool, arguments.user, arguments, what)


def _set_mfa(arguments: argparse.Namespace) -> int:
    pool = opened_pool(arguments).pool
    pool.set_mfa(arguments.user, arguments.factor)
    what = f"second factor of {arguments.user}: {arguments.factor}"
    return report_user(pool, arguments.user, arguments, what)
