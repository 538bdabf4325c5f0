"""Signing in as a user of a pool on AWS, and renewing it in the way that the client allows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.aws_moto.aws import Aws
from tests.aws_moto.faults import Answer
from tests.aws_moto.requests import Request
from tests.aws_moto.sandbox import Deployer
from workbench.model.user_problem import UserProblem
from workbench.outputs_file import OUTPUTS_NAME, ApiEndpoint, from_outputs
from workbench.playground.authorizing import NotAuthorizedProblem
from workbench.playground.caller_credentials import CallerCredentials
from workbench.users.token_store import SavedSignIn, save_sign_in, saved_sign_in
from workbench.users.user_pools import UserPool, UserPoolProblem
from workbench.users.user_sign_in import (
    Challenge,
    Flow,
    UserTokens,
    answer,
    app_client,
    begin,
    claims,
)

NAME, PASSWORD = "ann@example.com", "Correct-horse-1"
NEW = {"AccessToken": "new.access.token", "IdToken": "new.id.token", "RefreshToken": "second"}


@pytest.fixture
def endpoint(deployed: Deployer, deployed_aws: Aws) -> ApiEndpoint:
    """The sandbox's API, whose pool has one user."""
    found = from_outputs(deployed.session.project.root / OUTPUTS_NAME)
    cognito: Any = deployed.clients.cognito_idp
    of = {"UserPoolId": found.user_pool_id, "Username": NAME}
    if not cognito.list_users(UserPoolId=found.user_pool_id)["Users"]:
        cognito.admin_create_user(**of, UserAttributes=[{"Name": "email", "Value": NAME}])
        cognito.admin_set_user_password(**of, Password=PASSWORD, Permanent=True)
    deployed_aws.calls.clear()
    return found


def signed_in(deployed: Deployer, endpoint: ApiEndpoint) -> UserTokens:
    client = app_client(deployed.clients.cognito_idp, endpoint.user_pool_id, endpoint.client_id)
    tokens = begin(deployed.clients.cognito_idp, client, NAME, Flow.SRP, PASSWORD)
    assert isinstance(tokens, UserTokens)
    return tokens


@pytest.fixture
def sign_ins(deployed: Deployer, endpoint: ApiEndpoint, tmp_path: Path) -> Iterator[Path]:
    """A file with a sign-in whose tokens have expired."""
    file = tmp_path / "sign-ins.json"
    tokens = replace(signed_in(deployed, endpoint), expires=0.0)
    pool, client = endpoint.user_pool_id, endpoint.client_id
    save_sign_in(file, SavedSignIn(pool, "ann", NAME, client, tokens))
    yield file


def answers(operation: str, body: Mapping[str, object]) -> Any:
    """What answers one operation with this, and nothing else."""

    def answer(request: Request) -> Answer | None:
        if request.operation != operation:
            return None
        return Answer(200, json.dumps(body).encode(), "application/x-amz-json-1.1")

    return answer


def test_a_sign_in_by_srp_needs_no_permission(
    deployed: Deployer, deployed_aws: Aws, endpoint: ApiEndpoint
) -> None:
    deployed_aws.faults.deny("cognito-idp:Describe*")
    assert claims(signed_in(deployed, endpoint).id)["token_use"] == "id"
    asked = [call for call in deployed_aws.calls if call.status == 200]
    assert {call.request.key for call in asked} == {""}, "none of these is signed"


def test_tokens_are_renewed_by_the_refresh_flow(
    deployed: Deployer, deployed_aws: Aws, endpoint: ApiEndpoint, sign_ins: Path
) -> None:
    deployed_aws.calls.clear()
    tokens = CallerCredentials(deployed.clients, endpoint.auth, sign_ins).user_tokens(NAME)
    assert claims(tokens.id)["token_use"] == "id"
    (call,) = deployed_aws.calls.of("cognito-idp:InitiateAuth")
    assert call.request.parameters["AuthFlow"] == "REFRESH_TOKEN_AUTH"


@pytest.mark.parametrize("is_described", [True, False], ids=["rotating", "unknown"])
def test_a_rotated_refresh_token_is_kept_for_the_next_time(
    deployed: Deployer,
    deployed_aws: Aws,
    endpoint: ApiEndpoint,
    sign_ins: Path,
    *,
    is_described: bool,
) -> None:
    client = {"ClientId": endpoint.client_id, "RefreshTokenRotation": {"Feature": "ENABLED"}}
    if is_described:
        deployed_aws.extra.append(answers("DescribeUserPoolClient", {"UserPoolClient": client}))
    else:
        deployed_aws.faults.deny("cognito-idp:DescribeUserPoolClient")
    deployed_aws.extra.append(
        answers("GetTokensFromRefreshToken", {"AuthenticationResult": {**NEW, "ExpiresIn": 3600}})
    )
    old = saved_sign_in(sign_ins, endpoint.user_pool_id, NAME)
    assert old is not None and old.tokens is not None
    deployed_aws.calls.clear()
    tokens = CallerCredentials(deployed.clients, endpoint.auth, sign_ins).user_tokens(NAME)
    assert tokens.access == NEW["AccessToken"]
    (call,) = deployed_aws.calls.of("cognito-idp:GetTokensFromRefreshToken")
    assert call.request.parameters["RefreshToken"] == old.tokens.refresh
    assert not deployed_aws.calls.of("cognito-idp:InitiateAuth")
    kept = saved_sign_in(sign_ins, endpoint.user_pool_id, NAME)
    assert kept is not None and kept.tokens is not None
    assert kept.tokens.refresh == "second"


