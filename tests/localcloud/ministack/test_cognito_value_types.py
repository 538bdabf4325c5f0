"""Requests of a local pool with values of a wrong type are refused, whatever they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from workbench.aws.target import LocalTarget

LIST = "Start of list found where not expected"
MAP = "Start of structure or map found where not expected."


def ask(target: LocalTarget, action: str, given: Any) -> tuple[int, str, str]:
    said = httpx.post(
        target.endpoint,
        content=json.dumps(given),
        headers={
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"AWSCognitoIdentityProviderService.{action}",
        },
    )
    told = said.json()
    return said.status_code, told["__type"], told.get("Message") or told.get("message")


@pytest.mark.parametrize(
    ("action", "given", "message"),
    [
        ("InitiateAuth", {"ClientId": 5}, "NUMBER_VALUE can not be converted to a String"),
        ("InitiateAuth", {"ClientId": True}, "TRUE_VALUE can not be converted to a String"),
        ("InitiateAuth", {"AuthParameters": "x"}, "Unexpected field type"),
        ("InitiateAuth", {"AuthParameters": []}, LIST),
        ("InitiateAuth", {"AuthParameters": {"USERNAME": {}}}, MAP),
        ("RespondToAuthChallenge", {"Session": ["x"]}, LIST),
        ("VerifySoftwareToken", {"Session": {}}, MAP),
        ("ListDevices", {"Limit": "3"}, "STRING_VALUE can not be converted to an Integer"),
        ("SignUp", {"UserAttributes": {"Name": "x"}}, "Unexpected field type"),
        (
            "SignUp",
            {"UserAttributes": [{"Name": "custom:n", "Value": 5}]},
            "NUMBER_VALUE can not be converted to a String",
        ),
        (
            "SetUserMFAPreference",
            {"SMSMfaSettings": {"Enabled": "yes"}},
            "STRING_VALUE can not be converted to a Boolean",
        ),
        ("GetUser", [], LIST),
        ("GetUser", "x", "Unexpected field type"),
    ],
)
def test_a_value_of_another_type_is_refused(
    local_cloud: LocalTarget, action: str, given: Any, message: str
) -> None:
    assert ask(local_cloud, action, given) == (400, "SerializationException", message)


def test_a_passkeys_credential_may_be_anything(local_cloud: LocalTarget) -> None:
    given = {"AccessToken": "x", "Credential": {"any": [1, True, None]}}
    assert ask(local_cloud, "CompleteWebAuthnRegistration", given)[2] == "Invalid Access Token"


def test_null_is_absent_and_what_is_unknown_is_ignored(local_cloud: LocalTarget) -> None:
    cases: list[dict[str, Any]] = [
        {"AuthParameters": None},
        {"AuthParameters": {"USERNAME": None}},
        {"Nope": []},
    ]
    for more in cases:
        given = {"ClientId": "nobody", "AuthFlow": "USER_SRP_AUTH", **more}
        assert ask(local_cloud, "InitiateAuth", given)[:2] == (400, "ResourceNotFoundException")
