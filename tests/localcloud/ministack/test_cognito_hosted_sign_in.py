"""The hosted sign-in page with its redirect, and an identity pool's keys, on the local cloud."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

from workbench.users.user_sign_in import Flow, UserTokens, app_client, begin, claims

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks
    from workbench.aws.target import LocalTarget

PASSWORD = "Correct-horse-1"
BACK = "http://localhost:3000/"
VERIFIER = "v" * 64


@pytest.fixture
def pool(stacks: Stacks) -> tuple[str, str]:
    """A pool with a domain, a client with the code flow, and the user ann."""
    cognito: Any = stacks.clients.cognito_idp
    pool_id = cognito.create_user_pool(PoolName="users")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="web",
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email"],
        AllowedOAuthFlowsUserPoolClient=True,
        CallbackURLs=[BACK],
        LogoutURLs=[BACK],
        SupportedIdentityProviders=["COGNITO"],
    )["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool_id, Username="ann", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool_id, Username="ann", Password=PASSWORD, Permanent=True
    )
    return pool_id, client


def challenge() -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def test_the_hosted_page_signs_in_and_redirects_with_a_code_that_counts_once(
    local_cloud: LocalTarget, pool: tuple[str, str]
) -> None:
    asked = {
        "client_id": pool[1],
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "openid email",
        "state": "my-state",
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
    }
    with httpx.Client(base_url=local_cloud.endpoint) as http:
        page = http.get("/oauth2/authorize", params=asked)
        assert page.status_code == 200
        assert 'name="password"' in page.text
        wrong = http.post("/login", data={**asked, "username": "ann", "password": "no"})
        assert wrong.status_code == 200
        assert "ncorrect" in wrong.text
        done = http.post("/login", data={**asked, "username": "ann", "password": PASSWORD})
        assert done.status_code == 302
        back = urlsplit(done.headers["location"])
        told = parse_qs(back.query)
        assert (f"{back.scheme}://{back.netloc}{back.path}", told["state"]) == (BACK, ["my-state"])
        exchange = {
            "grant_type": "authorization_code",
            "client_id": pool[1],
            "redirect_uri": BACK,
            "code": told["code"][0],
        }
        stolen = http.post("/oauth2/token", data={**exchange, "code_verifier": "w" * 64})
        assert stolen.status_code == 400
        again = http.post("/login", data={**asked, "username": "ann", "password": PASSWORD})
        exchange["code"] = parse_qs(urlsplit(again.headers["location"]).query)["code"][0]
        tokens = http.post("/oauth2/token", data={**exchange, "code_verifier": VERIFIER}).json()
        assert claims(tokens["id_token"])["cognito:username"] == "ann"
        twice = http.post("/oauth2/token", data={**exchange, "code_verifier": VERIFIER})
        assert twice.status_code == 400
        foreign = {**asked, "redirect_uri": "http://localhost:9/"}
        assert http.get("/oauth2/authorize", params=foreign).status_code == 400


def test_guests_and_signed_in_users_get_their_roles_keys(
    stacks: Stacks, local_cloud: LocalTarget, pool: tuple[str, str]
) -> None:
    identity: Any = stacks.clients.client("cognito-identity")
    provider = f"cognito-idp.{stacks.clients.region}.amazonaws.com/{pool[0]}"
    made = identity.create_identity_pool(
        IdentityPoolName="app",
        AllowUnauthenticatedIdentities=True,
        CognitoIdentityProviders=[{"ProviderName": provider, "ClientId": pool[1]}],
    )["IdentityPoolId"]
    iam: Any = stacks.clients.client("iam")
    roles = {
        name: iam.create_role(
            RoleName=f"pool-{name}-{made[-12:]}", AssumeRolePolicyDocument=json.dumps(TRUST)
        )["Role"]["Arn"]
        for name in ("authenticated", "unauthenticated")
    }
    identity.set_identity_pool_roles(IdentityPoolId=made, Roles=roles)

    def role_of(logins: dict[str, str]) -> str:
        found = identity.get_id(IdentityPoolId=made, Logins=logins)["IdentityId"]
        keys = identity.get_credentials_for_identity(IdentityId=found, Logins=logins)["Credentials"]
        acting: Any = Session().create_client(
            "sts",
            region_name=stacks.clients.region,
            endpoint_url=local_cloud.endpoint,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretKey"],
            aws_session_token=keys["SessionToken"],
        )
        return str(acting.get_caller_identity()["Arn"])

    cognito: Any = stacks.clients.cognito_idp
    tokens = begin(cognito, app_client(cognito, *pool), "ann", Flow.SRP, PASSWORD)
    assert isinstance(tokens, UserTokens)
    assert "pool-unauthenticated" in role_of({})
    assert "pool-authenticated" in role_of({provider: tokens.id})
    with pytest.raises(ClientError):
        identity.get_id(IdentityPoolId=made, Logins={provider: tokens.id[:-8] + "AAAAAAAA"})


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
        }
    ],
}
