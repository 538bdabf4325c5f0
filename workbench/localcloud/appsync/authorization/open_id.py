"""Callers with a token of an OpenID Connect provider."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.localcloud.appsync.authorization.http_request import (
    FetchFailedError,
    HttpRequestFacts,
    Keys,
)
from workbench.localcloud.appsync.authorization.user_pool import matches
from workbench.localcloud.appsync.identity import Caller, RefusedError
from workbench.localcloud.appsync.records import AuthMode, AuthProvider
from workbench.localcloud.json_web_tokens import Token, is_signed_by

_KEPT_SECONDS = 15 * 60
_RETRY_SECONDS = 10.0
"""A token with an unknown key makes us ask the provider again, but not more often than this."""


@dataclass(frozen=True, slots=True)
class _KeySet:
    keys: tuple[Mapping[str, Any], ...]
    fetched: float


class OpenIdKeys:
    """The providers' published keys, kept for 15 minutes."""

    def __init__(self) -> None:
        self._sets: dict[str, _KeySet] = {}

    async def of(
        self, issuer: str, key_id: object, keys: Keys, now: float
    ) -> Sequence[Mapping[str, Any]]:
        """The keys of an issuer; raises FetchFailedError when it cannot be asked."""
        known = self._sets.get(issuer)
        if known is not None:
            age = now - known.fetched
            has = key_id is None or any(key.get("kid") == key_id for key in known.keys)
            if age < _RETRY_SECONDS or (has and age < _KEPT_SECONDS):
                return known.keys
        address = issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = await keys.fetch_json(address)
        if not isinstance(found, Mapping) or not isinstance(found.get("jwks_uri"), str):
            raise FetchFailedError(f"{address} names no jwks_uri")
        published = await keys.fetch_json(found["jwks_uri"])
        listed = published.get("keys") if isinstance(published, Mapping) else None
        if not isinstance(listed, list):
            raise FetchFailedError(f"{found['jwks_uri']} holds no keys")
        usable = tuple(key for key in listed if isinstance(key, Mapping))
        self._sets[issuer] = _KeySet(usable, now)
        return usable


def has_issuer(provider: AuthProvider, token: Token) -> bool:
    """Whether a token says that it is the provider's; a final slash makes no difference."""
    issuer = str(provider.settings.get("issuer") or "").rstrip("/")
    return bool(issuer) and token.issuer.rstrip("/") == issuer


async def authorize_open_id(
    provider: AuthProvider,
    token: Token,
    request: HttpRequestFacts,
    keys: Keys,
    known: OpenIdKeys,
) -> Caller:
    """The subject that a provider's token names; raises RefusedError.

    ``clientId`` is a regular expression over ``aud`` or ``azp``; ``iatTTL`` and ``authTTL`` are
    milliseconds after ``iat`` and ``auth_time``.
    """
    settings, claims, now = provider.settings, token.claims, time.time()
    try:
        published = await known.of(str(settings.get("issuer")), token.header.get("kid"), keys, now)
    except FetchFailedError as problem:
        raise RefusedError(f"Unable to reach the OpenID Connect provider: {problem}") from problem
    if not is_signed_by(token, published, "RPE"):
        raise RefusedError("You are not authorized to make this call.")
    expires = claims.get("exp")
    if not isinstance(expires, int | float) or isinstance(expires, bool) or now >= expires:
        raise RefusedError("Token has expired.")
    pattern = settings.get("clientId")
    if pattern and not any(matches(str(pattern), client) for client in _clients(claims)):
        raise RefusedError("You are not authorized to make this call.")
    for setting, claim in (("iatTTL", "iat"), ("authTTL", "auth_time")):
        seconds = float(settings.get(setting) or 0) / 1000
        since = claims.get(claim)
        if seconds and (not isinstance(since, int | float) or now > since + seconds):
            raise RefusedError("Token has expired.")
    identity = {
        "claims": dict(claims),
        "issuer": token.issuer,
        "sub": claims.get("sub"),
        "sourceIp": [request.source_ip],
    }
    return Caller(AuthMode.OIDC, identity, expires=float(expires))


def _clients(claims: Mapping[str, Any]) -> tuple[str, ...]:
    audience = claims.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    return tuple(str(client) for client in (*listed, claims.get("azp")) if client)
