"""API keys, signed requests and Lambda authorizers; and which of them a request calls for."""

from __future__ import annotations

import datetime
import time
from dataclasses import replace
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Secret

from tests.localcloud.appsync.authorization.conftest import (
    API,
    AUTHORIZER,
    BODY,
    KEY,
    PATH,
    REQUEST,
    Signer,
    World,
    access_claims,
    only,
)
from workbench.localcloud.appsync.authorization.authorize import Authorizer
from workbench.localcloud.appsync.authorization.http_request import CognitoIdentity, Credentials
from workbench.localcloud.appsync.identity import RefusedError
from workbench.localcloud.appsync.records import AuthMode, AuthProvider

HOST = "127.0.0.1:4566"
ROLE_ARN = "arn:aws:sts::000000000000:assumed-role/guests/CognitoIdentityCredentials"
SECRET = "a-secret"
GUEST = Credentials(
    "ASIAGUEST",
    SECRET,
    ROLE_ARN,
    "AROAX:CognitoIdentityCredentials",
    "000000000000",
    "a-session",
    time.time() + 3600,
    CognitoIdentity("us-east-1:pool", "us-east-1:me", "unauthenticated"),
)


def _signed(
    key: str = "ASIAGUEST", secret: str = SECRET, token: str | None = "a-session"
) -> dict[str, str]:
    request = AWSRequest("POST", f"http://{HOST}{PATH}", data=BODY)
    request.headers["content-type"] = "application/json; charset=UTF-8"
    SigV4Auth(Secret(key, secret, token), "appsync", "us-east-1").add_auth(request)
    return {"host": HOST, **{name.lower(): value for name, value in request.headers.items()}}


async def _refused(world: World, headers: dict[str, str], **more: Any) -> RefusedError:
    with pytest.raises(RefusedError) as refusal:
        request = replace(REQUEST, **more)
        await Authorizer(world).authorize(API, headers, request)
    return refusal.value


async def test_api_keys_by_expiry(world: World) -> None:
    caller = await Authorizer(world).authorize(API, {"x-api-key": KEY}, REQUEST)
    assert (caller.mode, caller.identity) == (AuthMode.API_KEY, None)
    for wrong in ("da2-expired", "da2-unknown"):
        refusal = await _refused(world, {"x-api-key": wrong})
        assert refusal.message == "You are not authorized to make this call."
        assert refusal.error_type == "UnauthorizedException"
    assert (await _refused(world, {})).message == "Valid authorization header not provided."
    with pytest.raises(RefusedError):
        await Authorizer(world).authorize(only(API.default_auth), {"x-api-key": KEY}, REQUEST)


async def test_a_guest_of_an_identity_pool_signs(world: World) -> None:
    world.known["ASIAGUEST"] = GUEST
    caller = await Authorizer(world).authorize(API, _signed(), REQUEST)
    assert (caller.mode, caller.expires) == (AuthMode.IAM, GUEST.expires)
    assert caller.identity == {
        "accountId": "000000000000",
        "cognitoIdentityPoolId": "us-east-1:pool",
        "cognitoIdentityId": "us-east-1:me",
        "sourceIp": ["127.0.0.1"],
        "username": "AROAX:CognitoIdentityCredentials",
        "userArn": ROLE_ARN,
        "cognitoIdentityAuthType": "unauthenticated",
        "cognitoIdentityAuthProvider": None,
    }


async def test_a_signed_in_identity_tells_its_provider(world: World) -> None:
    logins = {"cognito-idp.us-east-1.amazonaws.com/us-east-1_P": "sub-1"}
    identity = CognitoIdentity("us-east-1:pool", "us-east-1:me", "authenticated", logins)
    world.known["ASIAGUEST"] = replace(GUEST, cognito=identity)
    caller = await Authorizer(world).authorize(API, _signed(), REQUEST)
    assert caller.identity is not None
    provider = "cognito-idp.us-east-1.amazonaws.com/us-east-1_P"
    told = f'"{provider}","{provider}:CognitoSignIn:sub-1"'
    assert caller.identity["cognitoIdentityAuthProvider"] == told


async def test_wrong_signatures_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.known["ASIAGUEST"] = GUEST
    good = _signed()
    wrong = await _refused(world, _signed(secret="another"))
    assert (wrong.status, wrong.error_type) == (403, "InvalidSignatureException")
    for change in ({"body": b"{}"}, {"path": "/v1/apis/x/graphql"}, {"method": "GET"}):
        assert (await _refused(world, good, **change)).error_type == "InvalidSignatureException"
    assert (await _refused(world, good, query_string="a=1")).status == 403
    changed = {**good, "host": "127.0.0.1:1"}
    assert (await _refused(world, changed)).error_type == "InvalidSignatureException"
    without = {name: value for name, value in good.items() if name != "x-amz-security-token"}
    assert (await _refused(world, without)).error_type == "UnrecognizedClientException"
    half = {"authorization": "AWS4-HMAC-SHA256 Credential=x"}
    assert (await _refused(world, half)).error_type == "IncompleteSignatureException"
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 400)
    assert "Signature expired" in (await _refused(world, good)).message
    monkeypatch.setattr(time, "time", lambda: now + 4000)
    assert (await _refused(world, good)).error_type == "ExpiredTokenException"


OWN = Credentials("AKIAOWN", SECRET, "arn:aws:iam::000000000000:user/local", "x", "000000000000")


