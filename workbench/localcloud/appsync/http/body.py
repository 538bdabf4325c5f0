"""Reads a request's body, up to the limit."""

from __future__ import annotations

from workbench.localcloud.appsync.execution.graphql_request import MAX_BODY
from workbench.localcloud.asgi.types import Receive


class TooLargeError(Exception):
    """A body beyond AppSync's limit."""


class DisconnectedError(Exception):
    """The client went away before it had sent everything."""


async def read_body(receive: Receive) -> bytes:
    """The whole body; raises TooLargeError once it has been read and thrown away."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        part = message.get("body", b"")
        size += len(part)
        if size <= MAX_BODY:
            parts.append(part)
        if not message.get("more_body", False):
            break
    if size > MAX_BODY:
        raise TooLargeError
    return b"".join(parts)
