"""Pools of a local cloud, asked as an application asks them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from workbench.users.authenticator import totp_code
from workbench.users.outbound_messages import read_inbox

if TYPE_CHECKING:
    from workbench.aws.target import LocalTarget

PASSWORD = "Correct-horse-1"
FLOWS = [
    "ALLOW_USER_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
]
CODES = {"SMS_MFA": "SMS_MFA_CODE", "EMAIL_OTP": "EMAIL_OTP_CODE", "SMS_OTP": "SMS_OTP_CODE"}
TOTP = "SOFTWARE_TOKEN_MFA"
Refusal = tuple[str, str]


@dataclass
class Pool:
    """A pool with one app client, asked as an application asks it."""

    target: LocalTarget
    cognito: Any
    id: str
    client: str = ""

    def __post_init__(self) -> None:
        self.client = self.client or self.new_client()

    def new_client(self, **settings: Any) -> str:
        asked = {"UserPoolId": self.id, "ClientName": "web", "ExplicitAuthFlows": FLOWS}
        made = self.cognito.create_user_pool_client(**asked, **settings)
        client: str = made["UserPoolClient"]["ClientId"]
        return client

    def new_user(self, name: str = "ann", *, phone: str = "true", email: str = "true") -> None:
        named = {"UserPoolId": self.id, "Username": name}
        attributes = [
            {"Name": "email", "Value": f"{name}@example.com"},
            {"Name": "email_verified", "Value": email},
            {"Name": "phone_number", "Value": "+15550100"},
            {"Name": "phone_number_verified", "Value": phone},
        ]
        self.cognito.admin_create_user(**named, UserAttributes=attributes, MessageAction="SUPPRESS")
        self.cognito.admin_set_user_password(**named, Password=PASSWORD, Permanent=True)

    def begin(
        self, flow: str = "USER_PASSWORD_AUTH", name: str = "ann", **given: str
    ) -> dict[str, Any]:
        if flow == "USER_PASSWORD_AUTH":
            given.setdefault("PASSWORD", PASSWORD)
        begun: dict[str, Any] = self.cognito.initiate_auth(
            ClientId=self.client, AuthFlow=flow, AuthParameters={"USERNAME": name, **given}
        )
        return begun

    def respond(self, begun: dict[str, Any], name: str = "ann", **given: str) -> dict[str, Any]:
        answered: dict[str, Any] = self.cognito.respond_to_auth_challenge(
            ClientId=self.client,
            ChallengeName=begun["ChallengeName"],
            Session=begun["Session"],
            ChallengeResponses={"USERNAME": name, **given},
        )
        return answered

    def code(self) -> str:
        return read_inbox(self.target, self.id)[0].code

    def answer_code(self, begun: dict[str, Any]) -> dict[str, Any]:
        """Answer a challenge with the code that was sent."""
        return self.respond(begun, **{CODES[begun["ChallengeName"]]: self.code()})

    def set_up_totp(self, session: str) -> tuple[str, str]:
        """Verify an authenticator app within a sign-in; its secret and the next session."""
        associated = self.cognito.associate_software_token(Session=session)
        secret: str = associated["SecretCode"]
        verified = self.cognito.verify_software_token(
            Session=associated["Session"], UserCode=totp_code(secret)
        )
        assert verified["Status"] == "SUCCESS"
        return secret, verified["Session"]


def refusal(call: Any, *given: Any, **named: Any) -> Refusal:
    with pytest.raises(ClientError) as refused:
        call(*given, **named)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def new_pool(target: LocalTarget, cognito: Any, *factors: str, **settings: Any) -> Pool:
    policies = {"SignInPolicy": {"AllowedFirstAuthFactors": list(factors) or ["PASSWORD"]}}
    made = cognito.create_user_pool(PoolName="factors", Policies=policies, **settings)
    return Pool(target, cognito, made["UserPool"]["Id"])


INCORRECT = ("NotAuthorizedException", "Incorrect username or password.")
WRONG_CODE = ("CodeMismatchException", "Invalid code or auth state for the user.")
