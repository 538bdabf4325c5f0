"""What a local pool verifies, where its codes go, and who may reset a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.localcloud.user_pools import PASSWORD, Pool, pairs, refused
from workbench.localcloud.json_web_tokens import read_token

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

ANN, NUMBER = "ann@example.com", "+12025550123"
MASKED_MAIL = {"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
MASKED_SMS = {
    "Destination": "+*******0123",
    "DeliveryMedium": "SMS",
    "AttributeName": "phone_number",
}
BOTH = {"AutoVerifiedAttributes": ["email", "phone_number"]}
MAIL = {"AutoVerifiedAttributes": ["email"]}
EXPIRED = ("ExpiredCodeException", "Invalid code provided, please request a code again.")
MISMATCH = ("CodeMismatchException", "Invalid verification code provided, please try again.")


def test_confirming_verifies_the_address_that_got_the_code(stacks: Stacks) -> None:
    pool = Pool(stacks, **MAIL)
    assert pool.sign_up("ann", email=ANN)["CodeDeliveryDetails"] == MASKED_MAIL
    assert pool.user("ann")["email_verified"] == "false"
    assert refused(lambda: pool.confirm("ann", "no")) == MISMATCH
    code = pool.code()
    pool.confirm("ann", code)
    assert pool.user("ann")["email_verified"] == "true"
    assert refused(lambda: pool.confirm("ann", code)) == (
        "NotAuthorizedException",
        "User cannot be confirmed. Current status is CONFIRMED",
    )
    again = pool.cognito.resend_confirmation_code
    assert refused(lambda: again(ClientId=pool.client, Username="ann")) == (
        "InvalidParameterException",
        "User is already confirmed.",
    )


def test_a_number_comes_before_an_address(stacks: Stacks) -> None:
    pool = Pool(stacks, **BOTH)
    told = pool.sign_up("ann", email=ANN, phone_number=NUMBER)
    assert told["CodeDeliveryDetails"] == MASKED_SMS
    assert [message.medium for message in pool.inbox()] == ["sms"]
    pool.confirm("ann", pool.code())
    found = pool.user("ann")
    assert (found["phone_number_verified"], found["email_verified"]) == ("true", "false")
    # The app asks for the other one, with the user's token.
    token = pool.sign_in("ann")["AccessToken"]
    cognito = pool.cognito
    sent = cognito.get_user_attribute_verification_code(AccessToken=token, AttributeName="email")
    assert sent["CodeDeliveryDetails"] == MASKED_MAIL
    asked = {"AccessToken": token, "AttributeName": "email"}
    assert refused(lambda: cognito.verify_user_attribute(**asked, Code="no")) == MISMATCH
    cognito.verify_user_attribute(**asked, Code=pool.code())
    assert pool.user("ann")["email_verified"] == "true"
    assert refused(lambda: cognito.verify_user_attribute(**asked, Code="no")) == EXPIRED


def test_a_pool_that_verifies_nothing_sends_nothing(stacks: Stacks) -> None:
    pool = Pool(stacks)
    assert "CodeDeliveryDetails" not in pool.sign_up("ann", email=ANN)
    assert pool.inbox() == []
    assert refused(lambda: pool.confirm("ann", "123456")) == EXPIRED
    again = pool.cognito.resend_confirmation_code
    assert refused(lambda: again(ClientId=pool.client, Username="ann")) == (
        "InvalidParameterException",
        "Auto verification not turned on.",
    )
    pool.cognito.admin_confirm_sign_up(UserPoolId=pool.id, Username="ann")
    assert pool.user("ann")["email_verified"] == "false"
    token = read_token(pool.sign_in("ann")["IdToken"])
    assert token is not None
    assert token.claims["email_verified"] is False


def test_an_alias_becomes_a_users_as_it_is_verified(stacks: Stacks) -> None:
    pool = Pool(stacks, AliasAttributes=["email"], **MAIL)
    pool.create("bob", email=ANN, email_verified="true")
    pool.sign_up("ann", email=ANN)
    code = pool.code()
    assert refused(lambda: pool.confirm("ann", code)) == (
        "AliasExistsException",
        "An account with the email already exists.",
    )
    assert pool.user(ANN)["username"] == "bob"
    pool.confirm("ann", code, ForceAliasCreation=True)
    assert pool.user(ANN)["username"] == "ann"
    assert pool.user("bob")["email_verified"] == "false"


def test_a_changed_address_is_unverified_until_its_code_comes_back(stacks: Stacks) -> None:
    pool = Pool(stacks, UsernameAttributes=["email"], **MAIL)
    pool.create("bob@example.com")
    pool.create(ANN, email_verified="true")
    sub = pool.user(ANN)["sub"]
    token = pool.sign_in(ANN)["AccessToken"]
    update = pool.cognito.update_user_attributes
    taken = pairs({"email": "bob@example.com"})
    assert refused(lambda: update(AccessToken=token, UserAttributes=taken)) == (
        "AliasExistsException",
        "An account with the given email already exists.",
    )
    told = update(AccessToken=token, UserAttributes=pairs({"email": "zoe@example.com"}))
    assert told["CodeDeliveryDetailsList"] == [{**MASKED_MAIL, "Destination": "z***@e***"}]
    found = pool.user("zoe@example.com")
    assert (found["sub"], found["email_verified"]) == (sub, "false")
    pool.cognito.verify_user_attribute(AccessToken=token, AttributeName="email", Code=pool.code())
    assert pool.user(sub)["email_verified"] == "true"


def test_the_old_address_stays_where_the_new_one_is_verified_first(stacks: Stacks) -> None:
    first = {"AttributesRequireVerificationBeforeUpdate": ["email"]}
    pool = Pool(stacks, UsernameAttributes=["email"], UserAttributeUpdateSettings=first, **MAIL)
    pool.create(ANN, email_verified="true")
    sub = pool.user(ANN)["sub"]
    token = pool.sign_in(ANN)["AccessToken"]
    change = pairs({"email": "zoe@example.com", "name": "Zoe"})
    told = pool.cognito.update_user_attributes(AccessToken=token, UserAttributes=change)
    assert [each["Destination"] for each in told["CodeDeliveryDetailsList"]] == ["z***@e***"]
    found = pool.user(sub)
    assert (found["email"], found["email_verified"], found["name"]) == (ANN, "true", "Zoe")
    pool.cognito.verify_user_attribute(AccessToken=token, AttributeName="email", Code=pool.code())
    found = pool.user(sub)
    assert (found["email"], found["email_verified"]) == ("zoe@example.com", "true")
    # An administrator may vouch for an address.
    pool.update(sub, email="amy@example.com", email_verified="true")
    assert pool.user("amy@example.com")["email_verified"] == "true"
    pool.update(sub, email="eve@example.com")
    assert pool.user(sub)["email"] == "amy@example.com"


def test_attributes_are_deleted(stacks: Stacks) -> None:
    pool = Pool(stacks)
    pool.create("ann", email=ANN, email_verified="true", name="Ann", nickname="A")
    named = {"UserPoolId": pool.id, "Username": "ann"}
    delete = pool.cognito.admin_delete_user_attributes
    delete(**named, UserAttributeNames=["email", "name"])
    pool.update("ann", nickname="")
    assert set(pool.user("ann")) == {"username", "sub"}
    assert refused(lambda: delete(**named, UserAttributeNames=["custom:x"])) == (
        "InvalidParameterException",
        "Invalid user attributes: user.custom:x: Attribute does not exist in the schema.\n",
    )
    pool.update("ann", phone_number=NUMBER)
    token = pool.sign_in("ann")["AccessToken"]
    pool.cognito.set_user_settings(
        AccessToken=token,
        MFAOptions=[{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}],
    )
    found = pool.cognito.get_user(AccessToken=token)
    assert found["MFAOptions"][0]["DeliveryMedium"] == "SMS"
    pool.cognito.delete_user_attributes(AccessToken=token, UserAttributeNames=["phone_number"])
    assert set(pool.user("ann")) == {"username", "sub"}


UNREACHABLE = (
    "InvalidParameterException",
    "Cannot reset password for the user as there is no registered/verified email or phone_number",
)
WRONG_STATE = ("NotAuthorizedException", "User password cannot be reset in the current state.")


@pytest.mark.parametrize("hiding", ["LEGACY", "ENABLED"])
def test_a_reset_needs_a_verified_address_and_a_user_who_has_a_password(
    stacks: Stacks, hiding: str
) -> None:
    pool = Pool(stacks, {"PreventUserExistenceErrors": hiding}, UsernameAttributes=["email"])
    pool.create(ANN, email_verified="true")

    def reset() -> None:
        pool.cognito.admin_reset_user_password(UserPoolId=pool.id, Username=ANN)

    assert refused(lambda: pool.forgot(ANN)) == refused(reset) == WRONG_STATE
    pool.set_password(ANN)
    pool.update(ANN, email_verified="false")
    assert refused(lambda: pool.forgot(ANN)) == refused(reset) == UNREACHABLE
    assert pool.inbox() == []
    pool.update(ANN, email_verified="true")
    assert pool.forgot(ANN) == MASKED_MAIL
    reset()
    reset()
    assert len({message.code for message in pool.inbox()}) > 1
    asked = {"ClientId": pool.client, "Username": ANN, "Password": PASSWORD + "2"}
    pool.cognito.confirm_forgot_password(**asked, ConfirmationCode=pool.code())


def test_the_pool_says_where_a_reset_goes(stacks: Stacks) -> None:
    pool = Pool(stacks)

    def recover(*names: str) -> None:
        mechanisms = [{"Name": name, "Priority": at} for at, name in enumerate(names, 1)]
        pool.cognito.update_user_pool(
            UserPoolId=pool.id, AccountRecoverySetting={"RecoveryMechanisms": mechanisms}
        )

    pool.create(
        "ann",
        email=ANN,
        email_verified="true",
        phone_number=NUMBER,
        phone_number_verified="true",
    )
    pool.set_password("ann")
    assert pool.forgot("ann") == MASKED_SMS
    recover("verified_email", "verified_phone_number")
    assert pool.forgot("ann") == MASKED_MAIL
    recover("verified_phone_number")
    pool.cognito.admin_set_user_mfa_preference(
        UserPoolId=pool.id, Username="ann", SMSMfaSettings={"Enabled": True}
    )
    assert refused(lambda: pool.forgot("ann")) == UNREACHABLE
    recover("admin_only")
    assert refused(lambda: pool.forgot("ann")) == (
        "NotAuthorizedException",
        "Contact administrator to reset password.",
    )


def test_nobody_learns_who_exists_where_the_client_hides_it(stacks: Stacks) -> None:
    pool = Pool(stacks, {"PreventUserExistenceErrors": "ENABLED"}, **MAIL)
    cognito, named = pool.cognito, {"ClientId": pool.client, "Username": ANN}
    assert pool.forgot(ANN) == MASKED_MAIL
    assert cognito.resend_confirmation_code(**named)["CodeDeliveryDetails"] == MASKED_MAIL
    assert pool.forgot("nobody")["Destination"].startswith("n***@")
    assert refused(lambda: pool.confirm(ANN, "123456")) == MISMATCH
    confirm = cognito.confirm_forgot_password
    assert (
        refused(lambda: confirm(**named, ConfirmationCode="123456", Password=PASSWORD)) == MISMATCH
    )
    assert pool.inbox() == []


def test_who_asks_for_an_unknown_user_is_told_where_nothing_hides_it(stacks: Stacks) -> None:
    pool = Pool(stacks)
    unknown = ("UserNotFoundException", "Username/client id combination not found.")
    assert refused(lambda: pool.forgot("nobody")) == unknown
    assert refused(lambda: pool.confirm("nobody", "123456")) == unknown


def test_a_code_is_not_found_by_trying(stacks: Stacks) -> None:
    pool = Pool(stacks, **MAIL)
    pool.sign_up("ann", email=ANN)
    for _ in range(10):
        assert refused(lambda: pool.confirm("ann", "no")) == MISMATCH
    assert refused(lambda: pool.confirm("ann", pool.code())) == (
        "LimitExceededException",
        "Attempt limit exceeded, please try after some time.",
    )
    pool.cognito.resend_confirmation_code(ClientId=pool.client, Username="ann")
    pool.confirm("ann", pool.code())


def test_no_change_takes_anothers_alias(stacks: Stacks) -> None:
    pool = Pool(stacks, AliasAttributes=["email", "preferred_username"], **MAIL)
    pool.create("ann", email=ANN, email_verified="true", preferred_username="first")
    pool.create("bob", email="bob@example.com", email_verified="true")
    exists = "AliasExistsException"
    assert refused(lambda: pool.update("bob", preferred_username="first"))[0] == exists
    assert refused(lambda: pool.update("bob", email=ANN, email_verified="true"))[0] == exists
    token = pool.sign_in("bob")["AccessToken"]
    update = pool.cognito.update_user_attributes
    named = pairs({"preferred_username": "first"})
    assert refused(lambda: update(AccessToken=token, UserAttributes=named))[0] == exists
    # Anybody may claim an address: who it belongs to is decided by the code.
    update(AccessToken=token, UserAttributes=pairs({"email": ANN}))
    verify, code = pool.cognito.verify_user_attribute, pool.code()
    asked = {"AccessToken": token, "AttributeName": "email", "Code": code}
    assert refused(lambda: verify(**asked))[0] == exists
    assert pool.user(ANN)["username"] == "ann"
    pool.update("ann", email="new@example.com", email_verified="true")
    verify(**asked)
    assert pool.user(ANN)["username"] == "bob"
