"""Follows a subscription as a stream of events, by AppSync's real-time protocol.

Source: AWS AppSync developer guide, "Building a real-time WebSocket client".
"""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from workbench.model.user_problem import UserProblem
from workbench.outputs_file import ApiEndpoint
from workbench.playground.authorizing import Authorize
from workbench.playground.requests import Request, ResultError, read_result

_HANDSHAKE_SECONDS = 15.0
_SLACK_SECONDS = 5.0
_DEFAULT_TIMEOUT_MS = 300_000


class _WithoutRedirects(connect):
    """Follows no redirect: tokens travel in the subprotocol and would go along."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


class StreamProblem(UserProblem):
    """The subscription could not be opened, or was ended by the server."""

    def __init__(self, errors: tuple[ResultError, ...]) -> None:
        super().__init__("; ".join(each.message for each in errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event; ``body`` is its data as indented JSON, ``at`` in seconds since 1970."""

    at: float
    data: Any
    body: str
    errors: tuple[ResultError, ...] = ()


async def subscribe(
    endpoint: ApiEndpoint,
    authorize: Authorize,
    request: Request,
    on_started: Callable[[], None] | None = None,
    clock: Callable[[], float] = time.time,
    *,
    trusted: ssl.SSLContext | None = None,
) -> AsyncIterator[StreamEvent]:
    """Yield the events of one subscription until the server completes it or the caller stops.

    ``on_started`` is called when the server has accepted it. ``trusted`` are the certificates to
    trust, if not the usual ones. Raises StreamProblem, and
    NotAuthorizedProblem if there are no credentials for the caller.
    """
    host = urlsplit(endpoint.address).netloc
    opening = await authorize(f"{endpoint.address}/connect", b"{}")
    packed = base64.urlsafe_b64encode(json.dumps({"host": host, **opening}).encode()).decode()
    protocols = [Subprotocol("graphql-ws"), Subprotocol("header-" + packed.rstrip("="))]
    try:
        connection = await _WithoutRedirects(
            endpoint.realtime_address,
            subprotocols=protocols,
            ssl=(trusted or True) if endpoint.realtime_address.startswith("wss:") else None,
            open_timeout=_HANDSHAKE_SECONDS,
            ping_interval=None,
            max_size=8 * 2**20,
            proxy=None if host.startswith(("127.", "localhost")) else True,
        )
    except (OSError, InvalidHandshake, InvalidURI, TimeoutError) as error:
        message = (
            f"Could not connect to {endpoint.realtime_address}: {error or type(error).__name__}"
        )
        raise StreamProblem((ResultError(message, "Connection"),)) from None
    async with connection:
        patience = await _initialize(connection)
        data = json.dumps({"query": request.query, "variables": dict(request.variables)})
        authorization = {"host": host, **await authorize(endpoint.address, data.encode())}
        identifier = str(uuid.uuid4())
        await _send(
            connection,
            {
                "id": identifier,
                "type": "start",
                "payload": {"data": data, "extensions": {"authorization": authorization}},
            },
        )
        try:
            async for event in _events(connection, patience, on_started, clock):
                yield event
        finally:
            await _stop(connection, identifier)


async def _initialize(connection: ClientConnection) -> float:
    await _send(connection, {"type": "connection_init"})
    answer = await _receive(connection, _HANDSHAKE_SECONDS)
    if answer.get("type") != "connection_ack":
        raise StreamProblem(_errors(answer))
    payload = answer.get("payload") or {}
    return float(payload.get("connectionTimeoutMs") or _DEFAULT_TIMEOUT_MS) / 1000 + _SLACK_SECONDS


async def _events(
    connection: ClientConnection,
    patience: float,
    on_started: Callable[[], None] | None,
    clock: Callable[[], float],
) -> AsyncIterator[StreamEvent]:
    while True:
        message = await _receive(connection, patience)
        match message.get("type"):
            case "start_ack":
                if on_started is not None:
                    on_started()
            case "data":
                body = json.dumps(message.get("payload") or {}).encode()
                result = read_result(200, body, {}, 0.0)
                text = json.dumps(result.data, indent=2, ensure_ascii=False)
                yield StreamEvent(clock(), result.data, text, result.errors)
            case "complete":
                return
            case "error" | "connection_error":
                raise StreamProblem(_errors(message))
            case _:
                continue


async def _stop(connection: ClientConnection, identifier: str) -> None:
    try:
        await _send(connection, {"id": identifier, "type": "stop"})
    except ConnectionClosed:
        return


async def _send(connection: ClientConnection, message: Mapping[str, Any]) -> None:
    await connection.send(json.dumps(message))


async def _receive(connection: ClientConnection, seconds: float) -> dict[str, Any]:
    try:
        text = await asyncio.wait_for(connection.recv(), seconds)
    except TimeoutError:
        problem = ResultError("no message from the server before the timeout", "Timeout")
        raise StreamProblem((problem,)) from None
    except ConnectionClosed as closed:
        reason = closed.rcvd.reason if closed.rcvd and closed.rcvd.reason else "no reason given"
        problem = ResultError(f"the server closed the connection: {reason}", "Connection")
        raise StreamProblem((problem,)) from None
    message = json.loads(text)
    return message if isinstance(message, dict) else {}


def _errors(message: Mapping[str, Any]) -> tuple[ResultError, ...]:
    body = json.dumps({"errors": (message.get("payload") or {}).get("errors") or []}).encode()
    found = read_result(200, body, {}, 0.0).errors
    return found or (ResultError(f"the server refused: {message.get('type')}", "Connection"),)
