"""The form for a new user: it asks for what this pool's users have, and stays until one is made."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from screens.dialogs.form_screen import (
    FieldProblem,
    Filled,
    FormField,
    FormRefusedError,
    FormScreen,
)
from workbench.users.create_user import NO_GROUP, NewUser, make_user, wrong_with
from workbench.users.pool_rules import EMAIL, PHONE, USERNAME, PoolRules, generate_password
from workbench.users.pool_schema import Schema, check_attributes
from workbench.users.user_pools import User, UserPool, UserPoolProblem

if TYPE_CHECKING:
    from screens.users.table_screen import UserTableScreen

_INVITED, _PERMANENT, _TEMPORARY = "invited", "permanent", "temporary"
_PASSWORDS = (
    (_INVITED, "Temporary, sent to them in an invitation"),
    (_TEMPORARY, "Temporary, no invitation: changed at the first sign-in"),
    (_PERMANENT, "Permanent, no invitation: they can sign in at once"),
)
_LABELS = {EMAIL: "E-mail address", PHONE: "Phone number", USERNAME: "User name"}
_HINTS = {EMAIL: "ann@example.com", PHONE: "+15550100", USERNAME: "ann"}
_FIELDS = {
    "UsernameExistsException": "name",
    "AliasExistsException": "name",
    "InvalidPasswordException": "password",
    NO_GROUP: "groups",
}
"""Where a refusal of Cognito's belongs, by its code."""


async def ask_new_user(screen: UserTableScreen, pool: UserPool) -> User | None:
    """Ask for a new user until Cognito takes it, or the form is closed; the user as they are then.

    A password that is left empty is made, and copied.
    """
    schema, rules = screen.loading_users.schema, screen.loading_users.rules
    made: list[User] = []
    generated = ""

    async def make(filled: Filled) -> None:
        nonlocal generated
        generated = ""
        new = read_form(filled)
        if not new.password and filled["kind"] != _INVITED:
            generated = generate_password(max(16, rules.shortest))
            new = read_form({**filled, "password": generated})
        try:
            user = await asyncio.to_thread(make_user, pool, new)
            made.append((await asyncio.to_thread(pool.user, user.username)).user)
        except UserPoolProblem as problem:
            field = _FIELDS.get(problem.code, "")
            if problem.code == "InvalidParameterException":
                field = "attributes" if new.attributes else "name"
            raise FormRefusedError(FieldProblem(one_line(problem), field)) from None

    form = FormScreen(
        "New user",
        form_fields(rules, schema),
        lambda filled: wrong_form(filled, rules, schema),
        label="Create",
        do=make,
    )
    if await screen.app.push_screen_wait(form) is None:
        return None
    if generated:
        screen.shell.copy(generated, "the new password")
    return made[0]


def form_fields(rules: PoolRules, schema: Schema) -> tuple[FormField, ...]:
    """The lines of the form, for what this pool asks of its users."""
    names = (USERNAME,) if rules.has_usernames else rules.sign_in
    words = [_LABELS.get(each, each) for each in names]
    label = " or ".join([words[0], *(each.lower() for each in words[1:])])
    required = [
        each.name
        for each in schema
        if each.is_required and each.name != "sub" and each.name not in names
    ]
    wanted = f" (this pool needs {', '.join(required)})" if required else ""
    hint = ", ".join(f"{each}=…" for each in required) or "given_name=Ann, custom:team=blue"
    if rules.has_usernames:
        hint = "email=ann@example.com, given_name=Ann"
    return (
        FormField("name", label, "", " or ".join(_HINTS.get(each, "") for each in names)),
        FormField("attributes", f"Attributes{wanted}", "", hint),
        FormField("groups", "Groups", "", "Admins, Editors"),
        FormField("kind", "Password", _INVITED, kind="options", options=_PASSWORDS),
        FormField("password", "The password itself", "", "empty: one is made", kind="secret"),
    )


def wrong_form(filled: Filled, rules: PoolRules, schema: Schema) -> str | FieldProblem:
    """What is wrong with the form, at the field that it belongs to."""
    if problem := wrong_attributes(filled["attributes"]):
        return FieldProblem(problem, "attributes")
    new = read_form(filled)
    if wrong := wrong_with(new, rules):
        return FieldProblem(wrong.why, wrong.part)
    implied = {EMAIL: new.name} if "@" in new.name else {}
    implied |= {PHONE: new.name} if new.name.startswith("+") else {}
    problems = check_attributes(schema, {**implied, **new.attributes}, is_new=True)
    return FieldProblem(" ".join(problems), "attributes") if problems else ""


def read_form(filled: Filled) -> NewUser:
    """The user that the form describes."""
    return NewUser(
        filled["name"],
        read_attributes(filled["attributes"]),
        filled["password"],
        filled["kind"] == _PERMANENT,
        filled["kind"] == _INVITED,
        tuple(each.strip() for each in filled["groups"].split(",") if each.strip()),
    )


def wrong_attributes(text: str) -> str:
    """What is wrong with ``name=value, name=value``; "" for nothing."""
    for part in text.split(","):
        name, sign, _ = part.strip().partition("=")
        if part.strip() and (not sign or not name):
            return f"{part.strip()!r} is no attribute: write name=value, with commas between."
    return ""


def read_attributes(text: str) -> dict[str, str]:
    """The attributes of ``name=value, name=value``."""
    pairs = (part.strip().partition("=") for part in text.split(",") if part.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def one_line(problem: UserPoolProblem) -> str:
    """A refusal with its next step, for a line of a form."""
    return " ".join(str(problem).split())
