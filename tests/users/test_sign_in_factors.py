"""Signing in by every factor that a terminal can answer, on a real pool of the local cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.localcloud.software_authenticator import Authenticator
from workbench.aws.clients import Clients
from workbench.users.authenticator import totp_code
from workbench.users.devices import read_devices
from workbench.users.known_codes import known_code, last_code
from workbench.users.local_notes import read_local_notes
from workbench.users.open_pool import OpenedPool
from workbench.users.passkeys import delete_passkey, list_passkeys
from workbench.users.user_pools import UserPool, UserPoolProblem
from workbench.users.user_sign_in import (
    AppClient,
    Challenge,
    Flow,
    Step,
    UserTokens,
    answer,
    app_client,
    begin,
    go_on,
)
from workbench.users.user_sign_up import confirm_sign_up, sign_up

pytestmark = pytest.mark.cloud

PASSWORD = "Passw0rd!x"
NAME = "ann@example.com"
FLOWS = ("USER_SRP_AUTH", "USER_PASSWORD_AUTH", "USER_AUTH", "REFRESH_TOKEN_AUTH")


class Pool:
    """A pool with every first factor and every second one, and a user."""

    def __init__(self, clients: Clients, mfa: str = "OPTIONAL") -> None:
        cognito: Any = clients.cognito_idp
        made = cognito.create_user_pool(
            PoolName="factors",
            UsernameAttributes=["email"],
            AutoVerifiedAttributes=["email"],
            UsernameConfiguration={"CaseSensitive": False},
            UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
            Policies={
                "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"]}
            },
        )["UserPool"]["Id"]
        cognito.set_user_pool_mfa_config(
            UserPoolId=made,
            MfaConfiguration=mfa,
            SoftwareTokenMfaConfiguration={"Enabled": True},
            WebAuthnConfiguration={"RelyingPartyId": "localhost"},
            SmsMfaConfiguration={
                "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"}
            },
        )
        client = cognito.create_user_pool_client(
            UserPoolId=made, ClientName="c", ExplicitAuthFlows=[f"ALLOW_{each}" for each in FLOWS]
        )["UserPoolClient"]["ClientId"]
        self.cognito = cognito
        self.client: AppClient = app_client(cognito, made, client)
        self.pool = UserPool(clients, made)
        self.opened = OpenedPool(self.pool, clients, client)
        given = {"email": NAME, "email_verified": "true", "phone_number": "+15555550100"}
        self.pool.create(NAME, {**given, "phone_number_verified": "true"}, invite=False)
        self.pool.set_password(NAME, PASSWORD)

    def begin(self, flow: Flow, password: str = "") -> Step:
        return begin(self.cognito, self.client, NAME, flow, password)

    def answer(self, challenge: Step, answers: Mapping[str, str] | None = None) -> Step:
        """Answer a challenge; its code is the one that the local cloud knows."""
        assert isinstance(challenge, Challenge)
        given = dict(answers or {})
        for each in challenge.asks:
            given.setdefault(each.name, known_code(self.opened, challenge, ""))
        return answer(self.cognito, self.client, challenge, given)


@pytest.fixture
def pool(local_clients: Clients) -> Pool:
    return Pool(local_clients)


@pytest.mark.parametrize("factor", ["PASSWORD", "password_srp"])
def test_a_password_that_was_chosen(pool: Pool, factor: str) -> None:
    choosing = pool.begin(Flow.CHOICE)
    assert isinstance(choosing, Challenge)
    assert set(choosing.asks[0].choices) == {"PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"}
    asking = pool.answer(choosing, {"ANSWER": factor})
    assert isinstance(asking, Challenge)
    assert asking.asks[0].is_secret
    with pytest.raises(UserPoolProblem, match="Incorrect username or password"):
        pool.answer(asking, {"PASSWORD": "wrong"})
    choosing = pool.begin(Flow.CHOICE)
    asking = pool.answer(choosing, {"ANSWER": factor})
    assert isinstance(pool.answer(asking, {"PASSWORD": PASSWORD}), UserTokens)


def test_a_code_that_was_chosen_has_eight_digits(pool: Pool) -> None:
    asking = pool.answer(pool.begin(Flow.CHOICE), {"ANSWER": "EMAIL_OTP"})
    assert len(last_code(pool.opened, NAME.upper(), "sign-in code")) == 8
    assert isinstance(pool.answer(asking), UserTokens)
    assert isinstance(pool.answer(pool.begin(Flow.CODE)), UserTokens)


def test_what_is_no_choice_is_told(pool: Pool) -> None:
    with pytest.raises(UserPoolProblem, match="'fax' is not a choice"):
        pool.answer(pool.begin(Flow.CHOICE), {"ANSWER": "fax"})


def test_a_passkey_is_listed_and_deleted_and_needs_a_browser(pool: Pool) -> None:
    tokens = pool.begin(Flow.PASSWORD, PASSWORD)
    assert isinstance(tokens, UserTokens)
    begun = pool.cognito.start_web_authn_registration(AccessToken=tokens.access)
    credential = Authenticator().create(begun["CredentialCreationOptions"])
    pool.cognito.complete_web_authn_registration(AccessToken=tokens.access, Credential=credential)
    (passkey,) = list_passkeys(pool.pool, tokens.access)
    assert passkey.site == "localhost"
    notes = read_local_notes(pool.opened, NAME)
    assert notes is not None
    assert [(each.id, each.site) for each in notes.passkeys] == [(passkey.id, "localhost")]
    assert notes.passkeys[0].created is not None
    with pytest.raises(UserPoolProblem, match="A passkey is kept by a browser"):
        pool.answer(pool.begin(Flow.CHOICE), {"ANSWER": "WEB_AUTHN"})
    delete_passkey(pool.pool, tokens.access, passkey.id)
    assert list_passkeys(pool.pool, tokens.access) == ()


def test_a_second_factor_of_each_kind_and_the_choice_between_two(pool: Pool) -> None:
    pool.pool.set_mfa(NAME, "sms")
    asking = pool.begin(Flow.SRP, PASSWORD)
    assert isinstance(asking, Challenge)
    assert asking.name == "SMS_MFA"
    tokens = pool.answer(asking)
    assert isinstance(tokens, UserTokens)
    secret = pool.cognito.associate_software_token(AccessToken=tokens.access)["SecretCode"]
    pool.cognito.verify_software_token(AccessToken=tokens.access, UserCode=totp_code(secret))
    both = {"Enabled": True, "PreferredMfa": False}
    pool.cognito.set_user_mfa_preference(
        AccessToken=tokens.access, SoftwareTokenMfaSettings=both, SMSMfaSettings=both
    )
    choosing = pool.begin(Flow.SRP, PASSWORD)
    assert isinstance(choosing, Challenge)
    assert choosing.name == "SELECT_MFA_TYPE"
    asking = pool.answer(choosing, {"ANSWER": "software_token_mfa"})
    done = pool.answer(asking, {"SOFTWARE_TOKEN_MFA_CODE": totp_code(secret)})
    assert isinstance(done, UserTokens)
    asking = pool.answer(pool.begin(Flow.SRP, PASSWORD), {"ANSWER": "SMS_MFA"})
    assert isinstance(pool.answer(asking), UserTokens)


def test_an_authenticator_that_the_pool_requires_is_set_up(local_clients: Clients) -> None:
    pool = Pool(local_clients, mfa="ON")
    pool.pool.change(NAME, {"phone_number_verified": "false"})
    asking = pool.begin(Flow.SRP, PASSWORD)
    assert isinstance(asking, Challenge)
    assert asking.name == "MFA_SETUP"
    done = pool.answer(asking, {"code": totp_code(asking.totp_secret)})
    assert isinstance(done, UserTokens)


def test_who_guesses_is_told_to_wait(pool: Pool) -> None:
    for _ in range(8):
        with pytest.raises(UserPoolProblem) as refused:
            pool.begin(Flow.PASSWORD, "Wrong-passw0rd")
    assert "Password attempts exceeded" in refused.value.what
    assert "15 minutes" in refused.value.next_step


def test_signing_up_without_a_password_goes_on_to_the_sign_in(pool: Pool) -> None:
    name = "New@example.com"
    new = sign_up(pool.pool, pool.client, name, {"email": name})
    assert (new.is_confirmed, new.destination) == (False, "n***@e***")
    session = confirm_sign_up(pool.pool, pool.client, new, last_code(pool.opened, name, "code"))
    assert isinstance(go_on(pool.cognito, pool.client, name, session), UserTokens)
    assert pool.pool.get("new@EXAMPLE.com").attributes["email_verified"] == "true"


def test_a_new_address_waits_for_its_code(pool: Pool) -> None:
    def waiting() -> Mapping[str, str]:
        notes = read_local_notes(pool.opened, NAME)
        assert notes is not None
        assert notes.passkeys == ()
        return notes.waiting

    tokens = pool.begin(Flow.PASSWORD, PASSWORD)
    assert isinstance(tokens, UserTokens)
    changed: Any = [{"Name": "email", "Value": "other@example.com"}]
    pool.cognito.update_user_attributes(AccessToken=tokens.access, UserAttributes=changed)
    assert waiting() == {"email": "other@example.com"}
    assert pool.pool.get(NAME).attributes["email"] == NAME
    code = last_code(pool.opened, "other@example.com", "code")
    pool.cognito.verify_user_attribute(AccessToken=tokens.access, AttributeName="email", Code=code)
    assert waiting() == {}
    assert list_passkeys(pool.pool, tokens.access) == ()


def test_devices_are_read_with_what_cognito_remembers() -> None:
    def told(*pairs: tuple[str, str]) -> dict[str, Any]:
        return {"DeviceKey": "k", "DeviceAttributes": [{"Name": n, "Value": v} for n, v in pairs]}

    found = read_devices(
        {
            "Devices": [
                told(("device_name", "Phone"), ("dev:device_remembered_status", "remembered")),
                told(("dev:device_remembered_status", "not_remembered")),
                told(),
            ]
        }
    )
    assert [(each.label, each.remembered) for each in found] == [
        ("Phone", True),
        ("k", False),
        ("k", None),
    ]
