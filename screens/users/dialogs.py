"""Dialogs of the users pane: edit attributes, set a password, choose an action, delete."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from screens.dialogs.ask import Ask
from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.form_screen import FieldProblem, Filled, FormField, FormScreen
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.users.actions import (
    OF_ONE_USER,
    RARER,
    UserAction,
    add_to,
    remove_from,
    set_mfa,
)
from screens.users.new_user_form import read_attributes, wrong_attributes
from screens.users.own_things import choose_device_action, choose_passkey_action
from screens.widgets.row_list import Row
from screens.widgets.text_styles import FAIL, MUTED, OK, STRONG, TEXT
from workbench.model.user_problem import UserProblem
from workbench.users.groups import Group, create_group, list_groups
from workbench.users.open_pool import OpenedPool, PoolName
from workbench.users.pool_rules import PoolRules, generate_password
from workbench.users.pool_schema import Schema, check_attributes
from workbench.users.user_pools import User, UserPool
from workbench.wording import plural

_MFA = {
    "totp": "An authenticator app (TOTP)",
    "sms": "A code by SMS",
    "email": "A code by e-mail",
    "off": "None",
}
_KINDS = (
    ("permanent", "permanent: the user can sign in with it at once"),
    ("temporary", "temporary: the user must change it at the first sign-in"),
)
_NEVER_EDITED = ("sub", "identities")


def attributes_form(pool: UserPool, schema: Schema, user: User) -> FormScreen[User]:
    """A form that changes attributes; gives the user as they are then."""
    own = {
        name: value for name, value in sorted(user.attributes.items()) if name not in _NEVER_EDITED
    }
    fields = [FormField(name, name, value) for name, value in own.items()]
    fields.append(FormField("+", "More attributes", "", "given_name=Ann, custom:team=blue"))

    def changed(filled: Filled) -> dict[str, str]:
        others = {name: filled[name] for name, value in own.items() if filled[name] != value}
        return {**others, **read_attributes(filled["+"])}

    def check(filled: Filled) -> str | FieldProblem:
        if problem := wrong_attributes(filled["+"]):
            return FieldProblem(problem, "+")
        for name, value in changed(filled).items():
            if problems := check_attributes(schema, {name: value}, is_new=False):
                return FieldProblem(" ".join(problems), name if name in own else "+")
        return ""

    async def change(filled: Filled) -> User:
        wanted = changed(filled)
        if not wanted:
            return user
        await asyncio.to_thread(pool.change, user.username, wanted)
        changed_user = await asyncio.to_thread(pool.get_if_allowed, user.username)
        return changed_user or replace(user, attributes={**user.attributes, **wanted})

    def refused_at(problem: UserProblem, filled: Filled) -> str:
        # Cognito names the attribute in its message.
        wanted = (name for name in changed(filled) if name in own)
        return next((name for name in wanted if name in str(problem)), "")

    return FormScreen(
        f"Attributes of {user.label}",
        fields,
        check,
        label="Save",
        submit=change,
        refused_at=refused_at,
    )


def password_form(pool: UserPool, rules: PoolRules, user: User) -> FormScreen[str]:
    """A form that sets a password; gives the generated one, "" where one was typed."""
    fields = (
        FormField("password", "Password", "", "empty: generated and copied", kind="secret"),
        FormField("kind", "Kind", "permanent", kind="options", options=_KINDS),
    )

    def check(filled: Filled) -> FieldProblem:
        typed = filled["password"]
        return FieldProblem(rules.wrong_password(typed) if typed else "", "password")

    async def set_password(filled: Filled) -> str:
        generated = "" if filled["password"] else generate_password(max(16, rules.shortest))
        password = filled["password"] or generated
        permanent = filled["kind"] == "permanent"
        await asyncio.to_thread(
            lambda: pool.set_password(user.username, password, permanent=permanent)
        )
        return generated

    return FormScreen(
        f"Password of {user.label}",
        fields,
        check,
        label="Set password",
        submit=set_password,
        refused_at="password",
    )


async def choose_group_action(ask: Ask, pool: UserPool, users: Sequence[User]) -> UserAction | None:
    """Choose a group to add the users to, or to remove them from; a new one is created."""
    groups = await asyncio.to_thread(list_groups, pool)
    own, _ = await asyncio.to_thread(pool.groups_of, users[0].username)
    group = await ask(group_picker(whom(users), groups, own))
    if group is None:
        return None
    if group.startswith("="):
        group = group[1:]
        await asyncio.to_thread(create_group, pool, Group(group))
    return remove_from(group) if group in own else add_to(group)


async def choose_rarer_action(
    ask: Ask, opened: OpenedPool, users: Sequence[User]
) -> UserAction | None:
    """Choose one of the rarer actions, and what it is about where that is asked."""
    offered = {
        name: text
        for name, (text, _) in RARER.items()
        if len(users) == 1 or name not in OF_ONE_USER
    }
    chosen = await ask(_picker(f"Actions for {whom(users)}", offered))
    if chosen is None:
        return None
    match chosen:
        case "devices":
            return await choose_device_action(ask, opened, users[0])
        case "passkeys":
            return await choose_passkey_action(ask, opened, users[0])
        case "mfa":
            kind = await ask(_picker(f"Second factor of {whom(users)}", _MFA))
            return None if kind is None else set_mfa(kind)
    return RARER[chosen][1]


async def confirm_delete(ask: Ask, users: Sequence[User], other_pool: str) -> bool:
    """Ask before users are deleted; in another pool than the sandbox's a word must be typed."""
    if other_pool:
        return await ask(typed_delete_form(users, other_pool)) is not None
    return await ask(delete_question(users)) is True