async def test_only_keys_that_are_known_sign(world: World) -> None:
    world.known["AKIAOWN"] = OWN
    headers = _signed("AKIAOWN", token=None)
    caller = await Authorizer(world).authorize(API, headers, REQUEST)
    assert caller.identity is not None
    assert caller.identity["cognitoIdentityId"] is None
    assert caller.identity["cognitoIdentityPoolId"] is None
    assert caller.identity["userArn"].startswith("arn:aws:iam::000000000000:")
    for unknown in (
        _signed(),
        _signed("test", "test", None),
        _signed("000000000000", "local", None),
    ):
        refusal = await _refused(world, unknown)
        assert (refusal.status, refusal.error_type) == (403, "UnrecognizedClientException")
    unsigned = "AWS4-HMAC-SHA256 Credential=x/20200101/us-east-1/appsync/aws4_request, "
    refusal = await _refused(
        world, {"authorization": unsigned + "SignedHeaders=host, Signature=0", "host": HOST}
    )
    assert (refusal.status, refusal.error_type) == (403, "UnrecognizedClientException")
    without_iam = only(API.default_auth)
    with pytest.raises(RefusedError):
        await Authorizer(world).authorize(without_iam, headers, REQUEST)


async def test_amplifys_own_signature_with_a_clock_in_another_form(world: World) -> None:
    world.known["ASIAGUEST"] = GUEST
    good = _signed()
    stamp = datetime.datetime.now(datetime.UTC).isoformat()
    assert (await _refused(world, {**good, "x-amz-date": stamp})).status == 403


async def test_an_authorizer_is_asked_with_appsyncs_payload(world: World) -> None:
    world.answer = {
        "isAuthorized": True,
        "resolverContext": {"tenant": "t1"},
        "deniedFields": ["Mutation.createTodo"],
    }
    headers = {"authorization": "custom", "x-more": "1"}
    caller = await Authorizer(world).authorize(API, headers, REQUEST)
    assert caller.mode is AuthMode.LAMBDA
    assert caller.identity == {"resolverContext": {"tenant": "t1"}}
    assert caller.denied_fields == {"Mutation.createTodo"}
    asked = dict(world.asked[0])
    request_id = asked["requestContext"].pop("requestId")
    assert request_id
    assert asked == {
        "authorizationToken": "custom",
        "requestContext": {
            "apiId": API.id,
            "accountId": API.account,
            "queryString": "{ todo { id } }",
            "operationName": "Q",
            "variables": {"a": 1},
        },
        "requestHeaders": headers,
    }


@pytest.mark.parametrize(
    ("answer", "setting", "asked"),
    [
        ({"isAuthorized": True}, None, 1),
        ({"isAuthorized": True}, 0, 3),
        ({"isAuthorized": True, "ttlOverride": 0}, 300, 3),
        ({"isAuthorized": True, "ttlOverride": 60}, 0, 1),
        ({"isAuthorized": False}, 300, 1),
    ],
)
async def test_answers_are_kept_as_long_as_they_say(
    world: World, answer: dict[str, Any], setting: int | None, asked: int
) -> None:
    settings = {"authorizerUri": AUTHORIZER, "authorizerResultTtlInSeconds": setting}
    api = only(AuthProvider(AuthMode.LAMBDA, settings))
    world.answer, authorizer = answer, Authorizer(world)
    for _ in range(3):
        try:
            await authorizer.authorize(api, {"authorization": "custom"}, REQUEST)
            allowed = True
        except RefusedError:
            allowed = False
        assert allowed is answer["isAuthorized"]
    assert len(world.asked) == asked
    world.answer = {"isAuthorized": False}
    with pytest.raises(RefusedError):
        await authorizer.authorize(api, {"authorization": "another"}, REQUEST)


@pytest.mark.parametrize(
    "answer", [None, [], {}, {"isAuthorized": "true"}, {"isAuthorized": 1}, RuntimeError("boom")]
)
async def test_an_authorizer_that_fails_allows_nobody(world: World, answer: Any) -> None:
    world.answer, authorizer = answer, Authorizer(world)
    for _ in range(2):
        with pytest.raises(RefusedError):
            await authorizer.authorize(API, {"authorization": "custom"}, REQUEST)
    assert len(world.asked) == 2, "a failure is not kept"


async def test_a_token_must_match_the_validation_expression(world: World) -> None:
    world.answer = {"isAuthorized": True}
    settings = {"authorizerUri": AUTHORIZER, "identityValidationExpression": "custom-[0-9]+"}
    api, authorizer = only(AuthProvider(AuthMode.LAMBDA, settings)), Authorizer(world)
    assert await authorizer.authorize(api, {"authorization": "custom-12"}, REQUEST)
    with pytest.raises(RefusedError):
        await authorizer.authorize(api, {"authorization": "custom-12x"}, REQUEST)
    assert len(world.asked) == 1


async def test_a_token_goes_to_the_authorizer_where_no_mode_has_tokens(
    world: World, signer: Signer
) -> None:
    world.answer = {"isAuthorized": True}
    foreign = signer.token(access_claims(iss="https://elsewhere.example"))
    refusal = await _refused(world, {"authorization": foreign})
    assert refusal.message == "You are not authorized to make this call."
    api = only(AuthProvider(AuthMode.LAMBDA, {"authorizerUri": AUTHORIZER}))
    caller = await Authorizer(world).authorize(api, {"authorization": foreign}, REQUEST)
    assert caller.mode is AuthMode.LAMBDA
