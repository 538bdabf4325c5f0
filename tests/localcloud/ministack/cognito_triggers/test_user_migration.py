"""User migration: when the trigger runs, whom it makes, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.ministack.cognito_triggers.conftest import (
    PASSWORD,
    TriggeredPool,
    refusal,
)
from workbench.users.user_pools import UserPoolProblem
from workbench.users.user_sign_in import AppClient, Flow, begin

METADATA = {"from": "test"}
SIGN_IN, FORGOTTEN = "UserMigration_Authentication", "UserMigration_ForgotPassword"
OLD_PASSWORD = "old"  # the pool's policy does not count for it
KNOWN: dict[str, Any] = {
    "userAttributes": {"email": "known@example.com", "email_verified": "true"},
    "finalUserStatus": "CONFIRMED",
    "messageAction": "SUPPRESS",
}


@pytest.fixture(scope="module", autouse=True)
def made(pool: TriggeredPool) -> None:
    pool.make("UserMigration", "PreSignUp", flows=("USER_SRP_AUTH",))


@pytest.fixture(autouse=True)
def fresh(pool: TriggeredPool) -> None:
    pool.forget()
    for user in pool.cognito.list_users(UserPoolId=pool.id)["Users"]:
        pool.cognito.admin_delete_user(UserPoolId=pool.id, Username=user["Username"])


def test_a_known_user_signs_in_and_is_there_from_then_on(pool: TriggeredPool) -> None:
    pool.behave(SIGN_IN, response=KNOWN)
    assert pool.sign_in("known", OLD_PASSWORD, ClientMetadata=METADATA)["AuthenticationResult"]
    (event,) = pool.events()
    assert (event["triggerSource"], event["userName"]) == (SIGN_IN, "known")
    assert event["request"] == {
        "password": OLD_PASSWORD,
        "validationData": METADATA,
        "userAttributes": None,
    }
    assert set(event["response"]) >= {"userAttributes", "finalUserStatus", "messageAction"}
    assert pool.status("known") == "CONFIRMED"
    assert pool.inbox() == ()
    assert pool.sign_in("known", OLD_PASSWORD)["AuthenticationResult"]
    assert len(pool.events()) == 1
    with pytest.raises(ClientError, match="Incorrect username or password"):
        pool.sign_in("known", "another")


def test_the_admin_flow_migrates_too(pool: TriggeredPool) -> None:
    pool.behave(SIGN_IN, response=KNOWN)
    signed_in = pool.cognito.admin_initiate_auth(
        UserPoolId=pool.id,
        ClientId=pool.client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "known", "PASSWORD": OLD_PASSWORD},
    )
    assert signed_in["AuthenticationResult"]


def test_a_password_proof_does_not_migrate(pool: TriggeredPool) -> None:
    pool.behave(SIGN_IN, response=KNOWN)
    client = AppClient(pool.id, pool.client)
    with pytest.raises(UserPoolProblem):
        begin(pool.cognito, client, "known", Flow.SRP, OLD_PASSWORD)
    assert pool.events() == []


def test_without_a_final_status_the_password_has_to_be_reset(pool: TriggeredPool) -> None:
    pool.behave(SIGN_IN, response={**KNOWN, "finalUserStatus": None})
    with pytest.raises(ClientError) as refused:
        pool.sign_in("known", OLD_PASSWORD)
    assert refusal(refused)[0] == "PasswordResetRequiredException"
    assert pool.status("known") == "RESET_REQUIRED"


def test_a_welcome_message_is_sent_unless_it_is_suppressed(pool: TriggeredPool) -> None:
    told = {**KNOWN, "messageAction": None, "desiredDeliveryMediums": ["EMAIL"]}
    pool.behave(SIGN_IN, response=told)
    pool.sign_in("known", OLD_PASSWORD)
    message = pool.inbox()[0]
    assert (message.kind, message.recipient) == ("invitation", "known@example.com")


def test_what_the_function_throws_is_told(pool: TriggeredPool) -> None:
    pool.behave(SIGN_IN, **{"raise": "Bad password"})
    with pytest.raises(ClientError) as refused:
        pool.sign_in("known", OLD_PASSWORD)
    assert refusal(refused) == (
        "UserLambdaValidationException",
        "UserMigration failed with error Bad password.",
    )
    assert pool.status("known") == ""


@pytest.mark.parametrize("behaviour", [{}, {"answer": None}, {"response": {"userAttributes": 7}}])
def test_whom_the_function_does_not_know_is_unknown(
    pool: TriggeredPool, behaviour: dict[str, Any]
) -> None:
    pool.behave(SIGN_IN, **behaviour)
    with pytest.raises(ClientError) as refused:
        pool.sign_in("nobody", OLD_PASSWORD)
    assert refusal(refused) == (
        "UserNotFoundException",
        f"Exception migrating user in app client {pool.client}",
    )


def test_a_client_that_hides_users_hides_the_unknown_but_no_failure(pool: TriggeredPool) -> None:
    hiding = pool.cognito.create_user_pool_client(
        UserPoolId=pool.id, ClientName="hiding", PreventUserExistenceErrors="ENABLED"
    )["UserPoolClient"]["ClientId"]
    pool.behave(FORGOTTEN)
    told = pool.cognito.forgot_password(ClientId=hiding, Username="nobody")
    assert told["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"
    pool.behave(FORGOTTEN, **{"raise": "Not here"})
    with pytest.raises(ClientError) as refused:
        pool.cognito.forgot_password(ClientId=hiding, Username="nobody")
    assert refusal(refused) == (
        "UserLambdaValidationException",
        "UserMigration failed with error Not here.",
    )


def test_an_attribute_that_the_pool_does_not_have_migrates_nobody(pool: TriggeredPool) -> None:
    attributes = {**KNOWN["userAttributes"], "custom:team": "blue"}
    pool.behave(SIGN_IN, response={**KNOWN, "userAttributes": attributes})
    with pytest.raises(ClientError) as refused:
        pool.sign_in("known", OLD_PASSWORD)
    assert refusal(refused)[0] == "InvalidParameterException"
    assert pool.status("known") == ""


def test_a_forgotten_password_migrates_and_is_set_anew(pool: TriggeredPool) -> None:
    pool.behave(FORGOTTEN, response={**KNOWN, "finalUserStatus": None})
    pool.cognito.forgot_password(ClientId=pool.client, Username="known", ClientMetadata=METADATA)
    (event,) = pool.events()
    assert event["request"] == {
        "validationData": None,
        "userAttributes": None,
        "clientMetadata": METADATA,
    }
    assert "password" not in event["request"]
    pool.cognito.confirm_forgot_password(
        ClientId=pool.client,
        Username="known",
        ConfirmationCode=pool.inbox()[0].code,
        Password=PASSWORD,
    )
    assert pool.status("known") == "CONFIRMED"
    assert pool.sign_in("known")["AuthenticationResult"]
