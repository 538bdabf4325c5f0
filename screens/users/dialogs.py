"""The users pane's questions: a new user, attributes, a password, groups, what else to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.form_screen import Filled, FormField, FormScreen
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.widgets.row_list import Row
from screens.widgets.tones import FAIL, MUTED, OK, STRONG, TEXT
from workbench.aws.pool_schema import check_attributes
from workbench.aws.sandbox_pool import PoolName
from workbench.aws.user_pools import Group, User
from workbench.users.bulk import BulkFailure
from workbench.users.new_user import NewUser, wrong_with
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
_NEVER_EDITED = ("sub", "identities")


async def ask_new_user(
    screen: UserTableScreen, before: Filled | None = None, problem: str = ""
) -> tuple[NewUser, Filled] | None:
    """Ask for a new user; with what was filled in, to begin there again after a refusal."""
    given = before or {"invite": "true", "permanent": "true"}
    fields = (
        FormField(
            "name", "Signs in with", given.get("name", ""), "ann@example.com, +15550100, ann"
        ),
        FormField(
            "attributes",
            "Attributes",
            given.get("attributes", ""),
            "given_name=Ann, custom:team=blue",
        ),
        FormField("groups", "Groups", given.get("groups", ""), "Admins, Editors"),
        FormField(
            "password", "Password", "", "empty: Cognito makes a temporary one", kind="secret"
        ),
        FormField("permanent", "It is permanent", given.get("permanent", ""), kind="tick"),
        FormField("invite", "Send an invitation", given.get("invite", ""), kind="tick"),
    )
    form = FormScreen(
        "New user", fields, lambda filled: _wrong(filled) or wrong_with(_new(filled)), problem
    )
    filled = await screen.app.push_screen_wait(form)
    return None if filled is None else (_new(filled), filled)


async def ask_attributes(
    screen: UserTableScreen, user: User, problem: str = "", before: Filled | None = None
) -> tuple[Mapping[str, str], Filled] | None:
    """Ask for changed attributes; gives those alone that are others now."""
    own = {
        name: value for name, value in sorted(user.attributes.items()) if name not in _NEVER_EDITED
    }
    given = before or own
    fields = [FormField(name, name, given.get(name, value)) for name, value in own.items()]
    fields.append(
        FormField("+", "More attributes", given.get("+", ""), "given_name=Ann, custom:team=blue")
    )
    schema = screen.loading_users.schema

    def changed(filled: Filled) -> dict[str, str]:
        others = {name: filled[name] for name, value in own.items() if filled[name] != value}
        return {**others, **_attributes(filled["+"])}

    form = FormScreen(
        f"Attributes of {user.label}",
        fields,
        lambda filled: (
            _wrong({"attributes": filled["+"]})
            or " ".join(check_attributes(schema, changed(filled), is_new=False))
        ),
        problem,
    )
    filled = await screen.app.push_screen_wait(form)
    if filled is None:
        return None
    return changed(filled), filled


async def ask_password(screen: UserTableScreen, user: User) -> tuple[str, bool] | None:
    """Ask for a password ("" is a generated one) and whether it is permanent."""
    fields = (
        FormField("password", "Password", "", "empty: generate one and copy it", kind="secret"),
        FormField("permanent", "It is permanent", "true", kind="tick"),
    )
    filled = await screen.app.push_screen_wait(
        FormScreen(f"Password of {user.label}", fields, lambda _filled: "")
    )
    return None if filled is None else (filled["password"], bool(filled["permanent"]))


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


async def ask_column(
    screen: UserTableScreen, shown: Sequence[str], known: Sequence[str]
) -> str | None:
    """Ask for a column to show or to hide."""
    rows = [
        Row((("● " if name in shown else "  ", OK), (name, STRONG)), name)
        for name in dict.fromkeys((*shown, *known))
    ]
    picker = PickerScreen("Columns", lambda text: matching(rows, text), hint="search")
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
            lambda filled: "" if filled["word"] == word else f"Type {word}, or close.",
        )
        return await screen.app.push_screen_wait(form) is not None
    rows = [
        Row((("− ", FAIL), (user.label, STRONG), (f"  {user.username}", MUTED))) for user in users
    ]
    rows += [Row(()), Row((("Their data in tables and buckets stays.", MUTED),))]
    dialog = ConfirmScreen(
        f"Delete {many} for good?", rows, "Delete", "No, keep", belongs_to_engine=False
    )
    answer: bool | None = await screen.app.push_screen_wait(dialog)
    return answer is True


async def ask_retry(
    screen: UserTableScreen, words: str, failed: Sequence[BulkFailure], labels: Mapping[str, str]
) -> bool:
    """Tell with whom it did not work; True where it shall be tried again."""
    rows = [Row((("Try again with these", STRONG),), "retry")]
    rows += [
        Row(
            (
                ("✗ ", FAIL),
                (labels[each.username], STRONG),
                (f"  {each.why} {each.next_step}", MUTED),
            )
        )
        for each in failed
    ]
    picker = PickerScreen(
        f"{words}: not with {len(failed)}", lambda text: matching(rows, text), hint="search"
    )
    return await screen.app.push_screen_wait(picker) == "retry"


def _new(filled: Filled) -> NewUser:
    return NewUser(
        filled["name"],
        _attributes(filled["attributes"]),
        filled["password"],
        bool(filled["permanent"]),
        bool(filled["invite"]),
        tuple(each.strip() for each in filled["groups"].split(",") if each.strip()),
    )


def _wrong(filled: Filled) -> str:
    for part in filled["attributes"].split(","):
        name, sign, _ = part.strip().partition("=")
        if part.strip() and (not sign or not name):
            return f"{part.strip()!r} is no attribute: write name=value, with commas between."
    return ""


def _attributes(text: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in text.split(",") if part.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}
