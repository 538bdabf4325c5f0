"""Users of a pool sign in and get tokens that anyone can verify with the pool's published keys."""

from __future__ import annotations

import base64
import json
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from workbench.localcloud import lifecycle

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

PASSWORD = "Correct-horse-1"


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _number(part: str) -> int:
    return int.from_bytes(_decoded(part), "big")


def _keys(endpoint: str, pool: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{endpoint}/{pool}/.well-known/jwks.json", timeout=10) as answer:
        return {key["kid"]: key for key in json.load(answer)["keys"]}


def _verified(token: str, keys: dict[str, Any]) -> dict[str, Any]:
    header, payload, signature = token.split(".")
    said = json.loads(_decoded(header))
    assert said["alg"] == "RS256"
    key = keys[said["kid"]]
    public = rsa.RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key()
    public.verify(
        _decoded(signature), f"{header}.{payload}".encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    claims: dict[str, Any] = json.loads(_decoded(payload))
    return claims


def test_tokens_verify_with_the_pools_keys_also_after_a_restart(
    own_stacks: Stacks, own_cloud_dir: Path
) -> None:
    cognito = own_stacks.clients.cognito_idp
    pool = cognito.create_user_pool(PoolName="users")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="web",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"],
    )["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username="ann", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username="ann", Password=PASSWORD, Permanent=True
    )
    given = {"USERNAME": "ann", "PASSWORD": PASSWORD}
    signed_in = cognito.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given
    )["AuthenticationResult"]
    by_admin = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters=given,
    )["AuthenticationResult"]
    keys = _keys(own_stacks.clients.appsync.meta.endpoint_url, pool)
    identity = _verified(signed_in["IdToken"], keys)
    assert (identity["aud"], identity["cognito:username"]) == (client, "ann")
    assert _verified(signed_in["AccessToken"], keys)["client_id"] == client
    assert _verified(by_admin["IdToken"], keys)["sub"] == identity["sub"]

    forged = signed_in["IdToken"].rsplit(".", 1)[0] + "." + "A" * 342
    with pytest.raises(InvalidSignature):
        _verified(forged, keys)

    lifecycle.stop(own_cloud_dir)
    again = lifecycle.start(own_cloud_dir)
    assert _keys(again.endpoint, pool) == keys
