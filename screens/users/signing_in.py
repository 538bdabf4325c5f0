"""A real sign-in as a user: the flow, the password, and a form for each challenge."""

from __future__ import annotations

import asyncio

from screens.dialogs.ask import Ask
from screens.dialogs.form_screen import FieldProblem, Filled, FormField, FormScreen
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.widgets.row_list import Row
from screens.widgets.text_styles import MUTED, STRONG, TEXT
from workbench.aws.target import LocalTarget
from workbench.model.user_problem import UserProblem
from workbench.users.authenticator import totp_code
from workbench.users.open_pool import OpenedPool
from workbench.users.outbound_messages import read_inbox
from workbench.users.token_store import SavedSignIn, save_sign_in, saved_sign_in
from workbench.users.user_pools import User
from workbench.users.user_sign_in import (
    AppClient,
    Challenge,
    Flow,
    Step,
    UserTokens,
    answer,
    app_client,
    begin,
)

_SAVED = "saved"
_FLOWS = {
    Flow.SRP: "With the password, which never leaves this machine (SRP)",
    Flow.PASSWORD: "With the password, sent to Cognito (USER_PASSWORD_AUTH)",
    Flow.CODE: "With a one-time code (USER_AUTH)",
    Flow.CUSTOM: "With the pool's own challenges (CUSTOM_AUTH)",
}
_SENT = ("EMAIL_OTP", "SMS_OTP", "SMS_MFA")


async def sign_in(ask: Ask, opened: OpenedPool, user: User) -> SavedSignIn | None:
    """Sign in as the user and save it, or choose the saved sign-in; None where a dialog is closed.

    Raises UserPoolProblem.
    """
    file, pool_id = opened.sign_ins_file, opened.pool.pool_id
    saved = await asyncio.to_thread(saved_sign_in, file, pool_id, user.username) if file else None
    chosen = await ask(flow_picker(user, is_saved=saved is not None and saved.tokens is not None))
    if chosen is None or chosen == _SAVED:
        return saved if chosen else None
    cognito = opened.clients.cognito_idp
    client = await asyncio.to_thread(app_client, cognito, pool_id, opened.client_id)
    flow, step = Flow(chosen), None
    if flow is Flow.CODE:
        step = await asyncio.to_thread(begin, cognito, client, user.username, flow)
    else:
        step = await ask(begin_form(opened, client, user, flow))
    secret = saved.totp_secret if saved is not None else ""
    while isinstance(step, Challenge):
        secret = step.totp_secret or secret
        code = await asyncio.to_thread(known_code, opened, step, secret)
        step = await ask(challenge_form(opened, client, step, code))
    if not isinstance(step, UserTokens):
        return None
    fresh = SavedSignIn(pool_id, user.username, user.label, client.client_id, step, secret)
    if file is not None:
        await asyncio.to_thread(save_sign_in, file, fresh)
    return fresh


def flow_picker(user: User, *, is_saved: bool) -> PickerScreen:
    """Choose how to sign in, or the saved sign-in."""
    rows = [Row(((text, TEXT),), flow.value) for flow, text in _FLOWS.items()]
    if is_saved:
        rows.insert(0, Row((("Show the saved tokens", STRONG), ("  no sign-in", MUTED)), _SAVED))
    return PickerScreen(
        f"Sign in as {user.label}", lambda text: matching(rows, text), hint="search"
    )


def begin_form(opened: OpenedPool, client: AppClient, user: User, flow: Flow) -> FormScreen[Step]:
    """The password; submitting it is the first step of the sign-in."""

    async def submit(filled: Filled) -> Step:
        cognito = opened.clients.cognito_idp
        password = filled["password"]
        return await asyncio.to_thread(begin, cognito, client, user.username, flow, password)

    optional = flow is Flow.CUSTOM
    return FormScreen(
        f"Sign in as {user.label}",
        (
            FormField(
                "password",
                "Password",
                hint="empty if the challenges begin without it" if optional else "",
                kind="secret",
            ),
        ),
        lambda filled: (
            "" if filled["password"] or optional else FieldProblem("Type the password.", "password")
        ),
        label="Sign in",
        submit=submit,
        refused_at="password",
    )


def challenge_form(
    opened: OpenedPool, client: AppClient, challenge: Challenge, code: str
) -> FormScreen[Step]:
    """A challenge of Cognito's; ``code`` is the answer that is known already."""
    fields = [
        FormField(
            each.name,
            each.label,
            code if not each.is_secret else "",
            " or ".join(each.choices),
            kind="secret" if each.is_secret else "text",
        )
        for each in challenge.asks
    ]

    async def submit(filled: Filled) -> Step:
        cognito = opened.clients.cognito_idp
        return await asyncio.to_thread(answer, cognito, client, challenge, filled)

    return FormScreen(
        challenge.name.replace("_", " ").capitalize(),
        fields,
        lambda _filled: "",
        challenge.about,
        label="Answer",
        submit=submit,
        refused_at=fields[0].name if len(fields) == 1 else "",
    )


def known_code(opened: OpenedPool, challenge: Challenge, totp_secret: str) -> str:
    """The code that can be known here: of a saved authenticator, or of a local message; else ""."""
    if challenge.name in ("SOFTWARE_TOKEN_MFA", "MFA_SETUP") and totp_secret:
        return totp_code(totp_secret)
    target = opened.clients.target
    if challenge.name in _SENT and isinstance(target, LocalTarget):
        try:
            messages = read_inbox(target, opened.pool.pool_id)
        except UserProblem:
            return ""  # the form asks for it then
        own = (each for each in messages if each.username == challenge.username)
        return next((each.code for each in own if each.kind == "sign-in code"), "")
    return ""
