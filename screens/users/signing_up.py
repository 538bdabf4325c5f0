"""Signing up as a new user, as an application does: with the code, then the first sign-in."""

from __future__ import annotations

import asyncio

from screens.dialogs.ask import Ask
from screens.dialogs.form_screen import FieldProblem, Filled, FormField, FormScreen
from screens.users.new_user_form import read_attributes, wrong_attributes
from screens.users.signing_in import finish
from workbench.users.known_codes import last_code
from workbench.users.open_pool import OpenedPool
from workbench.users.pool_rules import PoolRules
from workbench.users.token_store import SavedSignIn
from workbench.users.user_pools import User
from workbench.users.user_sign_in import AppClient, app_client, go_on
from workbench.users.user_sign_up import SignedUp, confirm_sign_up, sign_up


async def sign_up_as_new(
    ask: Ask, opened: OpenedPool, rules: PoolRules
) -> tuple[User | None, SavedSignIn | None]:
    """Sign up and confirm; the user, and the sign-in where the pool goes on to it.

    Raises UserPoolProblem.
    """
    cognito, pool = opened.clients.cognito_idp, opened.pool
    client = await asyncio.to_thread(app_client, cognito, pool.pool_id, opened.client_id)
    new = await ask(sign_up_form(opened, client, rules))
    if new is None:
        return None, None
    session: str | None = ""
    if not new.is_confirmed:
        code = await asyncio.to_thread(last_code, opened, new.username, "code")
        session = await ask(code_form(opened, client, new, code))
    user = await asyncio.to_thread(pool.get_if_allowed, new.username)
    if not session or user is None:
        return user, None
    step = await asyncio.to_thread(go_on, cognito, client, new.username, session)
    return user, await finish(ask, opened, client, user, step)


def sign_up_form(opened: OpenedPool, client: AppClient, rules: PoolRules) -> FormScreen[SignedUp]:
    """Name, attributes and password; submitting it signs up."""

    async def submit(filled: Filled) -> SignedUp:
        name, attributes = filled["name"].strip(), read_attributes(filled["attributes"])
        if "@" in name:
            attributes.setdefault("email", name)
        elif name.startswith("+"):
            attributes.setdefault("phone_number", name)
        return await asyncio.to_thread(
            sign_up, opened.pool, client, name, attributes, filled["password"]
        )

    def check(filled: Filled) -> str | FieldProblem:
        if not filled["name"].strip():
            return FieldProblem("Type a name to sign in with.", "name")
        if problem := wrong_attributes(filled["attributes"]):
            return FieldProblem(problem, "attributes")
        password = filled["password"]
        return FieldProblem(rules.wrong_password(password) if password else "", "password")

    return FormScreen(
        "Sign up",
        (
            FormField("name", "Signs in with", "", " or ".join(rules.sign_in)),
            FormField("attributes", "Attributes", "", "given_name=Ann, custom:team=blue"),
            FormField("password", "Password", "", "empty: none, signs in by a code", kind="secret"),
        ),
        check,
        "As an application does: sign-up triggers run, and Cognito sends a code.",
        label="Sign up",
        submit=submit,
        refused_at="name",
    )


def code_form(opened: OpenedPool, client: AppClient, new: SignedUp, code: str) -> FormScreen[str]:
    """The code that confirms a sign-up; ``code`` is the one that is known already."""

    async def submit(filled: Filled) -> str:
        return await asyncio.to_thread(confirm_sign_up, opened.pool, client, new, filled["code"])

    return FormScreen(
        f"Confirm {new.username}",
        (FormField("code", "Code", code),),
        lambda filled: FieldProblem("" if filled["code"] else "Type the code.", "code"),
        f"A code was sent to {new.destination}." if new.destination else "",
        label="Confirm",
        submit=submit,
        refused_at="code",
    )
