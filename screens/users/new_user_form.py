"""The form for a new user, with the fields that the pool asks for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from screens.dialogs.form_screen import FieldProblem, Filled, FormField, FormScreen
from workbench.model.user_problem import UserProblem
from workbench.users.create_user import NO_GROUP, NewUser, make_user, wrong_with
from workbench.users.pool_rules import EMAIL, PHONE, USERNAME, PoolRules, generate_password
from workbench.users.pool_schema import Schema, check_attributes
from workbench.users.user_pools import User, UserPool, UserPoolProblem

_INVITED, _PERMANENT, _TEMPORARY = "invited", "permanent", "temporary"
_PASSWORDS = (
    (_INVITED, "Temporary, sent in an invitation"),
    (_TEMPORARY, "Temporary, no invitation: must be changed at the first sign-in"),
    (_PERMANENT, "Permanent, no invitation: the user can sign in at once"),
)
_LABELS = {EMAIL: "E-mail address", PHONE: "Phone number", USERNAME: "User name"}
_HINTS = {EMAIL: "ann@example.com", PHONE: "+15550100", USERNAME: "ann"}
_FIELDS = {
    "UsernameExistsException": "name",
    "AliasExistsException": "name",
    "InvalidPasswordException": "password",
    NO_GROUP: "groups",
}
"""The field that a refusal of Cognito's is shown at, by its code."""


@dataclass(frozen=True, slots=True)
class CreatedUser:
    """A created user; ``password`` is the generated one, "" for none."""

    user: User
    password: str = field(default="", repr=False)


def new_user_form(pool: UserPool, rules: PoolRules, schema: Schema) -> FormScreen[CreatedUser]:
    """A form that creates a user; a password that is left empty is generated."""

    async def create(filled: Filled) -> CreatedUser:
        new, generated = read_form(filled), ""
        if not new.password and filled["kind"] != _INVITED:
            generated = generate_password(max(16, rules.shortest))
            new = read_form({**filled, "password": generated})
        user = await asyncio.to_thread(make_user, pool, new)
        return CreatedUser((await asyncio.to_thread(pool.user, user.username)).user, generated)

    return FormScreen(
        "New user",
        form_fields(rules, schema),
        lambda filled: wrong_form(filled, rules, schema),
        label="Create",
        submit=create,
        refused_at=_refused_at,
    )


def _refused_at(problem: UserProblem, filled: Filled) -> str:
    code = problem.code if isinstance(problem, UserPoolProblem) else ""
    if code == "InvalidParameterException":
        return "attributes" if filled["attributes"].strip() else "name"
    return _FIELDS.get(code, "")


def form_fields(rules: PoolRules, schema: Schema) -> tuple[FormField, ...]:
    """The fields for what this pool asks of its users."""
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
        FormField(
            "password", "The password itself", "", "empty: generated and copied", kind="secret"
        ),
    )


def wrong_form(filled: Filled, rules: PoolRules, schema: Schema) -> str | FieldProblem:
    """The first mistake, at its field; "" for none."""
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
    """The mistake in ``name=value, name=value``; "" for none."""
    for part in text.split(","):
        name, sign, _ = part.strip().partition("=")
        if part.strip() and (not sign or not name):
            return f"{part.strip()!r} is not an attribute: write name=value, with commas between."
    return ""


def read_attributes(text: str) -> dict[str, str]:
    """The attributes of ``name=value, name=value``."""
    pairs = (part.strip().partition("=") for part in text.split(",") if part.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}