def test_a_sign_in_outlives_an_outage_but_not_a_refusal(
    deployed: Deployer, deployed_aws: Aws, endpoint: ApiEndpoint, sign_ins: Path
) -> None:
    callers = CallerCredentials(deployed.clients, endpoint.auth, sign_ins)
    deployed_aws.faults.html("cognito-idp:InitiateAuth", 200)
    with pytest.raises(NotAuthorizedProblem, match="could not be reached"):
        callers.user_tokens(NAME)
    kept = saved_sign_in(sign_ins, endpoint.user_pool_id, NAME)
    assert kept is not None and kept.tokens is not None
    deployed_aws.faults.clear()
    deployed_aws.faults.error("cognito-idp:InitiateAuth", "NotAuthorizedException", "Revoked")
    with pytest.raises(NotAuthorizedProblem, match="must sign in"):
        callers.user_tokens(NAME)
    kept = saved_sign_in(sign_ins, endpoint.user_pool_id, NAME)
    assert kept is not None and kept.tokens is None


def test_a_guest_has_the_identity_pools_keys(
    deployed: Deployer, deployed_aws: Aws, endpoint: ApiEndpoint
) -> None:
    callers = CallerCredentials(deployed.clients, endpoint.auth)
    assert callers.identity(None).token
    (call,) = deployed_aws.calls.of("cognito-identity:GetId")
    assert call.request.key == "", "it is not signed"
    deployed_aws.faults.error(
        "cognito-identity:GetId", "NotAuthorizedException", "Unauthenticated access is off."
    )
    with pytest.raises(NotAuthorizedProblem) as refused:
        callers.identity(None)
    assert str(refused.value) == (
        "The identity pool refused credentials for a guest: Unauthenticated access is off."
    )


def test_a_remembered_device_is_not_asked_for_in_vain(
    deployed: Deployer, deployed_aws: Aws, endpoint: ApiEndpoint
) -> None:
    challenge = {"ChallengeName": "DEVICE_SRP_AUTH", "ChallengeParameters": {}, "Session": "s"}
    deployed_aws.extra.append(answers("InitiateAuth", challenge))
    with pytest.raises(UserPoolProblem, match="proof of a remembered device"):
        signed_in(deployed, endpoint)


def test_a_secret_that_may_not_be_read_is_named(
    deployed: Deployer, deployed_aws: Aws, endpoint: ApiEndpoint
) -> None:
    deployed_aws.faults.deny("cognito-idp:DescribeUserPoolClient")
    message = "Client abc is configured with secret but SECRET_HASH was not received"
    deployed_aws.faults.error("cognito-idp:InitiateAuth", "NotAuthorizedException", message)
    with pytest.raises(UserPoolProblem) as refused:
        signed_in(deployed, endpoint)
    assert "cognito-idp:DescribeUserPoolClient" in refused.value.next_step


def test_a_second_factor_is_asked_for(
    deployed: Deployer, deployed_aws: Aws, endpoint: ApiEndpoint
) -> None:
    cognito: Any = deployed.clients.cognito_idp
    token = signed_in(deployed, endpoint).access
    cognito.associate_software_token(AccessToken=token)
    cognito.verify_software_token(AccessToken=token, UserCode="123456")
    of = {"UserPoolId": endpoint.user_pool_id, "Username": NAME}
    setting = {"Enabled": True, "PreferredMfa": True}
    cognito.admin_set_user_mfa_preference(**of, SoftwareTokenMfaSettings=setting)
    client = app_client(cognito, endpoint.user_pool_id, endpoint.client_id)
    challenge = begin(cognito, client, NAME, Flow.SRP, PASSWORD)
    assert isinstance(challenge, Challenge)
    assert challenge.name == "SOFTWARE_TOKEN_MFA"
    (asked,) = challenge.asks
    assert isinstance(answer(cognito, client, challenge, {asked.name: "123456"}), UserTokens)
    cognito.admin_set_user_mfa_preference(**of, SoftwareTokenMfaSettings={"Enabled": False})


def test_throttling_is_waited_out(
    deployed: Deployer, deployed_aws: Aws, endpoint: ApiEndpoint
) -> None:
    deployed_aws.faults.error(
        "cognito-idp:ListUsers", "TooManyRequestsException", "Rate exceeded", times=2
    )
    pool = UserPool(deployed.clients, endpoint.user_pool_id)
    assert [user.label for user in pool.users()] == [NAME]
    assert [call.status for call in deployed_aws.calls] == [400, 400, 200]


def test_a_wrong_password_is_refused_without_leaving_the_machine(
    deployed: Deployer, deployed_aws: Aws, endpoint: ApiEndpoint
) -> None:
    cognito = deployed.clients.cognito_idp
    client = app_client(cognito, endpoint.user_pool_id, endpoint.client_id)
    with pytest.raises(UserProblem, match="Incorrect username or password"):
        begin(cognito, client, NAME, Flow.SRP, "Wrong-horse-2")
    assert "Wrong-horse-2" not in str([call.request.body for call in deployed_aws.calls])
