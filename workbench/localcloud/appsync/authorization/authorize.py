"""Finds out who calls an API, by the mode that the request's own credentials call for."""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping

from workbench.aws.signature_v4 import ALGORITHM
from workbench.localcloud.appsync.authorization.http_request import HttpRequestFacts, Keys
from workbench.localcloud.appsync.authorization.iam import authorize_signer
from workbench.localcloud.appsync.authorization.lambda_authorizer import FunctionAuthorizer
from workbench.localcloud.appsync.authorization.open_id import (
    OpenIdKeys,
    authorize_open_id,
    has_issuer,
)
from workbench.localcloud.appsync.authorization.user_pool import authorize_user, issuer_of
from workbench.localcloud.appsync.identity import Caller, RefusedError
from workbench.localcloud.appsync.records import Api, AuthMode, AuthProvider
from workbench.localcloud.json_web_tokens import Token, read_token

_NOT_AUTHORIZED = "You are not authorized to make this call."
_NO_CREDENTIALS = "Valid authorization header not provided."


class Authorizer:
    """Authorizes requests; caches providers' keys and authorizers' answers."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._open_id = OpenIdKeys()
        self._functions = FunctionAuthorizer(keys)

    async def authorize(
        self, api: Api, headers: Mapping[str, str], request: HttpRequestFacts
    ) -> Caller:
        """The caller of one request; header names in lower case. Raises RefusedError.

        A signature calls for IAM, a token for the user pool or OpenID Connect provider that it
        names as its issuer, any other ``Authorization`` header for the Lambda authorizer, and
        ``x-api-key`` without one of these for the API keys. A token of nobody's whom the API knows
        goes to the Lambda authorizer only where the API has no mode with tokens.
        """
        providers = (api.default_auth, *api.additional_auth)
        modes = {provider.mode for provider in providers}
        authorization = headers.get("authorization", "").strip()
        if not authorization:
            if AuthMode.API_KEY in modes and headers.get("x-api-key"):
                return _by_key(api, headers["x-api-key"])
            raise RefusedError(_NO_CREDENTIALS)
        if authorization.startswith(ALGORITHM):
            if AuthMode.IAM not in modes:
                raise RefusedError(_NOT_AUTHORIZED)
            return authorize_signer(headers, request, self._keys)
        found = await self._by_token(api, providers, authorization, request)
        if found is not None:
            return found
        by_function = _of(providers, AuthMode.LAMBDA)
        has_tokens = bool(modes & {AuthMode.USER_POOL, AuthMode.OIDC})
        if by_function is not None and not (has_tokens and _token(authorization)):
            return await self._functions.authorize(api, by_function, headers, request)
        if AuthMode.API_KEY in modes and headers.get("x-api-key") and not has_tokens:
            return _by_key(api, headers["x-api-key"])
        raise RefusedError(_NOT_AUTHORIZED)

    async def _by_token(
        self,
        api: Api,
        providers: tuple[AuthProvider, ...],
        authorization: str,
        request: HttpRequestFacts,
    ) -> Caller | None:
        token = _token(authorization)
        if token is None:
            return None
        for provider in providers:
            if provider.mode is AuthMode.USER_POOL:
                if token.issuer == issuer_of(provider.settings, api.region):
                    return authorize_user(provider, token, request, self._keys)
            elif provider.mode is AuthMode.OIDC and has_issuer(provider, token):
                return await authorize_open_id(provider, token, request, self._keys, self._open_id)
        return None


def _token(authorization: str) -> Token | None:
    """The token in an ``Authorization`` header, with or without ``Bearer``."""
    is_bearer = authorization[:7].lower() == "bearer "
    return read_token(authorization[7:].strip() if is_bearer else authorization)


def _of(providers: tuple[AuthProvider, ...], mode: AuthMode) -> AuthProvider | None:
    return next((provider for provider in providers if provider.mode is mode), None)


def _by_key(api: Api, given: str) -> Caller:
    """The anonymous caller with a key; missing, wrong and expired ones get one message."""
    for key in api.api_keys:
        if hmac.compare_digest(key.id.encode(), given.encode()):
            if key.expires and time.time() >= key.expires:
                break
            return Caller(AuthMode.API_KEY, expires=float(key.expires) if key.expires else None)
    raise RefusedError(_NOT_AUTHORIZED)
