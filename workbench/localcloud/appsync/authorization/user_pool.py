"""Callers with a token of a Cognito user pool."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from workbench.localcloud.appsync.authorization.http_request import HttpRequestFacts, Keys
from workbench.localcloud.appsync.identity import Caller, RefusedError
from workbench.localcloud.appsync.records import AuthMode, AuthProvider
from workbench.localcloud.json_web_tokens import Token, is_signed_by

_CLIENT_CLAIMS = {"id": "aud", "access": "client_id"}


def issuer_of(settings: Mapping[str, Any], region: str) -> str:
    """The ``iss`` of a pool's tokens."""
    where = settings.get("awsRegion") or region
    return f"https://cognito-idp.{where}.amazonaws.com/{settings.get('userPoolId')}"


def authorize_user(
    provider: AuthProvider, token: Token, request: HttpRequestFacts, keys: Keys
) -> Caller:
    """The user that a token of the provider's pool names; raises RefusedError.

    As AppSync does, the token alone decides: that the user is signed out or disabled meanwhile does
    not matter before it expires. The caller has matched the issuer.
    """
    settings, claims = provider.settings, token.claims
    use = str(claims.get("token_use") or "")
    if use not in _CLIENT_CLAIMS:
        raise RefusedError("Unable to parse JWT token.")
    if not is_signed_by(token, keys.pool_keys(str(settings.get("userPoolId") or "")), "R"):
        raise RefusedError("You are not authorized to make this call.")
    expires = claims.get("exp")
    if not isinstance(expires, int | float) or isinstance(expires, bool) or time.time() >= expires:
        raise RefusedError("Token has expired.")
    client = str(claims.get(_CLIENT_CLAIMS[use]) or "")
    pattern = settings.get("appIdClientRegex")
    if pattern and not matches(str(pattern), client):
        raise RefusedError("You are not authorized to make this call.")
    groups = claims.get("cognito:groups")
    listed = [str(group) for group in groups] if isinstance(groups, list) else None
    identity = {
        "claims": dict(claims),
        "defaultAuthStrategy": str(settings.get("defaultAction") or "ALLOW"),
        "groups": listed,
        "issuer": token.issuer,
        "sourceIp": [request.source_ip],
        "sub": claims.get("sub"),
        "username": claims.get("cognito:username") or claims.get("username"),
    }
    return Caller(AuthMode.USER_POOL, identity, frozenset(listed or ()), expires=float(expires))


def matches(pattern: str, text: str) -> bool:
    """Whether a regular expression of the API's settings covers the whole text.

    One that is not valid covers nothing.
    """
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return False
