"""The ASGI application of the real-time endpoints, ``/v1/apis/<api id>/graphql/realtime``."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from workbench.localcloud.appsync.authorization.http_request import HttpRequestFacts
from workbench.localcloud.appsync.identity import RefusedError
from workbench.localcloud.appsync.realtime import frames
from workbench.localcloud.appsync.realtime.backend import Backend
from workbench.localcloud.appsync.realtime.broker import Hub
from workbench.localcloud.appsync.realtime.connection import Connection, Ending
from workbench.localcloud.appsync.realtime.handshake import (
    SUBPROTOCOL,
    BadHandshakeError,
    handshake_headers,
)
from workbench.localcloud.appsync.realtime.outbox import Outbox, Pace
from workbench.localcloud.asgi.websocket_batches import TAKES_BATCHES

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_PATH = re.compile(r"(/v1/apis/([^/]+)/graphql)/realtime/?")
_REFUSAL_SECONDS = 3.0
_TOO_SLOW = Ending(1008, "the client does not read fast enough")
_STOPPING = Ending(1001, "the local cloud stops")


def is_realtime_path(path: str) -> bool:
    """Whether a path is an API's real-time endpoint."""
    return _PATH.fullmatch(path) is not None


def realtime_application(backend: Backend, hub: Hub) -> Application:
    """The application that serves WebSocket connections, and refuses plain HTTP."""

    pace = Pace()

    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await _refuse_http(send)
            return
        await receive()
        offered = list(scope.get("subprotocols") or ())
        chosen = SUBPROTOCOL if SUBPROTOCOL in offered else None
        await send({"type": "websocket.accept", "subprotocol": chosen})

        outbox = Outbox(_sender(scope, send), pace)
        opened = await _open(scope, offered, backend, hub, outbox)
        if isinstance(opened, bytes):
            await _refuse(receive, send, opened)
            return
        pace.connections += 1
        try:
            await _serve(opened, receive, send)
        finally:
            pace.connections -= 1

    return app


def _sender(
    scope: MutableMapping[str, Any], send: Send
) -> Callable[[Sequence[bytes]], Awaitable[None]]:
    """Sends texts at once where the server takes batches, else one by one."""

    async def at_once(texts: Sequence[bytes]) -> None:
        await send({"type": "websocket.send", "texts": texts})

    async def one_by_one(texts: Sequence[bytes]) -> None:
        for text in texts:
            await send({"type": "websocket.send", "text": text.decode()})

    return at_once if (scope.get("state") or {}).get(TAKES_BATCHES) else one_by_one


async def _open(
    scope: MutableMapping[str, Any], offered: list[str], backend: Backend, hub: Hub, outbox: Outbox
) -> Connection | bytes:
    """The authorized connection, or the ``connection_error`` that refuses it."""
    found = _PATH.fullmatch(scope["path"])
    ready = backend.ready(found[2]) if found else None
    if found is None or ready is None:
        return frames.connection_error("NotFoundException", "The API does not exist.", 404)
    query = bytes(scope.get("query_string") or b"").decode("latin-1")
    client = scope.get("client")
    source_ip = str(client[0]) if client else "127.0.0.1"
    try:
        headers = handshake_headers(offered, query)
        facts = HttpRequestFacts("POST", f"{found[1]}/connect", b"{}", source_ip)
        caller = await backend.authorize(ready.api, headers, facts)
        backend.check_connection(ready, caller)
    except BadHandshakeError as problem:
        return frames.connection_error("BadRequestException", str(problem), 400)
    except RefusedError as refused:
        return frames.connection_error(refused.error_type, refused.message, refused.status)
    return Connection(found[2], found[1], caller, source_ip, backend, hub, outbox)


async def _serve(connection: Connection, receive: Receive, send: Send) -> None:
    outbox = connection.outbox
    reading = asyncio.create_task(_read(connection, receive))
    watching = asyncio.create_task(connection.watch())
    overflow = asyncio.create_task(outbox.overflowed.wait())
    closing = asyncio.create_task(connection.hub.closing.wait())
    writing = asyncio.create_task(outbox.run())
    tasks: tuple[asyncio.Task[Any], ...] = (reading, watching, overflow, closing, writing)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        ending = _STOPPING if closing.done() else _ending(reading, watching, overflow)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await connection.close()
    if ending is not None:
        if ending is not _TOO_SLOW:
            await outbox.flush()
        await send({"type": "websocket.close", "code": ending.code, "reason": ending.reason})


def _ending(
    reading: asyncio.Task[Ending | None],
    watching: asyncio.Task[Ending],
    overflow: asyncio.Task[Any],
) -> Ending | None:
    """How to end the connection; None where the client has ended it already."""
    if overflow.done():
        return _TOO_SLOW
    if watching.done():
        return watching.result()
    return reading.result() if reading.done() else None


async def _read(connection: Connection, receive: Receive) -> Ending | None:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return None
        if message["type"] == "websocket.receive":
            ending = connection.receive(message.get("text"))
            if ending is not None:
                return ending


async def _refuse(receive: Receive, send: Send, text: bytes) -> None:
    """Say why and close, after the client's first message: some clients listen only from then."""
    try:
        async with asyncio.timeout(_REFUSAL_SECONDS):
            message = await receive()
    except TimeoutError:
        message = {"type": "websocket.receive"}
    if message["type"] == "websocket.disconnect":
        return
    await send({"type": "websocket.send", "text": text.decode()})
    await send({"type": "websocket.close", "code": 1008, "reason": "connection refused"})


async def _refuse_http(send: Send) -> None:
    body = b'{"errors":[{"errorType":"BadRequestException","message":"Use a WebSocket here."}]}'
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": body})
