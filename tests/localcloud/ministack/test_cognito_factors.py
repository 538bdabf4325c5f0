"""Factors of a sign-in on a local pool: without a password, with each kind of second factor."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.localcloud.ministack.cognito_pools import (
    INCORRECT,
    PASSWORD,
    TOTP,
    WRONG_CODE,
    Pool,
    new_pool,
    refusal,
)
from workbench.aws.clients import Clients
from workbench.users.authenticator import totp_code
from workbench.users.outbound_messages import read_inbox
from workbench.users.user_pools import UserPoolProblem
from workbench.users.user_sign_in import AppClient, Flow, begin

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks
    from workbench.aws.target import LocalTarget

USED_SESSION = (
    "NotAuthorizedException",
    "Invalid session for the user, session can only be used once.",
)

# -- without a password ---------------------------------------------------------------------------


def test_a_user_signs_up_without_a_password_and_is_signed_in_by_the_confirmation(
    stacks: Stacks, local_cloud: LocalTarget
) -> None:
    pool = new_pool(
        local_cloud,
        stacks.clients.cognito_idp,
        "PASSWORD",
        "EMAIL_OTP",
        AutoVerifiedAttributes=["email"],
        UsernameAttributes=["email"],
    )
    name = "new@example.com"
    email = [{"Name": "email", "Value": name}]
    signed_up = pool.cognito.sign_up(ClientId=pool.client, Username=name, UserAttributes=email)
    confirm = {"ClientId": pool.client, "Username": name, "ConfirmationCode": pool.code()}
    confirmed = pool.cognito.confirm_sign_up(**confirm, Session=signed_up["Session"])
    first = {
        "ClientId": pool.client,
        "AuthFlow": "USER_AUTH",
        "AuthParameters": {"USERNAME": name},
        "Session": confirmed["Session"],
    }
    other = {**first, "ClientId": pool.new_client()}
    wrong = ("NotAuthorizedException", "Invalid session for the user.")
    assert refusal(pool.cognito.initiate_auth, **other) == wrong
    assert "AccessToken" in pool.cognito.initiate_auth(**first)["AuthenticationResult"]
    assert refusal(pool.cognito.initiate_auth, **first) == USED_SESSION

    # Nobody guesses a password that is not there.
    for guess in ("anything", PASSWORD):
        assert refusal(pool.begin, name=name, PASSWORD=guess) == INCORRECT
    with pytest.raises(UserPoolProblem, match="Incorrect username or password"):
        begin(pool.cognito, AppClient(pool.id, pool.client), name, Flow.SRP, "anything")
    assert pool.begin("USER_AUTH", name)["AvailableChallenges"] == ["EMAIL_OTP"]
    by_code = pool.begin("USER_AUTH", name, PREFERRED_CHALLENGE="EMAIL_OTP")
    code = pool.code()
    assert (by_code["ChallengeName"], len(code)) == ("EMAIL_OTP", 8)
    assert refusal(pool.respond, by_code, name, EMAIL_OTP_CODE="1234") == WRONG_CODE
    assert by_code["AvailableChallenges"] == ["EMAIL_OTP"]
    assert "AuthenticationResult" in pool.respond(by_code, name, EMAIL_OTP_CODE=code)
    assert refusal(pool.respond, by_code, name, EMAIL_OTP_CODE=code) == USED_SESSION
    given = {"ClientId": pool.client, "Username": "x@example.com"}
    with_email = [{"Name": "email", "Value": "x@example.com"}]
    assert (
        refusal(pool.cognito.sign_up, **given, Password="short", UserAttributes=with_email)[0]
        == "InvalidPasswordException"
    )


def test_an_administrator_makes_a_user_without_a_password(
    stacks: Stacks, local_cloud: LocalTarget
) -> None:
    pool = new_pool(local_cloud, stacks.clients.cognito_idp, "PASSWORD", "EMAIL_OTP")
    email = [{"Name": "email", "Value": "ann@example.com"}]
    made = pool.cognito.admin_create_user(UserPoolId=pool.id, Username="ann", UserAttributes=email)
    assert made["User"]["UserStatus"] == "CONFIRMED"
    assert read_inbox(local_cloud, pool.id)[0].body == "Your username is ann."
    assert refusal(pool.begin, PASSWORD="guess") == INCORRECT
    by_code = pool.begin("USER_AUTH", PREFERRED_CHALLENGE="EMAIL_OTP")
    assert "AuthenticationResult" in pool.answer_code(by_code)
    # Who was given a temporary password changes it first.
    pool.cognito.admin_create_user(
        UserPoolId=pool.id,
        Username="bob",
        UserAttributes=[{"Name": "email", "Value": "bob@example.com"}],
        TemporaryPassword=PASSWORD,
        MessageAction="SUPPRESS",
    )
    asked = pool.begin("USER_AUTH", "bob", PREFERRED_CHALLENGE="EMAIL_OTP")
    assert (asked["ChallengeName"], asked["AvailableChallenges"]) == (
        "SELECT_CHALLENGE",
        ["PASSWORD_SRP", "PASSWORD"],
    )


def test_only_a_pool_with_codes_lets_users_sign_up_without_a_password(
    stacks: Stacks, local_cloud: LocalTarget
) -> None:
    cognito = stacks.clients.cognito_idp
    for factors in ((), ("PASSWORD", "SMS_OTP"), ("PASSWORD", "WEB_AUTHN")):
        pool = new_pool(local_cloud, cognito, *factors)
        email = [{"Name": "email", "Value": "a@example.com"}]
        asked = {"ClientId": pool.client, "Username": "a", "UserAttributes": email}
        assert refusal(cognito.sign_up, **asked)[0] == "InvalidPasswordException"


def test_a_user_who_does_not_exist_is_asked_like_one_who_does(
    stacks: Stacks, local_cloud: LocalTarget
) -> None:
    pool = new_pool(local_cloud, stacks.clients.cognito_idp, "PASSWORD", "EMAIL_OTP")
    assert refusal(pool.begin, "USER_AUTH", "nobody")[0] == "UserNotFoundException"
    pool.client = pool.new_client(PreventUserExistenceErrors="ENABLED")
    asked = pool.begin("USER_AUTH", "nobody")
    assert set(asked["AvailableChallenges"]) == {"PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"}
    assert refusal(pool.respond, asked, "nobody", ANSWER="PASSWORD", PASSWORD="x") == INCORRECT
    preferred = {"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": "x"}
    assert refusal(pool.begin, "USER_AUTH", "nobody", **preferred) == INCORRECT
    by_code = pool.begin("USER_AUTH", "nobody@example.com", PREFERRED_CHALLENGE="EMAIL_OTP")
    told = by_code["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"]
    assert told == "n***@e***"
    assert refusal(pool.respond, by_code, EMAIL_OTP_CODE="") == WRONG_CODE
    # Where names are ids, nobody has one too, and always the same.
    by_email = new_pool(local_cloud, stacks.clients.cognito_idp, UsernameAttributes=["email"])
    by_email.client = by_email.new_client(PreventUserExistenceErrors="ENABLED")
    names = {
        by_email.begin("USER_SRP_AUTH", "nobody@example.com", SRP_A="a" * 64)[
            "ChallengeParameters"
        ]["USERNAME"]
        for _ in range(2)
    }
    assert [len(each) for each in names] == [36]
    srp = {"PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": "a" * 64}
    proof = pool.begin("USER_AUTH", "nobody", **srp)
    assert proof["ChallengeParameters"].keys() >= {"SALT", "SRP_B", "SECRET_BLOCK"}
    again = pool.begin("USER_AUTH", "nobody", **srp)
    assert again["ChallengeParameters"]["SALT"] == proof["ChallengeParameters"]["SALT"]


# -- second factors -------------------------------------------------------------------------------


def template(mfa: str, *kinds: str, **more: Any) -> dict[str, Any]:
    properties = {
        "MfaConfiguration": mfa,
        "EnabledMfas": list(kinds),
        "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"},
        **more,
    }
    return {"Resources": {"Pool": {"Type": "AWS::Cognito::UserPool", "Properties": properties}}}


def test_a_pools_second_factors_are_set_all_at_once(
    stacks: Stacks, local_cloud: LocalTarget
) -> None:
    cognito: Any = stacks.clients.cognito_idp
    named = {"UserPoolId": new_pool(local_cloud, cognito).id}
    app = {"SoftwareTokenMfaConfiguration": {"Enabled": True}}
    together = (
        "InvalidParameterException",
        "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.",
    )
    change = cognito.set_user_pool_mfa_config
    assert refusal(change, **named, **app) == together
    assert refusal(change, **named, **app, MfaConfiguration="OFF") == together
    assert refusal(change, **named, MfaConfiguration="ON")[0] == "InvalidParameterException"
    change(**named, **app, MfaConfiguration="ON")
    change(**named, EmailMfaConfiguration={"Subject": "Code"}, MfaConfiguration="OPTIONAL")
    config = cognito.get_user_pool_mfa_config(**named)
    assert "SoftwareTokenMfaConfiguration" not in config
    change(**named)
    config = cognito.get_user_pool_mfa_config(**named)
    assert (config["MfaConfiguration"], "EmailMfaConfiguration" in config) == ("OFF", False)


def test_second_factors_of_a_template(stacks: Stacks, local_cloud: LocalTarget) -> None:
    cognito = stacks.clients.cognito_idp
    stacks.create(
        "mfa",
        template(
            "ON",
            "SMS_MFA",
            SmsAuthenticationMessage="Sesame {####}",
            WebAuthnRelyingPartyID="localhost",
            WebAuthnUserVerification="required",
        ),
    )
    pool = Pool(local_cloud, cognito, stacks.physical_id("mfa", "Pool"))
    config = cognito.get_user_pool_mfa_config(UserPoolId=pool.id)
    assert config["SmsMfaConfiguration"]["SmsAuthenticationMessage"] == "Sesame {####}"
    assert config["WebAuthnConfiguration"] == {
        "RelyingPartyId": "localhost",
        "UserVerification": "required",
    }
    assert "SoftwareTokenMfaConfiguration" not in config
    pool.new_user()
    by_sms = pool.begin()
    assert by_sms["ChallengeName"] == "SMS_MFA"
    assert by_sms["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] == "+*******0100"
    assert read_inbox(local_cloud, pool.id)[0].body == f"Sesame {pool.code()}"
    assert refusal(pool.respond, by_sms, SMS_MFA_CODE="000") == WRONG_CODE
    assert "AuthenticationResult" in pool.answer_code(by_sms)

    stacks.update("mfa", template("OPTIONAL", TOTP, "EMAIL_OTP", EmailAuthenticationSubject="Hi"))
    config = cognito.get_user_pool_mfa_config(UserPoolId=pool.id)
    assert config["EmailMfaConfiguration"] == {"Subject": "Hi"}
    assert config["SoftwareTokenMfaConfiguration"] == {"Enabled": True}
    assert not {"SmsMfaConfiguration", "WebAuthnConfiguration"} & config.keys()
    assert "AuthenticationResult" in pool.begin()

    stacks.update("mfa", template("ON", "EMAIL_OTP"))
    assert cognito.get_user_pool_mfa_config(UserPoolId=pool.id)["EmailMfaConfiguration"] == {}
    by_email = pool.begin()
    assert (by_email["ChallengeName"], len(pool.code())) == ("EMAIL_OTP", 6)
    assert "AuthenticationResult" in pool.answer_code(by_email)


def test_who_can_use_two_second_factors_chooses_one(
    stacks: Stacks, local_cloud: LocalTarget
) -> None:
    pool = new_pool(local_cloud, stacks.clients.cognito_idp)
    pool.cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        MfaConfiguration="ON",
        SmsMfaConfiguration={"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::1:role/sms"}},
        EmailMfaConfiguration={"Subject": "Your code"},
        SoftwareTokenMfaConfiguration={"Enabled": True},
    )
    pool.new_user()
    choosing = pool.begin()
    assert choosing["ChallengeName"] == "SELECT_MFA_TYPE"
    offered = json.loads(choosing["ChallengeParameters"]["MFAS_CAN_CHOOSE"])
    assert offered == ["SMS_MFA", "EMAIL_OTP"]
    assert refusal(pool.respond, choosing, ANSWER=TOTP)[0] == "InvalidParameterException"
    chosen = pool.respond(choosing, ANSWER="EMAIL_OTP")
    token = pool.answer_code(chosen)["AuthenticationResult"]["AccessToken"]

    # An authenticator app, by an access token; then preferences and back.
    secret = pool.cognito.associate_software_token(AccessToken=token)["SecretCode"]
    prefer_totp = {"SoftwareTokenMfaSettings": {"Enabled": True, "PreferredMfa": True}}
    by_admin = {"UserPoolId": pool.id, "Username": "ann"}
    assert refusal(pool.cognito.set_user_mfa_preference, AccessToken=token, **prefer_totp) == (
        "InvalidParameterException",
        "User has not verified software token mfa",
    )
    verified = {"AccessToken": token, "UserCode": totp_code(secret)}
    assert pool.cognito.verify_software_token(**verified)["Status"] == "SUCCESS"
    told = pool.cognito.get_user(AccessToken=token)
    assert not {"UserMFASettingList", "PreferredMfaSetting"} & told.keys()
    offered = json.loads(pool.begin()["ChallengeParameters"]["MFAS_CAN_CHOOSE"])
    assert offered == ["SMS_MFA", TOTP, "EMAIL_OTP"]
    pool.cognito.set_user_mfa_preference(AccessToken=token, **prefer_totp)
    found = pool.cognito.get_user_auth_factors(AccessToken=token)
    assert (found["PreferredMfaSetting"], found["UserMFASettingList"]) == (TOTP, [TOTP])
    assert found == {
        **pool.cognito.admin_get_user_auth_factors(**by_admin),
        "ResponseMetadata": found["ResponseMetadata"],
    }
    by_app = pool.begin()
    assert by_app["ChallengeName"] == TOTP
    signed_in = pool.respond(by_app, SOFTWARE_TOKEN_MFA_CODE=totp_code(secret))
    assert "AuthenticationResult" in signed_in
    pool.cognito.admin_set_user_mfa_preference(
        **by_admin,
        SMSMfaSettings={"Enabled": True},
        SoftwareTokenMfaSettings={"PreferredMfa": False},
    )
    assert pool.begin()["ChallengeName"] == "SELECT_MFA_TYPE"
    pool.cognito.admin_delete_software_token(**by_admin)
    assert pool.begin()["ChallengeName"] == "SMS_MFA"


def test_an_address_is_set_up_as_a_second_factor_at_sign_in(
    stacks: Stacks, local_cloud: LocalTarget
) -> None:
    pool = new_pool(local_cloud, stacks.clients.cognito_idp)
    pool.cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id, MfaConfiguration="ON", EmailMfaConfiguration={"Subject": "Your code"}
    )
    pool.new_user(email="false")
    setting_up = pool.begin()
    assert setting_up["ChallengeName"] == "MFA_SETUP"
    other = new_pool(local_cloud, stacks.clients.cognito_idp)
    mixed = {
        "UserPoolId": other.id,
        "ClientId": pool.client,
        "ChallengeName": "MFA_SETUP",
        "Session": setting_up["Session"],
        "ChallengeResponses": {"USERNAME": "ann", "EMAIL": "x@example.com"},
    }
    assert refusal(pool.cognito.admin_respond_to_auth_challenge, **mixed) == (
        "NotAuthorizedException",
        "Invalid session for the user.",
    )
    assert json.loads(setting_up["ChallengeParameters"]["MFAS_CAN_SETUP"]) == ["EMAIL_OTP"]
    sent = pool.respond(setting_up, EMAIL="ann@other.example.com")
    assert read_inbox(local_cloud, pool.id)[0].recipient == "ann@other.example.com"
    assert "AuthenticationResult" in pool.answer_code(sent)
    assert pool.begin()["ChallengeName"] == "EMAIL_OTP"


def test_an_authenticator_app_is_set_up_in_another_region(local_cloud: LocalTarget) -> None:
    cognito = Clients(replace(local_cloud, region="eu-central-1")).cognito_idp
    pool = new_pool(local_cloud, cognito)
    assert pool.id.startswith("eu-central-1_")
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        MfaConfiguration="ON",
        SoftwareTokenMfaConfiguration={"Enabled": True},
    )
    pool.new_user()
    setting_up = pool.begin()
    secret, session = pool.set_up_totp(setting_up["Session"])
    assert "AuthenticationResult" in pool.respond({**setting_up, "Session": session})
    by_app = pool.begin()
    assert "AuthenticationResult" in pool.respond(by_app, SOFTWARE_TOKEN_MFA_CODE=totp_code(secret))
    # The user is deleted in the middle of a sign-in.
    halfway = pool.begin()
    cognito.admin_delete_user(UserPoolId=pool.id, Username="ann")
    assert refusal(pool.respond, halfway, SOFTWARE_TOKEN_MFA_CODE=totp_code(secret)) == INCORRECT