def group_picker(whom: str, groups: Sequence[Group], member_of: Sequence[str]) -> PickerScreen:
    """Choose a group to add to, or to remove from; ``=NAME`` is a new one."""
    rows = [
        Row(
            (
                ("● " if each.name in member_of else "  ", OK),
                (each.name, STRONG),
                ("  member: Enter removes" if each.name in member_of else "", MUTED),
                (f"  {each.description}" if each.description else "", MUTED),
            ),
            each.name,
        )
        for each in groups
    ]
    return PickerScreen(
        f"Groups of {whom}",
        lambda text: matching(rows, text),
        hint="search, or type a new group's name",
        takes_text=True,
    )


def _picker(title: str, words: dict[str, str]) -> PickerScreen:
    rows = [Row(((text, TEXT),), key) for key, text in words.items()]
    return PickerScreen(title, lambda text: matching(rows, text), hint="search")


def pool_picker(pools: Sequence[PoolName], current: str) -> PickerScreen:
    """Choose a pool; gives its id."""
    rows = [
        Row(
            (
                ("● " if each.id == current else "  ", OK),
                (each.name, STRONG),
                (f"  {each.id}", MUTED),
            ),
            each.id,
        )
        for each in pools
    ]
    return PickerScreen("User pools", lambda text: matching(rows, text), hint="search")


def delete_question(users: Sequence[User]) -> ConfirmScreen:
    """The question before users are deleted; it names them."""
    rows = [
        Row((("− ", FAIL), (user.label, STRONG), (f"  {user.username}", MUTED))) for user in users
    ]
    rows += [Row(()), Row((("Their data in tables and buckets stays.", MUTED),))]
    return ConfirmScreen(f"Delete {whom(users)} for good?", rows, "Delete", "Keep")


def typed_delete_form(users: Sequence[User], other_pool: str) -> FormScreen[Filled]:
    """The question for another pool than the sandbox's: a word must be typed."""
    word = str(len(users)) if len(users) > 1 else users[0].label
    return FormScreen(
        f"Delete {whom(users)} of {other_pool} for good?",
        (FormField("word", f"This is not your sandbox's pool. Type {word} to delete", ""),),
        lambda filled: (
            "" if filled["word"] == word else FieldProblem(f"Type {word}, or close.", "word")
        ),
        label="Delete",
    )


def whom(users: Sequence[User]) -> str:
    """The user's name, or how many there are."""
    return users[0].label if len(users) == 1 else plural(len(users), "user")
