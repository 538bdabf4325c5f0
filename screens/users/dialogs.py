"""The users pane's questions: a new user, attributes, a password, groups, what else to do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.form_screen import (
    FieldProblem,
    Filled,
    FormField,
    FormRefusedError,
    FormScreen,
)
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.users.new_user_form import one_line, read_attributes, wrong_attributes
from screens.widgets.row_list import Row
from screens.widgets.text_styles import FAIL, MUTED, OK, STRONG, TEXT
from workbench.users.groups import Group
from workbench.users.open_pool import PoolName
from workbench.users.pool_rules import generate_password
from workbench.users.pool_schema import check_attributes
from workbench.users.user_pools import User, UserPool, UserPoolProblem
from workbench.wording import plural

if TYPE_CHECKING:
    from screens.users.table_screen import UserTableScreen

MORE = {
    "confirm": "Confirm the sign-up, without the code",
    "verify_email": "Mark the e-mail address as verified",
    "verify_phone": "Mark the phone number as verified",
    "mfa": "Choose the second factor",
    "resend": "Send the invitation again, with a new temporary password",
    "reset": "Send a code to choose a new password with",
    "sign_out": "Sign out everywhere",
}
_MFA = {
    "totp": "An authenticator app (TOTP)",
    "sms": "A code by SMS",
    "email": "A code by e-mail",
    "off": "None",
}
_KINDS = (
    ("permanent", "permanent: they can sign in with it at once"),
    ("temporary", "temporary: it must be changed at the first sign-in"),
)
_NEVER_EDITED = ("sub", "identities")


async def ask_attributes(screen: UserTableScreen, pool: UserPool, user: User) -> User | None:
    """Ask for changed attributes until Cognito takes them; the user as they are then."""
    own = {
        name: value for name, value in sorted(user.attributes.items()) if name not in _NEVER_EDITED
    }
    fields = [FormField(name, name, value) for name, value in own.items()]
    fields.append(FormField("+", "More attributes", "", "given_name=Ann, custom:team=blue"))
    schema = screen.loading_users.schema
    changed_user: list[User] = []

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

    async def change(filled: Filled) -> None:
        wanted = changed(filled)
        if not wanted:
            return
        try:
            await asyncio.to_thread(pool.change, user.username, wanted)
            changed_user.append((await asyncio.to_thread(pool.user, user.username)).user)
        except UserPoolProblem as problem:
            # Cognito names the attribute in its words.
            words = one_line(problem)
            field = next((name for name in wanted if name in words and name in own), "")
            raise FormRefusedError(FieldProblem(words, field)) from None

    form = FormScreen(f"Attributes of {user.label}", fields, check, label="Save", do=change)
    if await screen.app.push_screen_wait(form) is None:
        return None
    return changed_user[0] if changed_user else None


async def ask_password(screen: UserTableScreen, pool: UserPool, user: User) -> bool:
    """Ask for a password and set it; one that is left empty is generated, and copied."""
    rules = screen.loading_users.rules
    fields = (
        FormField("password", "Password", "", "empty: one is made and copied", kind="secret"),
        FormField("kind", "It is", "permanent", kind="options", options=_KINDS),
    )
    generated = ""

    def check(filled: Filled) -> FieldProblem:
        typed = filled["password"]
        return FieldProblem(rules.wrong_password(typed) if typed else "", "password")

    async def set_it(filled: Filled) -> None:
        nonlocal generated
        generated = "" if filled["password"] else generate_password(max(16, rules.shortest))
        password = filled["password"] or generated
        permanent = filled["kind"] == "permanent"
        try:
            await asyncio.to_thread(
                lambda: pool.set_password(user.username, password, permanent=permanent)
            )
        except UserPoolProblem as problem:
            raise FormRefusedError(FieldProblem(one_line(problem), "password")) from None

    form = FormScreen(f"Password of {user.label}", fields, check, label="Set", do=set_it)
    if await screen.app.push_screen_wait(form) is None:
        return False
    if generated:
        screen.shell.copy(generated, "the new password")
    return True


async def ask_group(
    screen: UserTableScreen, whom: str, groups: Sequence[Group], member_of: Sequence[str]
) -> str | None:
    """Ask for a group to join, or to leave where it is one's own; ``=NAME`` is a new one."""
    rows = [
        Row(
            (
                ("● " if each.name in member_of else "  ", OK),
                (each.name, STRONG),
                ("  member: Enter takes out" if each.name in member_of else "", MUTED),
                (f"  {each.description}" if each.description else "", MUTED),
            ),
            each.name,
        )
        for each in groups
    ]
    picker = PickerScreen(
        f"Groups of {whom}",
        lambda text: matching(rows, text),
        hint="search, or write a new group's name",
        takes_text=True,
    )
    return await screen.app.push_screen_wait(picker)


async def ask_more(screen: UserTableScreen, whom: str) -> str | None:
    """Ask for one of the rarer actions."""
    rows = [Row(((words, TEXT),), name) for name, words in MORE.items()]
    picker = PickerScreen(f"With {whom}", lambda text: matching(rows, text), hint="search")
    return await screen.app.push_screen_wait(picker)


async def ask_mfa(screen: UserTableScreen, whom: str) -> str | None:
    """Ask for a second factor."""
    rows = [Row(((words, TEXT),), kind) for kind, words in _MFA.items()]
    picker = PickerScreen(
        f"Second factor of {whom}", lambda text: matching(rows, text), hint="search"
    )
    return await screen.app.push_screen_wait(picker)


async def ask_pool(screen: UserTableScreen, pools: Sequence[PoolName], current: str) -> str | None:
    """Ask for a pool; gives its id."""
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
    picker = PickerScreen("User pools", lambda text: matching(rows, text), hint="search")
    return await screen.app.push_screen_wait(picker)


async def ask_delete(screen: UserTableScreen, users: Sequence[User], other_pool: str = "") -> bool:
    """Ask before users are deleted, naming them; in another pool than the sandbox's by a word."""
    many = plural(len(users), "user") if len(users) > 1 else users[0].label
    if other_pool:
        word = str(len(users)) if len(users) > 1 else users[0].label
        form = FormScreen(
            f"Delete {many} of {other_pool} for good?",
            (FormField("word", f"This is not your sandbox's pool. Type {word} to delete", ""),),
            lambda filled: (
                "" if filled["word"] == word else FieldProblem(f"Type {word}, or close.", "word")
            ),
            label="Delete",
        )
        return await screen.app.push_screen_wait(form) is not None
    rows = [
        Row((("− ", FAIL), (user.label, STRONG), (f"  {user.username}", MUTED))) for user in users
    ]
    rows += [Row(()), Row((("Their data in tables and buckets stays.", MUTED),))]
    dialog = ConfirmScreen(f"Delete {many} for good?", rows, "Delete", "No, keep")
    answer: bool | None = await screen.app.push_screen_wait(dialog)
    return answer is True
