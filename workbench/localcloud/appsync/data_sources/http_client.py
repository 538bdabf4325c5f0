"""Sends the requests of HTTP data sources: anywhere, except that AWS is the local cloud itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from workbench.aws.local_keys import LocalKeys
from workbench.localcloud.appsync.data_sources.services import (
    HttpError,
    HttpReply,
    HttpRequest,
    Signing,
)

_TIMEOUT = 29.0
"""Seconds; AppSync gives a whole request 30."""

_LARGEST = 6 * 1024 * 1024
"""Bytes read of an answer at most: more than AppSync takes."""

App = Callable[..., Awaitable[Any]]


class HttpClient:
    """Connections to endpoints, kept open between requests.

    A signed request to a host of AWS goes to ``cloud``, the local cloud's own services, in this
    process; its signature is by ``keys``, the local cloud's own, in any case, so that nothing of
    the user's leaves the machine.
    """

    def __init__(self, cloud: App, keys: LocalKeys) -> None:
        self._keys = keys
        # A proxy of the user's environment is for the internet, not for servers beside this one.
        loopback = ("all://127.0.0.1", "all://localhost", "all://[::1]")
        direct = httpx.AsyncHTTPTransport()
        self._world = httpx.AsyncClient(timeout=_TIMEOUT, mounts=dict.fromkeys(loopback, direct))
        self._cloud = httpx.AsyncClient(
            timeout=_TIMEOUT, transport=httpx.ASGITransport(cloud), trust_env=False
        )

    async def send(self, request: HttpRequest) -> HttpReply:
        """The answer, redirects included as with AppSync; raises HttpError."""
        headers = [*request.headers]
        client = self._world
        if request.signing is not None:
            headers += _signature(request, request.signing, self._keys)
            if (urlsplit(request.url).hostname or "").endswith(".amazonaws.com"):
                client = self._cloud
        try:
            async with client.stream(
                request.method, request.url, headers=headers, content=request.body or None
            ) as response:
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > _LARGEST:
                        break
                return HttpReply(response.status_code, dict(response.headers), bytes(body))
        except httpx.TimeoutException as error:
            raise HttpError("no answer in time") from error
        except (httpx.InvalidURL, ValueError) as error:
            raise HttpError(f"not an address or header: {error}") from error
        except httpx.HTTPError as error:
            raise HttpError(str(error) or type(error).__name__) from error

    async def close(self) -> None:
        """Close the connections."""
        await self._world.aclose()
        await self._cloud.aclose()


def _signature(request: HttpRequest, signing: Signing, own: LocalKeys) -> list[tuple[str, str]]:
    service = signing.service or (urlsplit(request.url).hostname or "").split(".")[0]
    headers = dict(request.headers)
    signed = AWSRequest(request.method, request.url, headers=headers, data=request.body)
    before = {name.lower() for name in signed.headers}
    SigV4Auth(Credentials(own.access_key, own.secret), service, signing.region).add_auth(signed)
    return [(name, value) for name, value in signed.headers.items() if name.lower() not in before]
