"""Authorizes requests as any caller: headers with real keys, tokens and signatures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from workbench.model.user_problem import UserProblem
from workbench.outputs_file import ApiEndpoint
from workbench.playground.run_as import As, RunAs

_EARLY_SECONDS = 60


class NotAuthorizedProblem(UserProblem):
    """There are no credentials for the caller; the text says why and what to do next."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A user's tokens; ``expires`` in seconds since 1970."""

    access: str = field(repr=False)
    id: str = field(repr=False)
    expires: float = 0.0


@dataclass(frozen=True, slots=True)
class IamCredentials:
    """Keys to sign with; ``expires`` in seconds since 1970, 0 for never."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    token: str = field(default="", repr=False)
    expires: float = 0.0


class CredentialSource(Protocol):
    """Provides credentials; every call may block. Raises NotAuthorizedProblem."""

    def users(self) -> tuple[str, ...]:
        """The names of the pool's users, the first page only."""

    def user_tokens(self, name: str) -> Tokens:
        """Real tokens of a user."""

    def identity(self, tokens: Tokens | None) -> IamCredentials:
        """The identity pool's credentials for a signed-in user, or for a guest."""

    def own(self) -> IamCredentials:
        """The target's own credentials."""


Headers = Mapping[str, str]
Authorize = Callable[[str, bytes], Awaitable[Headers]]
"""``await authorize(url, body)``: the headers that authorize a POST of ``body`` to ``url``."""


class Authorizer:
    """Keeps each caller's credentials until they expire."""

    def __init__(self, source: CredentialSource, clock: Callable[[], float] = time.time) -> None:
        self._source = source
        self._clock = clock
        self._tokens: dict[str, Tokens] = {}
        self._keys: dict[RunAs, IamCredentials] = {}

    def for_caller(self, endpoint: ApiEndpoint, run_as: RunAs) -> Authorize:
        """The function that authorizes requests of a caller."""

        async def authorize(url: str, body: bytes) -> Headers:
            headers = dict(endpoint.headers)
            match run_as.kind:
                case As.PLAIN:
                    return headers
                case As.API_KEY:
                    if not endpoint.api_key:
                        raise NotAuthorizedProblem(
                            "This API has no API key. Add one in amplify/data/resource"
                            " (authorizationModes.apiKeyAuthorizationMode), or run as another"
                            " caller."
                        )
                    return {**headers, "x-api-key": endpoint.api_key}
                case As.LAMBDA:
                    return {**headers, "Authorization": run_as.secret}
                case As.USER:
                    tokens = await self._user_tokens(run_as.name)
                    return {**headers, "Authorization": tokens.access}
                case _:
                    keys = await self._credentials(run_as)
                    signed = await asyncio.to_thread(signature, keys, endpoint.region, url, body)
                    return {**headers, **signed}

        return authorize

    def forget(self) -> None:
        """Drop all credentials: another deployment may have another pool."""
        self._tokens.clear()
        self._keys.clear()

    async def users(self) -> tuple[str, ...]:
        """The names of the pool's users."""
        return await asyncio.to_thread(self._source.users)

    async def _user_tokens(self, name: str) -> Tokens:
        known = self._tokens.get(name)
        if known is None or known.expires < self._clock() + _EARLY_SECONDS:
            known = await asyncio.to_thread(self._source.user_tokens, name)
            self._tokens[name] = known
        return known

    async def _credentials(self, run_as: RunAs) -> IamCredentials:
        known = self._keys.get(run_as)
        if known is not None and (
            not known.expires or known.expires > self._clock() + _EARLY_SECONDS
        ):
            return known
        if run_as.kind is As.ADMIN:
            found = await asyncio.to_thread(self._source.own)
        else:
            tokens = await self._user_tokens(run_as.name) if run_as.name else None
            found = await asyncio.to_thread(self._source.identity, tokens)
        self._keys[run_as] = found
        return found


def signature(keys: IamCredentials, region: str, url: str, body: bytes) -> dict[str, str]:
    """The headers that sign a POST of JSON to AppSync, all but the host (Signature Version 4)."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    headers = {"content-type": "application/json", "host": urlsplit(url).netloc}
    request: Any = AWSRequest("POST", url, headers, body)
    credentials = Credentials(keys.access_key, keys.secret_key, keys.token or None)
    SigV4Auth(credentials, "appsync", region).add_auth(request)
    # The content type is signed, too: a WebSocket's headers must name it.
    return {name: value for name, value in request.headers.items() if name != "host"}
