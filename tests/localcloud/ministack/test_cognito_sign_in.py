"""Real sign-ins on a local pool, as the workbench makes them: each flow, each second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from workbench.users.authenticator import totp_code
from workbench.users.outbound_messages import read_inbox
from workbench.users.user_pools import UserPoolProblem
from workbench.users.user_sign_in import (
    AppClient,
    Challenge,
    Flow,
    UserTokens,
    answer,
    app_client,
    begin,
    claims,
    refresh,
)

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks
    from workbench.aws.target import LocalTarget

PASSWORD = "Correct-horse-1"
FLOWS = ["SRP", "PASSWORD", "AUTH"]


class Pool:
    """A pool with one confirmed user."""

    def __init__(self, stacks: Stacks, target: LocalTarget, **settings: Any) -> None:
        self.cognito: Any = stacks.clients.client("cognito-idp")
        self._target = target
        made = self.cognito.create_user_pool(PoolName="users", **settings)
        self.id: str = made["UserPool"]["Id"]
        self.cognito.create_user_pool_client(
            UserPoolId=self.id,
            ClientName="web",
            GenerateSecret=True,
            ExplicitAuthFlows=[
                f"ALLOW_USER_{flow}{'' if flow == 'AUTH' else '_AUTH'}" for flow in FLOWS
            ]
            + ["ALLOW_REFRESH_TOKEN_AUTH"],
        )
        self.client: AppClient = app_client(self.cognito, self.id)
        self.cognito.admin_create_user(
            UserPoolId=self.id,
            Username="ann",
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": "ann@example.com"},
                {"Name": "email_verified", "Value": "true"},
                {"Name": "phone_number", "Value": "+15550100"},
                {"Name": "phone_number_verified", "Value": "true"},
            ],
        )
        self.set_password(permanent=True)

    def set_password(self, *, permanent: bool) -> None:
        self.cognito.admin_set_user_password(
            UserPoolId=self.id, Username="ann", Password=PASSWORD, Permanent=permanent
        )

    def begin(self, flow: Flow, password: str = PASSWORD) -> UserTokens | Challenge:
        return begin(self.cognito, self.client, "ann", flow, password)

    def answer(self, challenge: UserTokens | Challenge, **given: str) -> UserTokens | Challenge:
        assert isinstance(challenge, Challenge)
        return answer(self.cognito, self.client, challenge, given)

    def code(self) -> str:
        return read_inbox(self._target, self.id)[0].code

    def require_mfa(self, mode: str, **settings: Any) -> None:
        self.cognito.set_user_pool_mfa_config(
            UserPoolId=self.id,
            MfaConfiguration=mode,
            SoftwareTokenMfaConfiguration={"Enabled": True},
            **settings,
        )


@pytest.fixture
def pool(stacks: Stacks, local_cloud: LocalTarget) -> Pool:
    return Pool(stacks, local_cloud)


@pytest.mark.parametrize("flow", [Flow.SRP, Flow.PASSWORD])
def test_a_password_gives_tokens_that_are_refreshed(pool: Pool, flow: Flow) -> None:
    tokens = pool.begin(flow)
    assert isinstance(tokens, UserTokens)
    assert claims(tokens.id)["email"] == "ann@example.com"
    assert claims(tokens.access)["client_id"] == pool.client.client_id
    again = refresh(pool.cognito, pool.client, "ann", tokens)
    assert claims(again.id)["sub"] == claims(tokens.id)["sub"]
    assert tokens.access not in repr(tokens)
    with pytest.raises(UserPoolProblem, match=r"Incorrect username or password\."):
        pool.begin(flow, "Wrong-horse-1")


def test_a_disabled_user_neither_signs_in_nor_refreshes(pool: Pool) -> None:
    tokens = pool.begin(Flow.SRP)
    assert isinstance(tokens, UserTokens)
    pool.cognito.admin_disable_user(UserPoolId=pool.id, Username="ann")
    with pytest.raises(UserPoolProblem, match="disabled"):
        pool.begin(Flow.SRP)
    with pytest.raises(UserPoolProblem, match="disabled"):
        refresh(pool.cognito, pool.client, "ann", tokens)


def test_a_temporary_password_must_be_changed_to_one_the_policy_allows(pool: Pool) -> None:
    pool.set_password(permanent=False)
    challenge = pool.begin(Flow.SRP)
    assert isinstance(challenge, Challenge)
    assert challenge.name == "NEW_PASSWORD_REQUIRED"
    with pytest.raises(UserPoolProblem) as refused:
        pool.answer(challenge, NEW_PASSWORD="short")
    assert refused.value.code == "InvalidPasswordException"
    assert isinstance(pool.answer(challenge, NEW_PASSWORD="Another-horse-2"), UserTokens)
    assert isinstance(pool.begin(Flow.SRP, "Another-horse-2"), UserTokens)
    with pytest.raises(UserPoolProblem, match="Invalid session"):
        pool.answer(challenge, NEW_PASSWORD="Third-horse-3")


def test_a_code_by_email_signs_in_without_a_password(
    stacks: Stacks, local_cloud: LocalTarget
) -> None:
    pool = Pool(
        stacks,
        local_cloud,
        Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
    )
    challenge = pool.begin(Flow.CODE)
    assert isinstance(challenge, Challenge)
    assert (challenge.name, "a***@e***" in challenge.about) == ("EMAIL_OTP", True)
    wrong = "000000" if pool.code() != "000000" else "111111"
    with pytest.raises(UserPoolProblem, match="Invalid code"):
        pool.answer(challenge, EMAIL_OTP_CODE=wrong)
    assert isinstance(pool.answer(challenge, EMAIL_OTP_CODE=pool.code()), UserTokens)


def test_who_has_no_second_factor_sets_it_up_where_the_pool_requires_one(pool: Pool) -> None:
    pool.require_mfa("ON")
    challenge = pool.begin(Flow.SRP)
    assert isinstance(challenge, Challenge)
    assert challenge.name == "MFA_SETUP"
    with pytest.raises(UserPoolProblem):
        pool.answer(challenge, code="12345x")
    secret = challenge.totp_secret
    assert isinstance(pool.answer(challenge, code=totp_code(secret)), UserTokens)
    following = pool.begin(Flow.SRP)
    assert isinstance(following, Challenge)
    assert following.name == "SOFTWARE_TOKEN_MFA"
    signed_in = pool.answer(following, SOFTWARE_TOKEN_MFA_CODE=totp_code(secret))
    assert isinstance(signed_in, UserTokens)


def test_a_preferred_sms_is_sent_and_its_code_checked(pool: Pool) -> None:
    pool.require_mfa("OPTIONAL")
    assert isinstance(pool.begin(Flow.SRP), UserTokens)
    pool.cognito.admin_set_user_mfa_preference(
        UserPoolId=pool.id,
        Username="ann",
        SMSMfaSettings={"Enabled": True, "PreferredMfa": True},
    )
    challenge = pool.begin(Flow.SRP)
    assert isinstance(challenge, Challenge)
    assert (challenge.name, challenge.about) == ("SMS_MFA", "A code was sent to +*******0100.")
    assert isinstance(pool.answer(challenge, SMS_MFA_CODE=pool.code()), UserTokens)


def test_a_second_factor_without_its_password_is_refused(pool: Pool) -> None:
    pool.require_mfa("OPTIONAL")
    for name, given in (
        ("NEW_PASSWORD_REQUIRED", {"NEW_PASSWORD": "Taken-over-1"}),
        ("SMS_MFA", {"SMS_MFA_CODE": "123456"}),
        ("MFA_SETUP", {}),
    ):
        with pytest.raises(ClientError, match="Invalid session for the user"):
            pool.cognito.respond_to_auth_challenge(
                ClientId=pool.client.client_id,
                ChallengeName=name,
                Session="x" * 30,
                ChallengeResponses={
                    "USERNAME": "ann",
                    "SECRET_HASH": pool.client.secret_hash("ann"),
                    **given,
                },
            )


def test_nobody_has_remembered_devices(pool: Pool) -> None:
    found = pool.cognito.admin_list_devices(UserPoolId=pool.id, Username="ann")
    assert found["Devices"] == []
