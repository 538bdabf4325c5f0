"""``amplify-tui users``: the user pool's users and groups, for scripts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from workbench.cli.colours import Paint
from workbench.cli.commands.users.pool_reports import (
    print_inbox,
    print_settings,
    print_token,
    print_triggers,
)
from workbench.cli.commands.users.sign_in import sign_in
from workbench.cli.commands.users.transfer import export_users, import_users, seed_pool
from workbench.cli.output import ask, err, out, out_data, out_json
from workbench.cli.prompts import read_password
from workbench.model.events import unheard
from workbench.project.models import ProjectProblem
from workbench.startup import Session, connect
from workbench.terminal_text import cells, padded, safe_line
from workbench.users.create_user import NewUser, make_user, wrong_with
from workbench.users.export import found_users
from workbench.users.groups import (
    Group,
    add_to_group,
    change_group,
    create_group,
    delete_group,
    list_groups,
    list_members,
    remove_from_group,
)
from workbench.users.open_pool import open_pool
from workbench.users.pool_rules import generate_password
from workbench.users.search import parse_search
from workbench.users.user_pools import User, UserDetails, UserPool
from workbench.wording import plural

_MOST = 1_000


def manage_users(session: Session, arguments: argparse.Namespace) -> int:
    """Do what the sub-command says; raises ProjectProblem where Cognito refuses it."""
    session = connect(session, unheard)
    opened = open_pool(session, arguments.pool)
    if arguments.action == "token":
        return print_token(session, opened, arguments)
    if arguments.action == "settings":
        return print_settings(session, opened, arguments)
    if arguments.action == "triggers":
        return print_triggers(opened, arguments)
    if arguments.action == "seed":
        return seed_pool(opened, arguments)
    if arguments.action == "sign-in":
        return sign_in(opened, arguments)
    if arguments.action == "inbox":
        return print_inbox(opened, arguments)
    return _ACTIONS[arguments.action](opened.pool, arguments)


def _list(pool: UserPool, arguments: argparse.Namespace) -> int:
    users = list(islice(found_users(pool, parse_search(arguments.search)), arguments.limit))
    if arguments.json:
        out_json([_plain(each) for each in users])
        return 0
    paint = Paint.of(sys.stdout)
    width = max((cells(safe_line(each.label)) for each in users), default=0)
    for each in users:
        mark = paint.good("✓") if each.enabled else paint.bad("✗")
        out(f"{mark} {padded(each.label, width)}  {each.status:<22} {paint.faint(each.username)}")
    more = " (more: raise --limit)" if len(users) == arguments.limit else ""
    err(paint.faint(f"{plural(len(users), 'user')}{more}"))
    return 0


def _show(pool: UserPool, arguments: argparse.Namespace) -> int:
    details = pool.user(arguments.user)
    if arguments.json:
        out_json(_plain_details(details))
        return 0
    user = details.user
    rows = {
        "username": user.username,
        "status": user.status + ("" if user.enabled else ", disabled"),
        "created": _time(user.created),
        "modified": _time(user.modified),
        "groups": ", ".join(details.groups) or "none",
        "mfa": ", ".join(details.mfa) or "none",
        **user.attributes,
    }
    paint = Paint.of(sys.stdout)
    for name, value in rows.items():
        out(f"{paint.faint(padded(name, 22, right=True))}  {value}")
    return 0


def _create(pool: UserPool, arguments: argparse.Namespace) -> int:
    new = NewUser(
        arguments.user,
        dict(_attribute(each) for each in arguments.attribute),
        read_password(arguments.user) if arguments.password else "",
        is_invited=arguments.invite,
        groups=tuple(arguments.group),
    )
    if wrong := wrong_with(new, pool.describe().rules):
        raise ProjectProblem("No user is made.", wrong.why)
    user = make_user(pool, new)
    return _said(pool, user.username, arguments, f"created {user.label}")


def _set_password(pool: UserPool, arguments: argparse.Namespace) -> int:
    if arguments.generate:
        password = generate_password()
        pool.set_password(arguments.user, password, permanent=not arguments.temporary)
        # The one thing that the command is asked for; standard output alone, for a pipe.
        out_data(password)
        return 0
    pool.set_password(
        arguments.user, read_password(arguments.user), permanent=not arguments.temporary
    )
    return _said(pool, arguments.user, arguments, f"set the password of {arguments.user}")


def _delete(pool: UserPool, arguments: argparse.Namespace) -> int:
    if not arguments.yes:
        if not sys.stdin.isatty():
            raise ProjectProblem("Deleting a user cannot be undone.", "Add --yes to do it.")
        if ask(f"Delete {arguments.user} for good? [y/N] ").lower() != "y":
            out("Nothing was deleted.")
            return 1
    pool.delete(arguments.user)
    _done(f"deleted {arguments.user}")
    return 0


def _simple(call: str, words: str) -> Callable[[UserPool, argparse.Namespace], int]:
    def act(pool: UserPool, arguments: argparse.Namespace) -> int:
        getattr(pool, call)(arguments.user)
        return _said(pool, arguments.user, arguments, f"{words} {arguments.user}")

    return act


def _group(pool: UserPool, arguments: argparse.Namespace) -> int:
    if arguments.verb == "list":
        groups = list_groups(pool)
        if arguments.json:
            plain = [
                {
                    "name": each.name,
                    "description": each.description,
                    "precedence": each.precedence,
                    "role": each.role_arn,
                }
                for each in groups
            ]
            out_json(plain)
        for each in () if arguments.json else groups:
            out(each.name)
        return 0
    if arguments.verb == "members":
        members = list(list_members(pool, _group_name(arguments)))
        if arguments.json:
            out_json([_plain(each) for each in members])
        for member in () if arguments.json else members:
            out(member.label)
        return 0
    if arguments.verb in ("create", "edit", "delete"):
        return _change_groups(pool, arguments)
    if not arguments.user or not arguments.name:
        raise ProjectProblem("A group and a user are needed.", "users group add GROUP USER")
    if arguments.verb == "add":
        add_to_group(pool, arguments.user, arguments.name)
    else:
        remove_from_group(pool, arguments.user, arguments.name)
    verb = "added to" if arguments.verb == "add" else "removed from"
    return _said(pool, arguments.user, arguments, f"{arguments.user} {verb} {arguments.name}")


def _change_groups(pool: UserPool, arguments: argparse.Namespace) -> int:
    name = _group_name(arguments)
    if arguments.verb == "create":
        group = Group(name, arguments.description, arguments.precedence, arguments.role)
        create_group(pool, group)
    elif arguments.verb == "edit":
        _edit_group(pool, arguments)
    elif not arguments.yes:
        raise ProjectProblem("Deleting a group cannot be undone.", "Add --yes to do it.")
    else:
        delete_group(pool, name)
    if arguments.json:
        out_json({"group": name, "done": arguments.verb})
    else:
        words = "changed" if arguments.verb == "edit" else f"{arguments.verb}d"
        _done(f"{words} the group {name}")
    return 0


def _edit_group(pool: UserPool, arguments: argparse.Namespace) -> None:
    """Change what is given, leave the rest."""
    found = next((each for each in list_groups(pool) if each.name == arguments.name), None)
    if found is None:
        raise ProjectProblem(
            f"There is no group {arguments.name}.", "Look at them with `users group list`."
        )
    precedence = found.precedence if arguments.precedence is None else arguments.precedence
    description = arguments.description or found.description
    role = arguments.role or found.role_arn
    change_group(pool, Group(found.name, description, precedence, role))


def _group_name(arguments: argparse.Namespace) -> str:
    if not arguments.name:
        raise ProjectProblem("The group needs a name.", f"users group {arguments.verb} GROUP")
    return str(arguments.name)


def _verify(pool: UserPool, arguments: argparse.Namespace) -> int:
    name = "email_verified" if arguments.what == "email" else "phone_number_verified"
    pool.change(arguments.user, {name: "true"})
    return _said(
        pool, arguments.user, arguments, f"verified the {arguments.what} of {arguments.user}"
    )


def _mfa(pool: UserPool, arguments: argparse.Namespace) -> int:
    pool.set_mfa(arguments.user, arguments.factor)
    words = f"second factor of {arguments.user}: {arguments.factor}"
    return _said(pool, arguments.user, arguments, words)


def _said(pool: UserPool, name: str, arguments: argparse.Namespace, words: str) -> int:
    """What the user is now, as JSON, or a line of what was done."""
    if arguments.json:
        out_json(_plain_details(pool.user(name)))
    else:
        _done(words)
    return 0


def _done(words: str) -> None:
    out(f"{Paint.of(sys.stdout).good('✓')} {words}")


def _attribute(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise ProjectProblem(f"{text!r} is no attribute.", "Write NAME=VALUE.")
    return name, value


def _plain(user: User) -> dict[str, Any]:
    return {
        "username": user.username,
        "status": user.status,
        "enabled": user.enabled,
        "attributes": dict(user.attributes),
        "created": _time(user.created),
        "modified": _time(user.modified),
    }


def _plain_details(details: UserDetails) -> dict[str, Any]:
    return {**_plain(details.user), "groups": list(details.groups), "mfa": list(details.mfa)}


def _time(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at is not None else ""


_ACTIONS: Mapping[str, Callable[[UserPool, argparse.Namespace], int]] = {
    "list": _list,
    "show": _show,
    "create": _create,
    "delete": _delete,
    "enable": _simple("enable", "enabled"),
    "disable": _simple("disable", "disabled"),
    "confirm": _simple("confirm", "confirmed"),
    "sign-out": _simple("sign_out", "signed out"),
    "reset": _simple("reset_password", "sent a code to"),
    "resend": _simple("resend_invitation", "invited again"),
    "verify": _verify,
    "mfa": _mfa,
    "password": _set_password,
    "group": _group,
    "import": import_users,
    "export": export_users,
}
