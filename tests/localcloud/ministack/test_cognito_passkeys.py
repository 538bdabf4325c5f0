"""Passkeys of a local pool, registered and used through Cognito's API by a passkey in software."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.software_authenticator import PRESENT, Authenticator, encoded
from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.aws.target import LocalTarget

PASSWORD = "Correct-horse-1"
FACTORS = ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"]
FLOWS = ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
WEB_AUTHN = {"RelyingPartyId": "localhost", "UserVerification": "preferred"}


@dataclass
class Pool:
    """A pool that allows passkeys, and its user ann."""

    cognito: Any
    id: str = ""
    client: str = ""

    def __post_init__(self) -> None:
        policies = {"SignInPolicy": {"AllowedFirstAuthFactors": FACTORS}}
        made = self.cognito.create_user_pool(PoolName="passkeys", Policies=policies)
        self.id = made["UserPool"]["Id"]
        self.client = self.new_client()
        self.configure(WebAuthnConfiguration=WEB_AUTHN)
        self.new_user("ann")

    def new_client(self, **settings: Any) -> str:
        asked = {"ClientName": "web", "ExplicitAuthFlows": FLOWS, **settings}
        made = self.cognito.create_user_pool_client(UserPoolId=self.id, **asked)
        client: str = made["UserPoolClient"]["ClientId"]
        return client

    def configure(self, **settings: Any) -> None:
        self.cognito.set_user_pool_mfa_config(UserPoolId=self.id, **settings)

    def new_user(self, name: str) -> None:
        named = {"UserPoolId": self.id, "Username": name}
        email = [
            {"Name": "email", "Value": f"{name}@example.com"},
            {"Name": "email_verified", "Value": "true"},
        ]
        self.cognito.admin_create_user(**named, UserAttributes=email, MessageAction="SUPPRESS")
        self.cognito.admin_set_user_password(**named, Password=PASSWORD, Permanent=True)

    def token(self, name: str = "ann", client: str = "") -> str:
        found = self.cognito.initiate_auth(
            ClientId=client or self.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
        )
        token: str = found["AuthenticationResult"]["AccessToken"]
        return token

    def register(self, device: Authenticator, token: str) -> dict[str, Any]:
        """Register a passkey; the options that it was asked with."""
        told = self.cognito.start_web_authn_registration(AccessToken=token)
        options: dict[str, Any] = told["CredentialCreationOptions"]
        self.cognito.complete_web_authn_registration(
            AccessToken=token, Credential=device.create(options)
        )
        return options

    def begin(self, name: str = "ann", **more: str) -> dict[str, Any]:
        begun: dict[str, Any] = self.cognito.initiate_auth(
            ClientId=self.client,
            AuthFlow="USER_AUTH",
            AuthParameters={"USERNAME": name, **more},
        )
        return begun

    def respond(self, begun: dict[str, Any], **given: str) -> dict[str, Any]:
        answered: dict[str, Any] = self.cognito.respond_to_auth_challenge(
            ClientId=self.client,
            ChallengeName=begun["ChallengeName"],
            Session=begun["Session"],
            ChallengeResponses={"USERNAME": "ann", **given},
        )
        return answered

    def factors(self) -> list[str]:
        found: list[str] = self.cognito.get_user_auth_factors(AccessToken=self.token())[
            "ConfiguredUserAuthFactors"
        ]
        return found


def options_of(begun: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(begun["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])
    return found


def refusal(call: Any, **given: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**given)
    return str(refused.value.response["Error"]["Code"])


@pytest.fixture
def pool(local_clients: Clients) -> Pool:
    return Pool(local_clients.cognito_idp)


def test_a_passkey_is_registered_signs_in_is_listed_and_deleted(pool: Pool) -> None:
    device, token = Authenticator(), pool.token()
    assert "WEB_AUTHN" not in pool.begin()["AvailableChallenges"]
    assert pool.begin(PREFERRED_CHALLENGE="WEB_AUTHN")["ChallengeName"] == "SELECT_CHALLENGE"
    options = pool.register(device, token)
    assert (options["rp"]["id"], options["user"]["name"]) == ("localhost", "ann@example.com")
    assert options["authenticatorSelection"]["userVerification"] == "preferred"
    assert [each["alg"] for each in options["pubKeyCredParams"]] == [-7, -257]
    assert set(pool.factors()) == {"PASSWORD", "EMAIL_OTP", "WEB_AUTHN"}

    preferred = pool.begin(PREFERRED_CHALLENGE="WEB_AUTHN")
    assert preferred["ChallengeName"] == "WEB_AUTHN"
    asked = options_of(preferred)
    assert (asked["rpId"], [each["id"] for each in asked["allowCredentials"]]) == (
        "localhost",
        [encoded(device.id)],
    )
    tokens = pool.respond(preferred, CREDENTIAL=json.dumps(device.get(asked)))
    access = tokens["AuthenticationResult"]["AccessToken"]
    assert pool.cognito.get_user(AccessToken=access)["Username"] == "ann"
    assert refusal(pool.respond, begun=preferred, CREDENTIAL="{}") == "NotAuthorizedException"

    chosen = pool.respond(pool.begin(), ANSWER="WEB_AUTHN")
    answer = json.dumps(device.get(options_of(chosen)))
    assert "AuthenticationResult" in pool.respond(chosen, CREDENTIAL=answer)
    at_once = pool.begin()
    answer = json.dumps(device.get(options_of(at_once)))
    assert "AuthenticationResult" in pool.respond(at_once, ANSWER="WEB_AUTHN", CREDENTIAL=answer)

    excluded = pool.cognito.start_web_authn_registration(AccessToken=token)
    known = excluded["CredentialCreationOptions"]["excludeCredentials"]
    assert [each["id"] for each in known] == [encoded(device.id)]
    (listed,) = pool.cognito.list_web_authn_credentials(AccessToken=token)["Credentials"]
    assert (listed["CredentialId"], listed["RelyingPartyId"]) == (known[0]["id"], "localhost")
    assert (listed["AuthenticatorAttachment"], listed["AuthenticatorTransports"]) == (
        "platform",
        ["internal"],
    )
    removed = {"AccessToken": token, "CredentialId": listed["CredentialId"]}
    pool.cognito.delete_web_authn_credential(**removed)
    delete = pool.cognito.delete_web_authn_credential
    assert refusal(delete, **removed) == "ResourceNotFoundException"
    assert pool.factors() == ["PASSWORD", "EMAIL_OTP"]


def test_a_registration_is_refused_as_aws_does(pool: Pool) -> None:
    start = pool.cognito.start_web_authn_registration
    complete = pool.cognito.complete_web_authn_registration
    token = pool.token()

    def options(of: str = token) -> dict[str, Any]:
        told: dict[str, Any] = start(AccessToken=of)["CredentialCreationOptions"]
        return told

    for device, code in (
        (Authenticator(origin="http://evil.example"), "WebAuthnOriginNotAllowedException"),
        (Authenticator(party="evil.example"), "WebAuthnRelyingPartyMismatchException"),
        (Authenticator(form="tpm"), "WebAuthnCredentialNotSupportedException"),
        (Authenticator(flags=0), "InvalidParameterException"),
    ):
        given = {"AccessToken": token, "Credential": device.create(options())}
        assert refusal(complete, **given) == code
    made = Authenticator().create({**options(), "challenge": encoded(b"x" * 32)})
    unknown = {"AccessToken": token, "Credential": made}
    assert refusal(complete, **unknown) == "WebAuthnChallengeNotFoundException"
    assert refusal(complete, AccessToken=token, Credential={}) == "InvalidParameterException"
    pool.new_user("bob")
    stolen = {"AccessToken": pool.token("bob"), "Credential": Authenticator().create(options())}
    assert refusal(complete, **stolen) == "WebAuthnChallengeNotFoundException"
    other = pool.token(client=pool.new_client())
    mixed = {"AccessToken": other, "Credential": Authenticator().create(options())}
    assert refusal(complete, **mixed) == "WebAuthnClientMismatchException"
    used = {"AccessToken": token, "Credential": Authenticator().create(options())}
    complete(**used)
    assert refusal(complete, **used) == "WebAuthnChallengeNotFoundException"
    pool.configure(WebAuthnConfiguration={"UserVerification": "required"})
    assert refusal(start, AccessToken=token) == "WebAuthnConfigurationMissingException"
    pool.configure(WebAuthnConfiguration={**WEB_AUTHN, "UserVerification": "required"})
    unverified = Authenticator(flags=PRESENT).create(options())
    assert refusal(complete, AccessToken=token, Credential=unverified) == (
        "InvalidParameterException"
    )
    plain = pool.cognito.create_user_pool(PoolName="plain")["UserPool"]["Id"]
    pool.id = plain
    pool.new_user("ann")
    assert refusal(start, AccessToken=pool.token(client=pool.new_client())) == (
        "WebAuthnNotEnabledException"
    )


def test_a_sign_in_takes_the_users_own_passkey_alone(pool: Pool) -> None:
    device, stranger = Authenticator(), Authenticator()
    pool.register(device, pool.token())
    pool.new_user("bob")
    pool.register(stranger, pool.token("bob"))
    begun = pool.begin(PREFERRED_CHALLENGE="WEB_AUTHN")
    options = options_of(begun)
    impostor = Authenticator(id=device.id, handle=device.handle)
    answers: tuple[Any, ...] = (
        stranger.get(options),
        impostor.get(options),
        {**device.get(options), "id": encoded(stranger.id)},
        device.get({"challenge": encoded(b"x" * 32)}),
        {},
        [],
    )
    for wrong in answers:
        given = json.dumps(wrong)
        assert refusal(pool.respond, begun=begun, CREDENTIAL=given) == "NotAuthorizedException"
    assert "AuthenticationResult" in pool.respond(begun, CREDENTIAL=json.dumps(device.get(options)))


def test_a_passkey_with_mfa(pool: Pool) -> None:
    """Where two factors are required a passkey counts if it verifies its user, and may."""
    device = Authenticator()
    pool.register(device, pool.token())
    required = {
        "MfaConfiguration": "ON",
        "SoftwareTokenMfaConfiguration": {"Enabled": True},
    }
    pool.configure(**required, WebAuthnConfiguration=WEB_AUTHN)
    assert "WEB_AUTHN" not in pool.begin()["AvailableChallenges"]
    for_two = {**WEB_AUTHN, "FactorConfiguration": "MULTI_FACTOR_WITH_USER_VERIFICATION"}
    pool.configure(**required, WebAuthnConfiguration=for_two)
    begun = pool.begin(PREFERRED_CHALLENGE="WEB_AUTHN")
    verifying = device.flags
    device.flags = PRESENT
    unverified = json.dumps(device.get(options_of(begun)))
    assert refusal(pool.respond, begun=begun, CREDENTIAL=unverified) == "NotAuthorizedException"
    device.flags = verifying
    verified = json.dumps(device.get(options_of(begun)))
    assert "AuthenticationResult" in pool.respond(begun, CREDENTIAL=verified)


def test_passkeys_and_sign_ins_survive_a_killed_cloud(
    own_cloud: LocalTarget, own_cloud_dir: Path
) -> None:
    pool, device = Pool(Clients(own_cloud).cognito_idp), Authenticator()
    ended = pool.token()
    pool.register(device, ended)
    pool.cognito.global_sign_out(AccessToken=ended)
    lasting = pool.token()
    # A kill may cost the last second of writes.
    time.sleep(1.0)
    os.kill(lifecycle.status(own_cloud_dir).pid, signal.SIGKILL)
    pool.cognito = Clients(lifecycle.start(own_cloud_dir)).cognito_idp
    assert pool.cognito.get_user(AccessToken=lasting)["Username"] == "ann"
    assert refusal(pool.cognito.get_user, AccessToken=ended) == "NotAuthorizedException"
    begun = pool.begin(PREFERRED_CHALLENGE="WEB_AUTHN")
    answer = json.dumps(device.get(options_of(begun)))
    assert "AuthenticationResult" in pool.respond(begun, CREDENTIAL=answer)
