"""Reads from the local cloud what the resolvers of one request did."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from workbench.aws.local_keys import LocalKeys
from workbench.localcloud.client import ask
from workbench.localcloud.contract import TRACES_PATH
from workbench.outputs_file import ApiEndpoint
from workbench.playground.authorizing import IamCredentials

_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Trace:
    """The trace of one request, as the local cloud's JSON; empty if there is none."""

    document: Mapping[str, Any] = field(default_factory=dict)


async def read_trace(endpoint: ApiEndpoint, request_id: str, keys: IamCredentials) -> Trace:
    """The trace of a request to the local cloud, whose own key ``keys`` are; AWS keeps its own in
    CloudWatch."""
    if not endpoint.api_id or not request_id:
        return Trace()
    parts = urlsplit(endpoint.address)
    path = TRACES_PATH.format(api_id=endpoint.api_id, request_id=request_id)
    url = f"{parts.scheme}://{parts.netloc}{path}"
    try:
        answer = await asyncio.to_thread(
            ask, url, LocalKeys(keys.access_key, keys.secret_key), timeout=_SECONDS
        )
    except OSError:
        # A trace is an extra: the result is there without it.
        return Trace()
    return Trace(answer.document) if answer.status == 200 else Trace()
