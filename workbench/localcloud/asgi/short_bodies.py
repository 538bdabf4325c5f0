"""Reads the body of a request to a route of our own, which sends little."""

from __future__ import annotations

from workbench.localcloud.asgi.types import Receive


async def short_body(receive: Receive, enough: int) -> bytes:
    """The body, or its beginning: no more is read once ``enough`` bytes have come."""
    body = b""
    while len(body) < enough:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body
