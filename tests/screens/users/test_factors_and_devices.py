"""The pane on a pool of every factor: sign up without a password, choose a factor, devices."""

from __future__ import annotations

import base64
from typing import Any

from textual.widgets import Input

from screens.dialogs.form_screen import FormScreen
from screens.users.detail_pane import DetailPane
from screens.users.tokens_screen import TokensScreen
from screens.widgets.text_styles import plain
from tests.screens.users.users_driver import Open, UsersDriver
from workbench.users.devices import list_devices
from workbench.users.token_store import saved_sign_in
from workbench.users.user_sign_in import claims

FACTORS = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}


async def _code_is_filled_in(users: UsersDriver) -> None:
    """The form asks for a code, and the local cloud's stands in it."""

    def filled() -> bool:
        form = users.app.screen
        return isinstance(form, FormScreen) and form.query(Input).first().value.isdecimal()

    await users.until(filled, "the code")


def _details(users: UsersDriver) -> str:
    rows = users.screen.query_one(DetailPane)
    return "\n".join(plain(rows.row_spans(at)) for at in range(rows.row_count()))


async def test_a_new_user_signs_up_by_code_and_their_device_is_forgotten(pane: Open) -> None:
    async with pane() as users:
        of: Any = {"UserPoolId": users.pool_id}
        users.cognito.update_user_pool(
            **of,
            Policies=FACTORS,
            AutoVerifiedAttributes=["email"],
            DeviceConfiguration={"DeviceOnlyRememberedOnUserPrompt": False},
        )
        users.cognito.create_user_pool_client(
            **of, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_AUTH"]
        )
        await users.press("O")
        await users.fill(name="zoe@example.com")
        await _code_is_filled_in(users)
        await users.press("f5")
        await users.until_on(TokensScreen)
        await users.press("escape")
        await users.until(lambda: users.names() == ["zoe@example.com"], "the new user")
        assert users.seen("zoe@example.com")["UserStatus"] == "CONFIRMED"

        await users.press("o")
        await users.pick("lets this user begin")
        await users.until(lambda: isinstance(users.app.screen, FormScreen), "the only factor")
        await _code_is_filled_in(users)
        await users.press("f5")
        await users.until_on(TokensScreen)
        await users.press("escape")

        opened = users.screen.browser.pager.opened
        assert opened is not None
        assert opened.sign_ins_file is not None
        name = users.screen.browser.users.shown[0].username
        saved = saved_sign_in(opened.sign_ins_file, users.pool_id, name)
        assert saved is not None
        assert saved.tokens is not None
        users.cognito.confirm_device(
            AccessToken=saved.tokens.access,
            DeviceKey=claims(saved.tokens.access)["device_key"],
            DeviceName="Laptop",
            DeviceSecretVerifierConfig={
                "Salt": base64.b64encode(b"salt").decode(),
                "PasswordVerifier": base64.b64encode(b"1" * 384).decode(),
            },
        )
        await users.press("r")
        await users.until(lambda: "Laptop  remembered" in _details(users), "the device")
        await users.press("x")
        await users.pick("Devices")
        await users.pick("Laptop")
        await users.pick("Forget it")
        await users.until(lambda: list_devices(opened.pool, name) == (), "no device")
        await users.settled()
        kept = saved_sign_in(opened.sign_ins_file, users.pool_id, name)
        assert kept is not None
        assert kept.tokens is not None, "a forgotten device ends no saved sign-in"
