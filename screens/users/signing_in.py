"""A real sign-in as a user: the way, the password, and every challenge as a dialog."""

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
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.users.new_user_form import one_line
from screens.widgets.row_list import Row
from screens.widgets.text_styles import MUTED, STRONG, TEXT
from workbench.aws.target import LocalTarget
from workbench.model.user_problem import UserProblem
from workbench.users.authenticator import totp_code
from workbench.users.open_pool import OpenedPool
from workbench.users.outbound_messages import read_inbox
from workbench.users.token_store import KeptSignIn, keep_sign_in, kept_sign_in
from workbench.users.user_pools import User, UserPoolProblem
from workbench.users.user_sign_in import (
    AppClient,
    Challenge,
    Flow,
    UserTokens,
    answer,
    app_client,
    begin,
)

if TYPE_CHECKING:
    from screens.users.screen import UsersScreen

_WAYS = {
    Flow.SRP: "By the password, which never leaves this machine (SRP)",
    Flow.PASSWORD: "By the password, sent to Cognito (USER_PASSWORD_AUTH)",
    Flow.CODE: "By a one-time code (USER_AUTH)",
    Flow.CUSTOM: "By the pool's own challenges (CUSTOM_AUTH)",
}
_SENT = ("EMAIL_OTP", "SMS_OTP", "SMS_MFA")


async def sign_in(screen: UsersScreen, opened: OpenedPool, user: User) -> KeptSignIn | None:
    """Sign in as the user, or take the sign-in that is kept; None where it was given up."""
    file, pool_id = opened.kept_file, opened.pool.pool_id
    before = await asyncio.to_thread(kept_sign_in, file, pool_id, user.username) if file else None
    way = await _ask_way(screen, user, before)
    if way == "kept":
        return before
    if way is None:
        return None
    try:
        client = await asyncio.to_thread(
            app_client, opened.clients.cognito_idp, pool_id, opened.client_id
        )
    except UserPoolProblem as problem:
        screen.shell.say(str(problem), "error")
        return None
    step = await _begin(screen, opened, client, user, Flow(way))
    secret = before.totp_secret if before is not None else ""
    while isinstance(step, Challenge):
        secret = step.totp_secret or secret
        step = await _answer(screen, opened, client, step, secret)
    if step is None:
        return None
    kept = KeptSignIn(pool_id, user.username, user.label, client.client_id, step, secret)
    if file is not None:
        await asyncio.to_thread(keep_sign_in, file, kept)
    return kept


async def _ask_way(screen: UsersScreen, user: User, before: KeptSignIn | None) -> str | None:
    rows = []
    if before is not None and before.tokens is not None:
        rows.append(
            Row((("The sign-in that is kept", STRONG), ("  shows its tokens", MUTED)), "kept")
        )
    rows += [Row(((words, TEXT),), flow.value) for flow, words in _WAYS.items()]
    picker = PickerScreen(
        f"Sign in as {user.label}", lambda text: matching(rows, text), hint="search"
    )
    return await screen.app.push_screen_wait(picker)


async def _begin(
    screen: UsersScreen, opened: OpenedPool, client: AppClient, user: User, flow: Flow
) -> UserTokens | Challenge | None:
    cognito = opened.clients.cognito_idp
    if flow is Flow.CODE:
        try:
            return await asyncio.to_thread(begin, cognito, client, user.username, flow, "")
        except UserPoolProblem as refused:
            screen.shell.say(str(refused), "error")
            return None
    found: list[UserTokens | Challenge] = []

    async def sign_in_with(filled: Filled) -> None:
        try:
            found.append(
                await asyncio.to_thread(
                    begin, cognito, client, user.username, flow, filled["password"]
                )
            )
        except UserPoolProblem as refused:
            raise FormRefusedError(FieldProblem(one_line(refused), "password")) from None

    hint = "empty where the challenges begin without it" if flow is Flow.CUSTOM else ""
    form = FormScreen(
        f"Sign in as {user.label}",
        (FormField("password", "Password", "", hint, kind="secret"),),
        lambda filled: (
            ""
            if filled["password"] or flow is Flow.CUSTOM
            else FieldProblem("Type the password.", "password")
        ),
        label="Sign in",
        do=sign_in_with,
    )
    return found[0] if await screen.app.push_screen_wait(form) is not None else None


async def _answer(
    screen: UsersScreen,
    opened: OpenedPool,
    client: AppClient,
    challenge: Challenge,
    totp_secret: str,
) -> UserTokens | Challenge | None:
    known = await asyncio.to_thread(_known_code, opened, challenge, totp_secret)
    fields = [
        FormField(
            each.name,
            each.label,
            known if not each.is_secret else "",
            " or ".join(each.choices),
            kind="secret" if each.is_secret else "text",
        )
        for each in challenge.asks
    ]
    found: list[UserTokens | Challenge] = []

    async def answer_with(filled: Filled) -> None:
        try:
            found.append(
                await asyncio.to_thread(
                    answer, opened.clients.cognito_idp, client, challenge, filled
                )
            )
        except UserPoolProblem as refused:
            field = fields[0].name if len(fields) == 1 else ""
            raise FormRefusedError(FieldProblem(one_line(refused), field)) from None

    title = challenge.name.replace("_", " ").capitalize()
    form = FormScreen(
        title, fields, lambda _filled: "", challenge.about, label="Answer", do=answer_with
    )
    return found[0] if await screen.app.push_screen_wait(form) is not None else None


def _known_code(opened: OpenedPool, challenge: Challenge, totp_secret: str) -> str:
    """The code that one can know here: the local inbox's, or that of a kept authenticator."""
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
