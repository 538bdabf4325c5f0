"""The custom message trigger: each source, its event, its texts in the inbox, and its rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.ministack.cognito_triggers.conftest import (
    PASSWORD,
    TriggeredPool,
    refusal,
)
from tests.localcloud.ministack.cognito_triggers.message_causes import (
    METADATA,
    PHONE,
    choose_factor,
    delete_users,
    forget_password,
    resend,
    sign_up,
)

Act = Callable[[TriggeredPool], Any]


@pytest.fixture(scope="module", autouse=True)
def made(pool: TriggeredPool) -> None:
    pool.make(
        "CustomMessage",
        "PreSignUp",
        flows=("USER_AUTH",),
        MfaConfiguration="OFF",
        Policies={
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}
        },
        UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
    )


@pytest.fixture(autouse=True)
def fresh(pool: TriggeredPool) -> None:
    pool.forget()
    delete_users(pool)


def create(pool: TriggeredPool, **more: Any) -> None:
    pool.cognito.admin_create_user(
        UserPoolId=pool.id,
        Username="ann",
        UserAttributes=[{"Name": "email", "Value": "ann@example.com"}],
        DesiredDeliveryMediums=["EMAIL"],
        ClientMetadata=METADATA,
        **more,
    )


def invite_again(pool: TriggeredPool) -> None:
    create(pool, MessageAction="SUPPRESS", TemporaryPassword="Passw0rd!t")
    pool.cognito.admin_create_user(
        UserPoolId=pool.id,
        Username="ann",
        DesiredDeliveryMediums=["EMAIL"],
        MessageAction="RESEND",
        ClientMetadata=METADATA,
    )


def reset_password(pool: TriggeredPool) -> None:
    pool.made_user("ann")
    pool.cognito.admin_reset_user_password(
        UserPoolId=pool.id, Username="ann", ClientMetadata=METADATA
    )


def sign_in_by_mail(pool: TriggeredPool) -> None:
    pool.made_user("ann")
    choose_factor(pool, "EMAIL_OTP")


def change_address(pool: TriggeredPool) -> str:
    pool.made_user("ann")
    token: str = pool.sign_in("ann")["AuthenticationResult"]["AccessToken"]
    pool.cognito.update_user_attributes(
        AccessToken=token,
        UserAttributes=[{"Name": "email", "Value": "new@example.com"}],
        ClientMetadata=METADATA,
    )
    return token


def change_address_by_admin(pool: TriggeredPool) -> None:
    pool.made_user("ann")
    pool.cognito.admin_update_user_attributes(
        UserPoolId=pool.id,
        Username="ann",
        UserAttributes=[{"Name": "email", "Value": "new@example.com"}],
        ClientMetadata=METADATA,
    )


def ask_for_a_code(pool: TriggeredPool) -> None:
    pool.made_user("ann")
    token = pool.sign_in("ann")["AuthenticationResult"]["AccessToken"]
    pool.cognito.get_user_attribute_verification_code(
        AccessToken=token, AttributeName="email", ClientMetadata=METADATA
    )


SOURCES: list[tuple[Act, str]] = [
    (sign_up, "CustomMessage_SignUp"),
    (create, "CustomMessage_AdminCreateUser"),
    (invite_again, "CustomMessage_AdminCreateUser"),
    (resend, "CustomMessage_ResendCode"),
    (forget_password, "CustomMessage_ForgotPassword"),
    (reset_password, "CustomMessage_ForgotPassword"),
    (sign_in_by_mail, "CustomMessage_Authentication"),
    (change_address, "CustomMessage_UpdateUserAttribute"),
    (change_address_by_admin, "CustomMessage_UpdateUserAttribute"),
    (ask_for_a_code, "CustomMessage_VerifyUserAttribute"),
]


@pytest.mark.parametrize(("act", "source"), SOURCES)
def test_each_source_asks_and_the_inbox_has_the_custom_text(
    pool: TriggeredPool, act: Act, source: str
) -> None:
    text = "Dear {username}, <b>{####}</b>" if "AdminCreate" in source else "The code: {####}"
    pool.behave(source, response={"emailMessage": text, "emailSubject": "From the trigger"})
    act(pool)
    (event,) = pool.events(source)
    request = event["request"]
    assert request["codeParameter"] == "{####}"
    assert request["usernameParameter"] == ("{username}" if "AdminCreate" in source else None)
    assert request["clientMetadata"] == METADATA
    assert request["userAttributes"]["email"] == "ann@example.com"
    assert request["userAttributes"]["cognito:user_status"]
    assert event["response"] == {"smsMessage": None, "emailMessage": None, "emailSubject": None}
    message = pool.inbox()[0]
    assert message.subject == "From the trigger"
    if "AdminCreate" in source:
        assert message.text.startswith("Dear ann, ")
    else:
        assert message.text == f"The code: {message.code}"


def test_a_text_that_the_trigger_leaves_out_is_the_pools(pool: TriggeredPool) -> None:
    pool.behave("CustomMessage_SignUp", response={"emailSubject": "Only a subject"})
    sign_up(pool)
    message = pool.inbox()[0]
    assert (message.subject, message.text) == (
        "Only a subject",
        f"Your verification code is {message.code}.",
    )


def test_an_sms_has_the_custom_text(pool: TriggeredPool) -> None:
    pool.behave("CustomMessage_Authentication", response={"smsMessage": "SMS {####}"})
    pool.made_user("ann", phone_number=PHONE)
    pool.cognito.initiate_auth(
        ClientId=pool.client,
        AuthFlow="USER_AUTH",
        AuthParameters={"USERNAME": "ann", "PREFERRED_CHALLENGE": "SMS_OTP"},
        ClientMetadata=METADATA,
    )
    message = pool.inbox()[0]
    assert (message.medium, message.recipient, message.text) == (
        "sms",
        PHONE,
        f"SMS {message.code}",
    )
    (event,) = pool.events("CustomMessage_Authentication")
    assert "clientMetadata" not in event["request"]  # not from the start of a sign-in


@pytest.mark.parametrize(
    ("act", "source", "response"),
    [
        (sign_up, "CustomMessage_SignUp", {"emailMessage": "no code"}),
        (sign_up, "CustomMessage_SignUp", {"emailMessage": 7}),
        (sign_up, "CustomMessage_SignUp", {"smsMessage": "{####}" + "x" * 140}),
        (create, "CustomMessage_AdminCreateUser", {"emailMessage": "{####} without a name"}),
        (create, "CustomMessage_AdminCreateUser", {"emailMessage": "{username} without a code"}),
    ],
)
def test_a_text_that_nobody_could_use_refuses(
    pool: TriggeredPool, act: Act, source: str, response: dict[str, Any]
) -> None:
    before = pool.inbox()
    pool.behave(source, response=response)
    with pytest.raises(ClientError) as refused:
        act(pool)
    assert refusal(refused)[0] == "InvalidLambdaResponseException"
    assert pool.inbox() == before


@pytest.mark.parametrize(("act", "source"), SOURCES)
def test_what_the_trigger_throws_refuses(pool: TriggeredPool, act: Act, source: str) -> None:
    pool.behave(source, **{"raise": "no text"})
    with pytest.raises(ClientError) as refused:
        act(pool)
    assert refusal(refused) == (
        "UserLambdaValidationException",
        "CustomMessage failed with error no text.",
    )
    if act is create:
        assert pool.status("ann") == ""


def test_a_new_password_is_asked_for_even_where_the_trigger_refuses(pool: TriggeredPool) -> None:
    """Nobody signs in with the old password after a refused message of a reset."""
    pool.behave("CustomMessage_ForgotPassword", **{"raise": "no text"})
    with pytest.raises(ClientError):
        reset_password(pool)
    assert pool.status("ann") == "RESET_REQUIRED"
    with pytest.raises(ClientError, match="Password reset required"):
        pool.sign_in("ann", PASSWORD)
