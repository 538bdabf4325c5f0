"""User pool and OpenID Connect tokens: verified by signature, issuer, expiry, client."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from tests.localcloud.appsync.authorization.conftest import (
    API,
    ISSUER,
    POOL,
    REQUEST,
    Signer,
    World,
    access_claims,
    only,
    part,
)
from workbench.localcloud.appsync.authorization.authorize import Authorizer
from workbench.localcloud.appsync.identity import Caller, RefusedError
from workbench.localcloud.appsync.records import Api, AuthMode, AuthProvider


async def _as(world: World, token: str, api: Api = API) -> Caller:
    return await Authorizer(world).authorize(api, {"authorization": token}, REQUEST)


async def _refused(world: World, token: str, api: Api = API) -> str:
    with pytest.raises(RefusedError) as refusal:
        await _as(world, token, api)
    assert refusal.value.error_type == "UnauthorizedException"
    assert token not in refusal.value.message
    return refusal.value.message


async def test_an_access_token_gives_the_users_identity(world: World, signer: Signer) -> None:
    claims = access_claims(**{"cognito:groups": ["Admins"]})
    caller = await _as(world, signer.token(claims))
    assert (caller.mode, caller.groups) == (AuthMode.USER_POOL, frozenset({"Admins"}))
    assert caller.expires == claims["exp"]
    assert caller.identity == {
        "claims": claims,
        "defaultAuthStrategy": "ALLOW",
        "groups": ["Admins"],
        "issuer": claims["iss"],
        "sourceIp": ["127.0.0.1"],
        "sub": claims["sub"],
        "username": "ann",
    }
    assert await _as(world, "Bearer " + signer.token(claims)) == caller


async def test_an_id_token_names_its_user_and_client_in_its_own_claims(
    world: World, signer: Signer
) -> None:
    claims = access_claims(token_use="id", aud="client-2", **{"cognito:username": "bob"})
    del claims["client_id"], claims["username"]
    settings = {**API.default_auth.settings, "appIdClientRegex": "client-[2-9]"}
    api = only(AuthProvider(AuthMode.USER_POOL, settings))
    caller = await _as(world, signer.token(claims), api)
    assert caller.identity is not None
    assert (caller.identity["username"], caller.identity["groups"]) == ("bob", None)
    assert await _refused(world, signer.token(access_claims()), api)


async def test_forged_expired_and_foreign_tokens_are_refused(world: World, signer: Signer) -> None:
    good = signer.token(access_claims())
    header, _, signature = good.split(".")
    other = part(json.dumps(access_claims(username="bob")).encode())
    stranger = Signer("key-1")
    nobody, secret = (json.dumps({"alg": name, "kid": "key-1"}) for name in ("none", "HS256"))
    unsigned = f"{part(nobody.encode())}.{other}.{part(b'x')}"
    by_secret = f"{part(secret.encode())}.{other}.{part(b'x' * 32)}"
    assert await _as(world, good)
    for token in (f"{header}.{other}.{signature}", unsigned, by_secret):
        await _refused(world, token)
    await _refused(world, stranger.token(access_claims()))
    await _refused(world, signer.token(access_claims(), kid="another"))
    await _refused(world, signer.token(access_claims(iss="https://elsewhere.example")))
    await _refused(world, signer.token(access_claims(token_use="refresh")))
    expired = signer.token(access_claims(exp=int(time.time()) - 1))
    assert await _refused(world, expired) == "Token has expired."
    await _refused(world, signer.token(access_claims(exp=True)))
    world.pools.clear()
    await _refused(world, good)


async def test_a_pool_of_an_additional_mode_counts_by_its_issuer(
    world: World, signer: Signer
) -> None:
    second = Signer("key-2")
    world.pools["us-east-1_Second"] = [second.public]
    settings = {"userPoolId": "us-east-1_Second", "awsRegion": "us-east-1"}
    api = only(API.default_auth, AuthProvider(AuthMode.USER_POOL, settings))
    issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Second"
    assert await _as(world, second.token(access_claims(iss=issuer)), api)
    await _refused(world, second.token(access_claims()), api)
    await _refused(world, signer.token(access_claims(iss=issuer)), api)
    assert POOL in str(API.default_auth.settings)


def _claims(**more: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"sub": "s1", "iss": ISSUER, "aud": "app-1", "exp": now + 60, "iat": now, **more}


async def test_a_providers_token_is_verified_with_its_published_keys(
    world: World, signer: Signer
) -> None:
    authorizer = Authorizer(world)
    headers = {"authorization": signer.token(_claims(role="editor"))}
    for _ in range(3):
        caller = await authorizer.authorize(API, headers, REQUEST)
    assert caller.mode is AuthMode.OIDC
    assert caller.identity is not None
    assert (caller.identity["sub"], caller.identity["issuer"]) == ("s1", ISSUER)
    assert caller.identity["claims"]["role"] == "editor"
    assert len(world.fetched) == 2, "the keys are kept"


async def test_elliptic_keys_and_several_audiences_count_too(world: World) -> None:
    curve = Signer("curve", curve=True)
    world.documents[f"{ISSUER}/keys"] = {"keys": [curve.public]}
    assert await _as(world, curve.token(_claims(aud=["other", "app-2"])))
    assert await _as(world, curve.token(_claims(aud="other", azp="app-3")))


async def test_a_providers_bad_tokens_are_refused(world: World, signer: Signer) -> None:
    await _refused(world, signer.token(_claims(aud="other")))
    await _refused(world, signer.token(_claims(exp=1)))
    await _refused(world, Signer("key-1").token(_claims()))
    settings = {"issuer": ISSUER, "iatTTL": 5000}
    api = only(AuthProvider(AuthMode.OIDC, settings))
    assert await _as(world, signer.token(_claims()), api)
    old = _claims(iat=int(time.time()) - 10)
    assert await _refused(world, signer.token(old), api) == "Token has expired."
    world.documents.clear()
    assert "OpenID Connect provider" in await _refused(world, signer.token(_claims()))


async def test_keys_that_the_provider_changed_are_asked_for_again(
    world: World, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorizer = Authorizer(world)
    headers = {"authorization": signer.token(_claims())}
    await authorizer.authorize(API, headers, REQUEST)
    renewed = Signer("key-2")
    world.documents[f"{ISSUER}/keys"] = {"keys": [renewed.public]}
    later = {"authorization": renewed.token(_claims())}
    with pytest.raises(RefusedError):
        await authorizer.authorize(API, later, REQUEST)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 11)
    assert await authorizer.authorize(API, later, replace(REQUEST, source_ip="127.0.0.2"))
