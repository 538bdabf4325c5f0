"""Answers of the local cloud's own routes: JSON, and refusals in one sentence."""

from __future__ import annotations

import json

from workbench.localcloud.asgi.types import Receive, Scope, Send


async def send_json(send: Send, status: int, document: object) -> None:
    """Answer with ``document`` as JSON."""
    body = json.dumps(document).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def refuse(scope: Scope, receive: Receive, send: Send, reason: str) -> None:
    """Refuse a request (403) or a WebSocket handshake with one sentence."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
        return
    await send_json(send, 403, {"message": reason})
