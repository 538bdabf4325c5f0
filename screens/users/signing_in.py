"""A real sign-in as a user: the flow, the password, and a form for each challenge."""

from __future__ import annotations

import asyncio

from screens.dialogs.ask import Ask
from screens.dialogs.form_screen import FieldProblem, Filled, FormField, FormScreen
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.widgets.row_list import Row
from screens.widgets.text_styles import MUTED, STRONG, TEXT
from workbench.users.known_codes import known_code
from workbench.users.open_pool import OpenedPool
from workbench.users.token_store import SavedSignIn, save_sign_in, saved_sign_in
from workbench.users.user_pools import User
from workbench.users.user_sign_in import (
    AppClient,
    Asked,
    Challenge,
    Flow,
    Step,
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
    Flow.CHOICE: "With what the pool lets this user begin with (USER_AUTH)",
}
_CHOICES = {
    "PASSWORD": "With the password",
    "PASSWORD_SRP": "With the password, which never leaves this machine (SRP)",
    "EMAIL_OTP": "With a code by e-mail",
    "SMS_OTP": "With a code by SMS",
    "SMS_MFA": "With a code by SMS",
    "SOFTWARE_TOKEN_MFA": "With an authenticator app",
    "WEB_AUTHN": "With a passkey (needs a browser)",
}


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
    if flow in (Flow.CODE, Flow.CHOICE):
        step = await asyncio.to_thread(begin, cognito, client, user.username, flow)
    else:
        step = await ask(begin_form(opened, client, user, flow))
    if step is None:
        return None
    secret = saved.totp_secret if saved is not None else ""
    return await finish(ask, opened, client, user, step, secret=secret)


async def finish(
    ask: Ask, opened: OpenedPool, client: AppClient, user: User, step: Step, *, secret: str = ""
) -> SavedSignIn | None:
    """Answer challenges until there are tokens, and save them; None where a dialog is closed."""
    following: Step | None = step
    while isinstance(following, Challenge):
        secret = following.totp_secret or secret
        following = await _answered(ask, opened, client, following, secret)
    if following is None:
        return None
    of = (opened.pool.pool_id, user.username, user.label, client.client_id)
    fresh = SavedSignIn(*of, following, secret)
    if opened.sign_ins_file is not None:
        await asyncio.to_thread(save_sign_in, opened.sign_ins_file, fresh)
    return fresh


async def _answered(
    ask: Ask, opened: OpenedPool, client: AppClient, challenge: Challenge, secret: str
) -> Step | None:
    """The step after a challenge; one of several choices is picked from a list."""
    if len(challenge.asks) == 1 and challenge.asks[0].choices:
        (asked,) = challenge.asks
        chosen = await ask(choice_picker(asked))
        if chosen is None:
            return None
        given = {asked.name: chosen}
        cognito = opened.clients.cognito_idp
        return await asyncio.to_thread(answer, cognito, client, challenge, given)
    code = await asyncio.to_thread(known_code, opened, challenge, secret)
    step: Step | None = await ask(challenge_form(opened, client, challenge, code))
    return step


def choice_picker(asked: Asked) -> PickerScreen:
    """Choose one of a challenge's choices."""
    rows = [Row(((_CHOICES.get(each, each), TEXT),), each) for each in asked.choices]
    return PickerScreen(asked.label, lambda text: matching(rows, text), hint="search")


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
