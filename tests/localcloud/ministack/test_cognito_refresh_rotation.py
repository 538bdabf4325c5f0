"""Refresh tokens that are rotated, and how long an app client's tokens last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.localcloud.ministack.cognito_pools import FLOWS, Pool, new_pool, refusal
from workbench.users.user_sign_in import claims

if TYPE_CHECKING:
    from workbench.aws.clients import Clients
    from workbench.aws.target import LocalTarget

ROTATING_FLOWS = [each for each in FLOWS if each != "ALLOW_REFRESH_TOKEN_AUTH"]


@pytest.fixture
def pool(local_cloud: LocalTarget, local_clients: Clients) -> Pool:
    made = new_pool(local_cloud, local_clients.cognito_idp)
    made.new_user()
    return made


def rotating(pool: Pool, grace: int, **more: Any) -> str:
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": grace}
    made = pool.cognito.create_user_pool_client(
        UserPoolId=pool.id,
        ClientName="rotating",
        ExplicitAuthFlows=ROTATING_FLOWS,
        RefreshTokenRotation=rotation,
        **more,
    )
    client: str = made["UserPoolClient"]["ClientId"]
    named = {"UserPoolId": pool.id, "ClientId": client}
    described = pool.cognito.describe_user_pool_client(**named)["UserPoolClient"]
    assert described["RefreshTokenRotation"] == rotation
    return client


def test_a_rotated_refresh_token_is_taken_no_more(pool: Pool) -> None:
    pool.client = rotating(pool, grace=0)
    first = pool.begin()["AuthenticationResult"]

    def refresh(token: str) -> dict[str, Any]:
        found = pool.cognito.get_tokens_from_refresh_token(ClientId=pool.client, RefreshToken=token)
        result: dict[str, Any] = found["AuthenticationResult"]
        return result

    second = refresh(first["RefreshToken"])
    assert claims(second["RefreshToken"])["exp"] == claims(first["RefreshToken"])["exp"]
    assert claims(second["AccessToken"])["origin_jti"] == claims(first["AccessToken"])["origin_jti"]
    assert refusal(refresh, first["RefreshToken"])[0] == "RefreshTokenReuseException"
    third = refresh(second["RefreshToken"])
    for old in (first, second):
        assert refusal(refresh, old["RefreshToken"])[0] == "RefreshTokenReuseException"
    form = {
        "grant_type": "refresh_token",
        "client_id": pool.client,
        "refresh_token": third["RefreshToken"],
    }
    url = f"{pool.target.endpoint}/oauth2/token"
    told = httpx.post(url, data=form).json()
    assert told["refresh_token"] != third["RefreshToken"]
    assert httpx.post(url, data=form).json()["error"] == "invalid_grant"
    pool.cognito.revoke_token(ClientId=pool.client, Token=told["refresh_token"])
    assert refusal(refresh, told["refresh_token"]) == (
        "NotAuthorizedException",
        "Refresh Token has been revoked",
    )
    assert refusal(pool.cognito.get_user, AccessToken=first["AccessToken"])[1] == (
        "Access Token has been revoked"
    )


def test_a_retry_within_the_grace_period_gets_another_token(pool: Pool) -> None:
    pool.client = rotating(pool, grace=60)
    first = pool.begin()["AuthenticationResult"]["RefreshToken"]
    given = {"ClientId": pool.client, "RefreshToken": first}
    results = [pool.cognito.get_tokens_from_refresh_token(**given) for _ in range(2)]
    lost, kept = (each["AuthenticationResult"]["RefreshToken"] for each in results)
    given["RefreshToken"] = kept
    assert pool.cognito.get_tokens_from_refresh_token(**given)["AuthenticationResult"]
    given["RefreshToken"] = lost
    refused = refusal(pool.cognito.get_tokens_from_refresh_token, **given)
    assert refused[0] == "RefreshTokenReuseException"


def test_a_client_rotates_or_refreshes_in_the_old_way(pool: Pool) -> None:
    both = {"ExplicitAuthFlows": FLOWS, "RefreshTokenRotation": {"Feature": "ENABLED"}}
    named = {"UserPoolId": pool.id, "ClientId": pool.client}
    made = {"UserPoolId": pool.id, "ClientName": "both", **both}
    assert refusal(pool.cognito.create_user_pool_client, **made)[0] == "InvalidParameterException"
    changed = {**named, "RefreshTokenRotation": {"Feature": "ENABLED"}}
    assert refusal(pool.cognito.update_user_pool_client, **changed)[0] == (
        "InvalidParameterException"
    )
    pool.client = rotating(pool, grace=0, GenerateSecret=True)
    asked = {"ClientId": pool.client, "RefreshToken": "x"}
    assert refusal(pool.cognito.get_tokens_from_refresh_token, **asked) == (
        "NotAuthorizedException",
        "Invalid client secret.",
    )


def test_tokens_last_as_long_as_the_client_says_within_cognitos_limits(pool: Pool) -> None:
    units = {"AccessToken": "minutes", "IdToken": "hours", "RefreshToken": "hours"}
    times = {"AccessTokenValidity": 5, "IdTokenValidity": 2, "RefreshTokenValidity": 3}
    pool.client = pool.new_client(**times, TokenValidityUnits=units)
    result = pool.begin()["AuthenticationResult"]
    lasts = {
        name: claims(result[name])["exp"] - claims(result[name])["iat"]
        for name in ("AccessToken", "IdToken", "RefreshToken")
    }
    assert lasts == {"AccessToken": 300, "IdToken": 7200, "RefreshToken": 3 * 3600}
    assert result["ExpiresIn"] == 300
    for wrong in (
        {"AccessTokenValidity": 4, "TokenValidityUnits": {"AccessToken": "minutes"}},
        {"IdTokenValidity": 25},
        {"RefreshTokenValidity": 59, "TokenValidityUnits": {"RefreshToken": "minutes"}},
        {"RefreshTokenValidity": 3651},
    ):
        assert refusal(pool.new_client, **wrong) == (
            "InvalidParameterException",
            "Invalid range for token validity.",
        )
    too_long = refusal(pool.new_client, AuthSessionValidity=16)
    assert (too_long[0], "less than or equal to 15" in too_long[1]) == (
        "InvalidParameterException",
        True,
    )
