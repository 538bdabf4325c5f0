"""Pre and post authentication, in every flow: their order, their events, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_clouds import SharedCloud
from tests.localcloud.ministack.cognito_pools import new_pool
from tests.localcloud.ministack.cognito_triggers.conftest import (
    PASSWORD,
    TriggeredPool,
    refusal,
)
from tests.localcloud.ministack.test_cognito_devices import confirm
from workbench.localcloud.client import ask
from workbench.localcloud.contract import TOKENS_PATH
from workbench.users.user_pools import UserPoolProblem
from workbench.users.user_sign_in import AppClient, Flow, UserTokens, begin

Act = Callable[[TriggeredPool, str], Any]
METADATA = {"from": "test"}
PRE, POST = "PreAuthentication_Authentication", "PostAuthentication_Authentication"
TOKENS = "TokenGeneration_Authentication"


@pytest.fixture(scope="module", autouse=True)
def made(pool: TriggeredPool) -> None:
    pool.make(
        "PreAuthentication",
        "PostAuthentication",
        "PreTokenGeneration",
        flows=("USER_SRP_AUTH", "USER_AUTH"),
        client={"PreventUserExistenceErrors": "ENABLED"},
        Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
    )


@pytest.fixture
def ann(pool: TriggeredPool) -> str:
    name = pool.made_user()
    pool.forget()
    return name


def by_password(pool: TriggeredPool, name: str) -> Any:
    return pool.sign_in(name, ClientMetadata=METADATA)


def by_admin(pool: TriggeredPool, name: str) -> Any:
    return pool.cognito.admin_initiate_auth(
        UserPoolId=pool.id,
        ClientId=pool.client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
        ClientMetadata=METADATA,
    )


def by_proof(pool: TriggeredPool, name: str) -> Any:
    client = AppClient(pool.id, pool.client)
    try:
        assert isinstance(begin(pool.cognito, client, name, Flow.SRP, PASSWORD), UserTokens)
    except UserPoolProblem as problem:
        assert isinstance(problem.__context__, ClientError)
        raise problem.__context__ from None


def by_choice(pool: TriggeredPool, name: str) -> Any:
    asked = {"USERNAME": name, "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD}
    return pool.cognito.initiate_auth(
        ClientId=pool.client, AuthFlow="USER_AUTH", AuthParameters=asked
    )


def by_mail(pool: TriggeredPool, name: str) -> Any:
    asked = {"USERNAME": name, "PREFERRED_CHALLENGE": "EMAIL_OTP"}
    challenge = pool.cognito.initiate_auth(
        ClientId=pool.client, AuthFlow="USER_AUTH", AuthParameters=asked
    )
    return pool.cognito.respond_to_auth_challenge(
        ClientId=pool.client,
        ChallengeName="EMAIL_OTP",
        Session=challenge["Session"],
        ChallengeResponses={"USERNAME": name, "EMAIL_OTP_CODE": pool.inbox()[0].code},
        ClientMetadata=METADATA,
    )


def with_new_password(pool: TriggeredPool, name: str) -> Any:
    pool.cognito.admin_set_user_password(UserPoolId=pool.id, Username=name, Password=PASSWORD)
    challenge = pool.sign_in(name)
    return pool.cognito.respond_to_auth_challenge(
        ClientId=pool.client,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=challenge["Session"],
        ChallengeResponses={"USERNAME": name, "NEW_PASSWORD": PASSWORD + "2"},
        ClientMetadata=METADATA,
    )


def refresh(pool: TriggeredPool, name: str) -> Any:
    signed_in = pool.sign_in(name)["AuthenticationResult"]
    pool.forget()
    return pool.cognito.initiate_auth(
        ClientId=pool.client,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": signed_in["RefreshToken"]},
    )


FLOWS: list[tuple[Act, list[str]]] = [
    (by_password, [PRE, POST, TOKENS]),
    (by_admin, [PRE, POST, TOKENS]),
    (by_proof, [PRE, POST, TOKENS]),
    (by_choice, [PRE, POST, TOKENS]),
    (by_mail, [PRE, POST, TOKENS]),
    (with_new_password, [PRE, POST, "TokenGeneration_NewPasswordChallenge"]),
    (refresh, ["TokenGeneration_RefreshTokens"]),
]


@pytest.mark.parametrize(("act", "sources"), FLOWS)
def test_each_flow_runs_the_triggers_once_in_order(
    pool: TriggeredPool, ann: str, act: Act, sources: list[str]
) -> None:
    act(pool, ann)
    assert pool.sources == sources


@pytest.mark.parametrize("act", [by_password, by_admin])
def test_the_start_of_a_sign_in_tells_pre_authentication_alone_of_its_metadata(
    pool: TriggeredPool, ann: str, act: Act
) -> None:
    act(pool, ann)
    before, after, tokens = pool.events()
    assert before["request"].pop("userAttributes")["cognito:user_status"] == "CONFIRMED"
    assert before["request"] == {"validationData": METADATA, "userNotFound": False}
    assert (before["response"], after["response"]) == ({}, {})
    assert after["request"].pop("userAttributes")["email"] == f"{ann}@example.com"
    assert after["request"] == {"newDeviceUsed": False}
    assert "clientMetadata" not in tokens["request"]


@pytest.mark.parametrize("act", [by_mail, with_new_password])
def test_the_answer_to_a_challenge_tells_the_later_triggers_of_its_metadata(
    pool: TriggeredPool, ann: str, act: Act
) -> None:
    act(pool, ann)
    before, after, tokens = pool.events()
    assert before["request"]["validationData"] is None
    assert after["request"]["clientMetadata"] == METADATA
    assert tokens["request"]["clientMetadata"] == METADATA


@pytest.mark.parametrize("act", [act for act, sources in FLOWS if PRE in sources])
def test_whom_pre_authentication_refuses_does_not_sign_in(
    pool: TriggeredPool, ann: str, act: Act
) -> None:
    pool.behave(PRE, **{"raise": "blocked"})
    with pytest.raises(ClientError) as refused:
        act(pool, ann)
    assert refusal(refused) == (
        "UserLambdaValidationException",
        "PreAuthentication failed with error blocked.",
    )
    assert pool.sources == [PRE]


@pytest.mark.parametrize("act", [act for act, sources in FLOWS if POST in sources])
def test_whom_post_authentication_refuses_gets_no_tokens(
    pool: TriggeredPool, ann: str, act: Act
) -> None:
    pool.behave(POST, **{"raise": "too late"})
    with pytest.raises(ClientError) as refused:
        act(pool, ann)
    assert refusal(refused)[1] == "PostAuthentication failed with error too late."


@pytest.mark.parametrize("act", [act for act, _ in FLOWS])
def test_a_failing_pre_token_generation_gives_no_tokens(
    pool: TriggeredPool, ann: str, act: Act
) -> None:
    if act is refresh:
        signed_in = pool.sign_in(ann)["AuthenticationResult"]
        pool.behave("TokenGeneration_RefreshTokens", **{"raise": "no claims"})
        with pytest.raises(ClientError) as refused:
            pool.cognito.get_tokens_from_refresh_token(
                ClientId=pool.client, RefreshToken=signed_in["RefreshToken"]
            )
    else:
        pool.behave(TOKENS, **{"raise": "no claims"})
        pool.behave("TokenGeneration_NewPasswordChallenge", **{"raise": "no claims"})
        with pytest.raises(ClientError) as refused:
            act(pool, ann)
    assert refusal(refused) == (
        "UserLambdaValidationException",
        "PreTokenGeneration failed with error no claims.",
    )


@pytest.mark.parametrize("password", [PASSWORD, "Wrong-horse-1"])
def test_pre_authentication_runs_before_the_password_is_looked_at(
    pool: TriggeredPool, ann: str, password: str
) -> None:
    """Measured on AWS: with a wrong password, too, its refusal is the answer."""
    pool.behave(PRE, **{"raise": "locked"})
    with pytest.raises(ClientError, match="PreAuthentication failed with error locked"):
        pool.sign_in(ann, password)


def test_a_wrong_password_runs_nothing_after_pre_authentication(
    pool: TriggeredPool, ann: str
) -> None:
    with pytest.raises(ClientError, match="Incorrect username or password"):
        pool.sign_in(ann, "Wrong-horse-1")
    assert pool.sources == [PRE]


def test_a_name_that_nobody_has_is_told_where_the_client_hides_who_exists(
    pool: TriggeredPool,
) -> None:
    pool.forget()
    with pytest.raises(ClientError, match="Incorrect username or password"):
        pool.sign_in("nobody")
    (event,) = pool.events()
    assert event["userName"] == "nobody"
    assert event["request"] == {
        "userAttributes": {},
        "validationData": None,
        "userNotFound": True,
    }


@pytest.mark.parametrize("missing", ["USERNAME", "PASSWORD"])
def test_an_incomplete_request_runs_nothing(pool: TriggeredPool, ann: str, missing: str) -> None:
    asked = {"USERNAME": ann, "PASSWORD": PASSWORD, missing: ""}
    with pytest.raises(ClientError):
        pool.cognito.initiate_auth(
            ClientId=pool.client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked
        )
    assert pool.events() == []


def test_a_flow_that_the_client_does_not_allow_runs_nothing(pool: TriggeredPool, ann: str) -> None:
    with pytest.raises(ClientError, match="CUSTOM_AUTH is not enabled"):
        pool.cognito.initiate_auth(
            ClientId=pool.client, AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": ann}
        )
    assert pool.events() == []


def test_who_runs_as_a_user_does_not_sign_in(
    shared_cloud: SharedCloud, pool: TriggeredPool, ann: str
) -> None:
    asked = {"userPoolId": pool.id, "clientId": pool.client, "username": ann}
    target = shared_cloud.target
    answer = ask(f"{target.endpoint}{TOKENS_PATH}", target.keys, document=asked)
    assert answer.status == 200
    assert pool.sources == [TOKENS]
    pool.behave(TOKENS, **{"raise": "no claims"})
    answer = ask(f"{target.endpoint}{TOKENS_PATH}", target.keys, document=asked)
    assert (answer.status, answer.document["message"]) == (
        400,
        "PreTokenGeneration failed with error no claims.",
    )


def test_a_device_is_new_until_it_is_known(shared_cloud: SharedCloud, pool: TriggeredPool) -> None:
    tracked = new_pool(
        shared_cloud.target,
        pool.cognito,
        DeviceConfiguration={
            "ChallengeRequiredOnNewDevice": False,
            "DeviceOnlyRememberedOnUserPrompt": False,
        },
        LambdaConfig=dict.fromkeys(("PostAuthentication", "PreTokenGeneration"), pool.function),
    )
    tracked.new_user()
    pool.forget()
    device, _ = confirm(tracked, tracked.begin()["AuthenticationResult"])
    assert device.prove(tracked, tracked.begin(DEVICE_KEY=device.key))["AuthenticationResult"]
    told = [event["request"]["newDeviceUsed"] for event in pool.events(POST)]
    assert told == [True, False]
    assert pool.sources == [POST, TOKENS, POST, "TokenGeneration_AuthenticateDevice"]


def test_a_second_factor_runs_nothing_until_it_is_proven(
    shared_cloud: SharedCloud, pool: TriggeredPool
) -> None:
    with_factor = new_pool(
        shared_cloud.target,
        pool.cognito,
        MfaConfiguration="OFF",
        LambdaConfig=dict.fromkeys(("PreAuthentication", "PostAuthentication"), pool.function),
    )
    with_factor.new_user()
    pool.cognito.set_user_pool_mfa_config(
        UserPoolId=with_factor.id,
        SmsMfaConfiguration={
            "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"}
        },
        MfaConfiguration="ON",
    )
    pool.forget()
    begun = with_factor.begin()
    assert pool.sources == [PRE]
    assert with_factor.answer_code(begun)["AuthenticationResult"]
    assert pool.sources == [PRE, POST]
