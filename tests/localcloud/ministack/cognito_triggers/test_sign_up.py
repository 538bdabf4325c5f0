"""PreSignUp and PostConfirmation: from each source, with the event, the refusal and what stays."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.ministack.cognito_triggers.conftest import (
    EMAIL,
    PASSWORD,
    TriggeredPool,
    refusal,
)

Act = Callable[[TriggeredPool], Any]
METADATA = {"from": "test"}


@pytest.fixture(scope="module", autouse=True)
def made(pool: TriggeredPool) -> None:
    pool.make("PreSignUp", "PostConfirmation")


@pytest.fixture(autouse=True)
def fresh(pool: TriggeredPool) -> None:
    pool.forget()
    for user in pool.cognito.list_users(UserPoolId=pool.id)["Users"]:
        pool.cognito.admin_delete_user(UserPoolId=pool.id, Username=user["Username"])


def of_admin(pool: TriggeredPool) -> None:
    pool.cognito.admin_create_user(
        UserPoolId=pool.id,
        Username="ann",
        UserAttributes=[{"Name": "email", "Value": EMAIL}],
        ValidationData=[{"Name": "captcha", "Value": "7"}],
        ClientMetadata=METADATA,
    )


def sign_up(pool: TriggeredPool) -> None:
    pool.sign_up("ann", ValidationData=[{"Name": "captcha", "Value": "7"}], ClientMetadata=METADATA)


@pytest.mark.parametrize(
    ("source", "act", "client"),
    [
        ("PreSignUp_SignUp", sign_up, "its own"),
        ("PreSignUp_AdminCreateUser", of_admin, "CLIENT_ID_NOT_APPLICABLE"),
    ],
)
def test_pre_sign_up_gets_the_documented_event(
    pool: TriggeredPool, source: str, act: Act, client: str
) -> None:
    act(pool)
    (event,) = pool.events(source)
    assert event == {
        "version": "1",
        "region": "us-east-1",
        "userPoolId": pool.id,
        "userName": "ann",
        "callerContext": {
            "awsSdkVersion": "aws-sdk-unknown-unknown",
            "clientId": pool.client if client == "its own" else client,
        },
        "triggerSource": source,
        "request": {
            "userAttributes": {"email": EMAIL},
            "validationData": {"captcha": "7"},
            "clientMetadata": METADATA,
        },
        "response": {
            "autoConfirmUser": False,
            "autoVerifyEmail": False,
            "autoVerifyPhone": False,
        },
    }


@pytest.mark.parametrize(
    ("source", "act"), [("PreSignUp_SignUp", sign_up), ("PreSignUp_AdminCreateUser", of_admin)]
)
def test_what_pre_sign_up_refuses_makes_no_user(pool: TriggeredPool, source: str, act: Act) -> None:
    before = pool.inbox()
    pool.behave(source, **{"raise": "no sign-up for you"})
    with pytest.raises(ClientError) as refused:
        act(pool)
    assert refusal(refused) == (
        "UserLambdaValidationException",
        "PreSignUp failed with error no sign-up for you.",
    )
    assert pool.status("ann") == ""
    assert pool.inbox() == before


def test_an_administrators_user_is_not_confirmed_by_the_answer(pool: TriggeredPool) -> None:
    flags = {"autoConfirmUser": True, "autoVerifyEmail": True}
    pool.behave("PreSignUp_AdminCreateUser", response=flags)
    of_admin(pool)
    assert pool.status("ann") == "FORCE_CHANGE_PASSWORD"
    assert pool.events("PostConfirmation_ConfirmSignUp") == []


@pytest.mark.parametrize(
    ("source", "act"), [("PreSignUp_SignUp", sign_up), ("PreSignUp_AdminCreateUser", of_admin)]
)
def test_of_two_requests_for_one_name_one_is_refused(
    pool: TriggeredPool, source: str, act: Act
) -> None:
    """While the function of the first runs, the second gets its turn."""
    pool.behave(source, first_takes=1)
    with ThreadPoolExecutor() as requests:
        first = requests.submit(act, pool)
        while not pool.events():
            time.sleep(0.01)
        act(pool)
        with pytest.raises(ClientError) as refused:
            first.result()
    assert refusal(refused)[0] == "UsernameExistsException"
    assert len(pool.cognito.list_users(UserPoolId=pool.id)["Users"]) == 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (None, "Invalid lambda function output : Invalid JSON"),
        ("fine", "Invalid lambda function output : Invalid JSON"),
        ({"response": "fine"}, "Unrecognizable lambda output"),
        ({"response": {"autoConfirmUser": "perhaps"}}, "Unrecognizable lambda output"),
        ({"response": {"autoVerifyPhone": True}}, "Unrecognizable lambda output"),
    ],
)
def test_an_answer_that_is_none_refuses(pool: TriggeredPool, answer: Any, message: str) -> None:
    pool.behave("PreSignUp_SignUp", answer=answer)
    with pytest.raises(ClientError) as refused:
        sign_up(pool)
    assert refusal(refused) == ("InvalidLambdaResponseException", message)
    assert pool.status("ann") == ""


def test_what_pre_sign_up_verifies_is_verified(pool: TriggeredPool) -> None:
    flags = {"autoConfirmUser": True, "autoVerifyEmail": True}
    pool.behave("PreSignUp_SignUp", response=flags)
    pool.sign_up("ann")
    found = pool.cognito.admin_get_user(UserPoolId=pool.id, Username="ann")
    attributes = {each["Name"]: each["Value"] for each in found["UserAttributes"]}
    assert (found["UserStatus"], attributes["email_verified"]) == ("CONFIRMED", "true")
    (event,) = pool.events("PostConfirmation_ConfirmSignUp")
    assert event["request"]["userAttributes"]["email_verified"] == "true"


def confirm(pool: TriggeredPool) -> None:
    pool.cognito.confirm_sign_up(
        ClientId=pool.client,
        Username="ann",
        ConfirmationCode=pool.inbox()[0].code,
        ClientMetadata=METADATA,
    )


def confirm_by_admin(pool: TriggeredPool) -> None:
    pool.cognito.admin_confirm_sign_up(UserPoolId=pool.id, Username="ann", ClientMetadata=METADATA)


def confirm_at_once(pool: TriggeredPool) -> None:
    pool.cognito.admin_delete_user(UserPoolId=pool.id, Username="ann")
    pool.behave("PreSignUp_SignUp", response={"autoConfirmUser": True})
    sign_up(pool)


def confirm_a_password(pool: TriggeredPool) -> None:
    confirm(pool)
    pool.forget()
    pool.cognito.forgot_password(ClientId=pool.client, Username="ann")
    pool.cognito.confirm_forgot_password(
        ClientId=pool.client,
        Username="ann",
        ConfirmationCode=pool.inbox()[0].code,
        Password=PASSWORD + "2",
        ClientMetadata=METADATA,
    )


@pytest.mark.parametrize(
    ("act", "source"),
    [
        (confirm, "PostConfirmation_ConfirmSignUp"),
        (confirm_by_admin, "PostConfirmation_ConfirmSignUp"),
        (confirm_at_once, "PostConfirmation_ConfirmSignUp"),
        (confirm_a_password, "PostConfirmation_ConfirmForgotPassword"),
    ],
)
def test_post_confirmation_runs_once_after_each_way_to_be_confirmed(
    pool: TriggeredPool, act: Act, source: str
) -> None:
    sign_up(pool)
    act(pool)
    (event,) = [each for each in pool.events() if "PostConfirmation" in each["triggerSource"]]
    assert event["triggerSource"] == source
    assert event["response"] == {}
    assert event["request"]["clientMetadata"] == METADATA
    attributes = event["request"]["userAttributes"]
    assert attributes["cognito:user_status"] == "CONFIRMED"
    assert (attributes["email"], event["userName"]) == (EMAIL, "ann")
    assert attributes["sub"]


def test_an_administrators_user_is_not_confirmed_later_either(pool: TriggeredPool) -> None:
    """Neither by a password that the administrator sets, nor by one that the user chooses."""
    of_admin(pool)
    pool.cognito.admin_set_user_password(UserPoolId=pool.id, Username="ann", Password=PASSWORD)
    challenge = pool.sign_in("ann")
    pool.cognito.respond_to_auth_challenge(
        ClientId=pool.client,
        ChallengeName=challenge["ChallengeName"],
        Session=challenge["Session"],
        ChallengeResponses={"USERNAME": "ann", "NEW_PASSWORD": PASSWORD + "2"},
    )
    assert pool.status("ann") == "CONFIRMED"
    assert pool.sources == ["PreSignUp_AdminCreateUser"]


@pytest.mark.parametrize("act", [confirm, confirm_by_admin])
def test_a_user_whose_post_confirmation_fails_stays_confirmed(
    pool: TriggeredPool, act: Act
) -> None:
    sign_up(pool)
    pool.behave("PostConfirmation_ConfirmSignUp", **{"raise": "no group"})
    with pytest.raises(ClientError) as refused:
        act(pool)
    assert refusal(refused) == (
        "UserLambdaValidationException",
        "PostConfirmation failed with error no group.",
    )
    assert pool.status("ann") == "CONFIRMED"


def test_a_function_that_is_gone_refuses(pool: TriggeredPool) -> None:
    other = TriggeredPool.__new__(TriggeredPool)
    other.__dict__.update(pool.__dict__)
    other.function = pool.function + "-gone"
    other.make("PreSignUp")
    with pytest.raises(ClientError) as refused:
        other.sign_up()
    assert refusal(refused) == (
        "UnexpectedLambdaException",
        "PreSignUp invocation failed due to error AccessDeniedException.",
    )
    assert other.status(EMAIL) == ""
