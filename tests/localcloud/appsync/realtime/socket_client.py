"""A WebSocket client for tests, on wsproto and asyncio streams."""

from __future__ import annotations

import asyncio
import base64
import json
from types import TracebackType
from typing import Any, Self

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)

TIMEOUT = 10.0


class Refused(Exception):  # noqa: N818
    """The server did not accept the handshake."""


class Socket:
    """One connection; ``async with`` opens and closes it."""

    def __init__(self, port: int, path: str, headers: dict[str, str], old_form: bool) -> None:
        encoded = base64.urlsafe_b64encode(json.dumps(headers).encode()).decode().rstrip("=")
        self._protocols = ["graphql-ws"] if old_form else ["graphql-ws", f"header-{encoded}"]
        self._target = f"{path}?header={encoded}&payload=e30=" if old_form else path
        self._port = port
        self._connection = WSConnection(ConnectionType.CLIENT)
        self._texts: list[str] = []
        self._parts: list[str] = []
        self.subprotocol: str | None = None
        self.closed: int | None = None

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(
            self._connection.send(
                Request(
                    host=f"127.0.0.1:{self._port}",
                    target=self._target,
                    subprotocols=self._protocols,
                )
            )
        )
        while self.subprotocol is None:
            await self._pump()
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._writer.close()

    async def say(self, message: dict[str, Any] | str) -> None:
        """Send one message."""
        text = message if isinstance(message, str) else json.dumps(message)
        self._writer.write(self._connection.send(TextMessage(data=text)))
        await self._writer.drain()

    async def hear(self, *, skip: str = "ka") -> dict[str, Any]:
        """The next message that is no keep-alive; raises EOFError at the end."""
        async with asyncio.timeout(TIMEOUT):
            while True:
                while not self._texts:
                    if self.closed is not None:
                        raise EOFError(self.closed)
                    await self._pump()
                message: dict[str, Any] = json.loads(self._texts.pop(0))
                if message["type"] != skip:
                    return message

    async def silent(self, seconds: float = 0.15) -> bool:
        """Whether nothing but keep-alives comes for a moment."""
        try:
            async with asyncio.timeout(seconds):
                await self.hear()
        except TimeoutError:
            return True
        return False

    async def end(self) -> int:
        """The close code, once the server has closed."""
        try:
            while True:
                await self.hear()
        except EOFError:
            assert self.closed is not None
            return self.closed

    async def _pump(self) -> None:
        content = await self._reader.read(65536)
        self._connection.receive_data(content or None)
        for event in self._connection.events():
            if isinstance(event, AcceptConnection):
                self.subprotocol = event.subprotocol or ""
            elif isinstance(event, RejectConnection):
                raise Refused(event.status_code)
            elif isinstance(event, TextMessage):
                self._parts.append(event.data)
                if event.message_finished:
                    self._texts.append("".join(self._parts))
                    self._parts.clear()
            elif isinstance(event, Ping):
                self._writer.write(self._connection.send(event.response()))
            elif isinstance(event, CloseConnection):
                self.closed = int(event.code)
        if not content and self.closed is None:
            self.closed = 1006
