"""Events of a user pool's triggers, for a user. Pure.

Source: Cognito developer guide, "Customizing user pool workflows with Lambda triggers".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from workbench.functions.sample_events.services import Event, Place


@dataclass(frozen=True, slots=True)
class PoolUser:
    """A user, as events name them; ``attributes`` hold ``sub``."""

    pool_id: str
    client_id: str
    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()


_SOURCES: Final[Mapping[str, str]] = {
    "PreSignUp": "PreSignUp_SignUp",
    "PostConfirmation": "PostConfirmation_ConfirmSignUp",
    "PreAuthentication": "PreAuthentication_Authentication",
    "PostAuthentication": "PostAuthentication_Authentication",
    "CustomMessage": "CustomMessage_SignUp",
    "DefineAuthChallenge": "DefineAuthChallenge_Authentication",
    "CreateAuthChallenge": "CreateAuthChallenge_Authentication",
    "VerifyAuthChallengeResponse": "VerifyAuthChallengeResponse_Authentication",
    "PreTokenGeneration": "TokenGeneration_Authentication",
    "UserMigration": "UserMigration_Authentication",
    "CustomEmailSender": "CustomEmailSender_SignUp",
    "CustomSMSSender": "CustomSMSSender_SignUp",
}
"""The source that is met first of each trigger."""


_GIVEN_LATER: Final = ("sub", "cognito:user_status", "email_verified", "phone_number_verified")
"""Attributes that a user has who is signed up."""


def trigger_event(place: Place, trigger: str, user: PoolUser) -> Event:
    """What the pool sends for the trigger, such as ``PreSignUp`` or ``PreTokenGeneration V2_0``."""
    name, _, version = trigger.partition(" ")
    request, response = _members(name, user, is_versioned=bool(version))
    return {
        "version": version.removeprefix("V").partition("_")[0] or "1",
        "triggerSource": _SOURCES.get(name, name),
        "region": place.region,
        "userPoolId": user.pool_id,
        "userName": user.name,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": user.client_id},
        "request": request,
        "response": response,
    }


def _members(
    name: str, user: PoolUser, *, is_versioned: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    attributes = dict(user.attributes)
    known = {"userAttributes": attributes}
    asked_for = {"challengeName": "CUSTOM_CHALLENGE", "userNotFound": False}
    match name:
        case "PreSignUp":
            said = {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False}
            new = {each: value for each, value in attributes.items() if each not in _GIVEN_LATER}
            return {"userAttributes": new, "validationData": None}, said
        case "PreAuthentication":
            return {**known, "validationData": None, "userNotFound": False}, {}
        case "PostAuthentication":
            return {**known, "newDeviceUsed": False}, {}
        case "CustomMessage":
            code = {"codeParameter": "{####}", "usernameParameter": None, "linkParameter": ""}
            said_text = {"smsMessage": None, "emailMessage": None, "emailSubject": None}
            return {**known, **code}, said_text
        case "DefineAuthChallenge":
            decided = {"challengeName": None, "issueTokens": None, "failAuthentication": None}
            return {**known, "session": [], "userNotFound": False}, decided
        case "CreateAuthChallenge":
            made = {
                "publicChallengeParameters": None,
                "privateChallengeParameters": None,
                "challengeMetadata": None,
            }
            return {**known, **asked_for, "session": []}, made
        case "VerifyAuthChallengeResponse":
            asked = {"privateChallengeParameters": {"answer": "1234"}, "challengeAnswer": "1234"}
            return {**known, **asked, "userNotFound": False}, {"answerCorrect": None}
        case "PreTokenGeneration":
            groups = {
                "groupsToOverride": list(user.groups),
                "iamRolesToOverride": [],
                "preferredRole": None,
            }
            member = "claimsAndScopeOverrideDetails" if is_versioned else "claimsOverrideDetails"
            scopes = {"scopes": ["aws.cognito.signin.user.admin"]} if is_versioned else {}
            return {**known, "groupConfiguration": groups, **scopes}, {member: None}
        case "UserMigration":
            made_user = {
                "userAttributes": None,
                "forceAliasCreation": None,
                "enableSMSMFA": None,
                "finalUserStatus": None,
                "messageAction": None,
                "desiredDeliveryMediums": None,
            }
            return {"password": "", "validationData": None, "userAttributes": None}, made_user
        case "CustomEmailSender" | "CustomSMSSender":
            kind = "customEmailSenderRequestV1" if "Email" in name else "customSMSSenderRequestV1"
            return {"type": kind, "code": "encrypted code", "clientMetadata": None, **known}, {}
    return known, {}
