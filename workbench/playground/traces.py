"""What the resolvers of one request did, as the local cloud remembers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from workbench.aws.signature_v4 import sign
from workbench.localcloud.contract import TRACES_PATH
from workbench.outputs_file import ApiEndpoint
from workbench.playground.authorizing import IamCredentials


@dataclass(frozen=True, slots=True)
class Trace:
    """The trace of one request, as the local cloud's JSON; empty where it remembers none."""

    document: Mapping[str, Any] = field(default_factory=dict)


async def read_trace(
    client: httpx.AsyncClient, endpoint: ApiEndpoint, request_id: str, keys: IamCredentials
) -> Trace:
    """The trace of a request to the local cloud, whose own key ``keys`` are; AWS keeps its own in
    CloudWatch."""
    if not endpoint.api_id or not request_id:
        return Trace()
    parts = urlsplit(endpoint.address)
    path = TRACES_PATH.format(api_id=endpoint.api_id, request_id=request_id)
    url = f"{parts.scheme}://{parts.netloc}{path}"
    headers = sign("GET", url, b"", keys.access_key, keys.secret_key, "amplify-tui")
    try:
        answer = await client.get(url, headers=dict(headers), timeout=5)
        found = answer.json()
    except (httpx.HTTPError, ValueError):
        # A trace is an extra: the result is there without it.
        return Trace()
    return Trace(found) if answer.status_code == 200 and isinstance(found, dict) else Trace()
