"""How a request is refused, and what of it goes into the log."""

from __future__ import annotations

import json
import logging

from workbench.localcloud.ministack.emulator import Receive, Scope, Send

logger = logging.getLogger("local cloud")
_MOST_PAGES = 20


class RefusedPages:
    """Logs each refusal of a web page once: a page that tries all day must not fill the disk."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def log(self, refusal: str) -> None:
        """``refusal`` has no control characters."""
        if refusal in self._told or len(self._told) >= _MOST_PAGES:
            return
        self._told.add(refusal)
        logger.warning("refused: %s", refusal)


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
