"""``amplify-tui users group``: the pool's groups and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.commands.users.pool import (
    add_pool_action,
    opened_pool,
    report,
    report_user,
    user_document,
)
from workbench.cli.flags import add_yes
from workbench.cli.output import out, out_json
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui

if TYPE_CHECKING:
    import argparse

    from workbench.cli.parser import Actions
    from workbench.users.user_pools import UserPool


def register(actions: Actions) -> None:
    """Add the sub-command."""
    about = "list, create and delete groups, add users, remove users"
    group = add_pool_action(actions, "group", about, _run)
    group.add_argument("verb", choices=tuple(_VERBS))
    group.add_argument("name", nargs="?", default="", metavar="GROUP")
    group.add_argument("user", nargs="?", default="")
    group.add_argument("--description", default="", help="of a new group, or its new one")
    group.add_argument("--role", default="", help="the ARN of its members' role")
    group.add_argument("--precedence", type=int, help="of a new group; the lowest wins")
    add_yes(group, "delete without asking")


def _run(arguments: argparse.Namespace) -> int:
    pool = opened_pool(arguments).pool
    if arguments.verb != "list" and not arguments.name:
        raise UserProblem("The group needs a name.", f"users group {arguments.verb} GROUP")
    if arguments.verb in ("add", "remove") and not arguments.user:
        raise UserProblem(
            "A group and a user are needed.", f"users group {arguments.verb} GROUP USER"
        )
    return _VERBS[arguments.verb](pool, arguments)


def _list(pool: UserPool, arguments: argparse.Namespace) -> int:
    from workbench.users.groups import list_groups

    groups = list_groups(pool)
    if arguments.json:
        documents = [
            {
                "name": each.name,
                "description": each.description,
                "precedence": each.precedence,
                "role": each.role_arn,
            }
            for each in groups
        ]
        out_json(documents)
    else:
        out(*(each.name for each in groups))
    return 0


def _list_members(pool: UserPool, arguments: argparse.Namespace) -> int:
    from workbench.users.groups import list_members

    members = list(list_members(pool, arguments.name))
    if arguments.json:
        out_json([user_document(each) for each in members])
    else:
        out(*(member.label for member in members))
    return 0


def _create(pool: UserPool, arguments: argparse.Namespace) -> int:
    from workbench.users.groups import Group, create_group

    group = Group(arguments.name, arguments.description, arguments.precedence, arguments.role)
    create_group(pool, group)
    return _report_group(arguments, "created")


def _edit(pool: UserPool, arguments: argparse.Namespace) -> int:
    """Change what is given, leave the rest."""
    from workbench.users.groups import Group, change_group, list_groups

    found = next((each for each in list_groups(pool) if each.name == arguments.name), None)
    if found is None:
        raise UserProblem(
            f"There is no group {arguments.name}.",
            f"`{amplify_tui('users', 'group', 'list')}` shows all.",
        )
    precedence = found.precedence if arguments.precedence is None else arguments.precedence
    description = arguments.description or found.description
    role = arguments.role or found.role_arn
    change_group(pool, Group(found.name, description, precedence, role))
    return _report_group(arguments, "changed")


def _delete(pool: UserPool, arguments: argparse.Namespace) -> int:
    from workbench.users.groups import delete_group

    if not arguments.yes:
        raise UserProblem("Deleting a group cannot be undone.", "Add --yes to confirm.")
    delete_group(pool, arguments.name)
    return _report_group(arguments, "deleted")


def _add(pool: UserPool, arguments: argparse.Namespace) -> int:
    from workbench.users.groups import add_to_group

    user, group = arguments.user, arguments.name
    add_to_group(pool, user, group)
    return report_user(pool, user, arguments, f"{user} added to {group}")


def _remove(pool: UserPool, arguments: argparse.Namespace) -> int:
    from workbench.users.groups import remove_from_group

    user, group = arguments.user, arguments.name
    remove_from_group(pool, user, group)
    return report_user(pool, user, arguments, f"{user} removed from {group}")


def _report_group(arguments: argparse.Namespace, what: str) -> int:
    if arguments.json:
        out_json({"group": arguments.name, "done": arguments.verb})
    else:
        report(f"{what} the group {arguments.name}")
    return 0


_VERBS = {
    "list": _list,
    "create": _create,
    "edit": _edit,
    "delete": _delete,
    "members": _list_members,
    "add": _add,
    "remove": _remove,
}
