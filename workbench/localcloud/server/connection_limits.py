"""Limits the number of connections, and how long an idle one is kept.

Each is an open file, and so is what a request needs to be answered. Where no more can be had, the
connection that has been idle longest makes room, so that a health check and the owner's tools come
through however many connections others leave open.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import resource
import time
from collections import OrderedDict

import h11
import hypercorn.asyncio.run
from hypercorn.asyncio.tcp_server import MAX_RECV, TCPServer
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.protocol.h11 import H11Protocol

logger = logging.getLogger("local cloud")

IDLE_SECONDS = 75.0
"""A connection between two requests; also what a new one may take for its first request's head."""

BODY_SECONDS = 30.0
"""Between two parts of a request's body."""

LARGEST_MESSAGE = 1024 * 1024
"""Bytes of a WebSocket message, all fragments together; AppSync itself takes 240 kB."""

_OWN_FILES = 32
"""Open files that the server needs for itself: its state, its workers, the data sources' calls."""

_RESERVE = 8
"""Connections beyond the ceiling that are served while idle ones are being closed."""

_FEWEST, _MOST = 8, 20_000
_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 1\r\n"
    b"connection: close\r\n\r\n"
)


def install() -> None:
    """Have hypercorn's connections keep to the limits, on top of what it accepts."""
    base: type[TCPServer] = hypercorn.asyncio.run.TCPServer  # type: ignore[attr-defined]
    hypercorn.asyncio.run.TCPServer = _limited(base)  # type: ignore[attr-defined]


def ceiling() -> int:
    """Connections that are kept, of the open files that the system allows."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _MOST
    return max(_FEWEST, min(_MOST, soft - _OWN_FILES - _RESERVE))


def _limited(base: type[TCPServer]) -> type[TCPServer]:
    most = ceiling()
    idle: OrderedDict[TCPServer, float] = OrderedDict()
    """Those between two requests, the longest first."""
    connected = 0

    class LimitedServer(base):  # type: ignore[misc, valid-type]
        """One connection of the server."""

        async def run(self) -> None:
            nonlocal connected
            connected += 1
            idle[self] = time.monotonic()
            try:
                if connected > most:
                    _make_room()
                if connected > most + _RESERVE:
                    with contextlib.suppress(OSError, RuntimeError):
                        self.writer.write(_BUSY)
                    await self._close()
                    return
                await super().run()
            finally:
                idle.pop(self, None)
                connected -= 1

        async def protocol_send(self, event: Event) -> None:
            if isinstance(event, Updated):
                if event.idle:
                    idle[self] = time.monotonic()
                    idle.move_to_end(self)
                else:
                    idle.pop(self, None)
            await super().protocol_send(event)

        async def _read_data(self) -> None:
            while not self.reader.at_eof():
                try:
                    async with asyncio.timeout(BODY_SECONDS if self._in_body() else None):
                        data = await self.reader.read(MAX_RECV)
                except (OSError, TimeoutError):
                    break
                await self.protocol.handle(RawData(data))
            await self.protocol.handle(Closed())
            # The task that waits for a next request would hold the file for as long as it waits.
            await self.idle_task.stop()

        def _in_body(self) -> bool:
            """Whether the client owes the rest of a request's body."""
            protocol = getattr(self.protocol, "protocol", None)
            return (
                isinstance(protocol, H11Protocol)
                and isinstance(protocol.connection, h11.Connection)
                and protocol.connection.their_state is h11.SEND_BODY
            )

    def _make_room() -> None:
        """Close the connection that has been idle longest, but not the newest one."""
        for oldest in list(idle)[:-1][:_RESERVE]:
            idle.pop(oldest)
            with contextlib.suppress(OSError, RuntimeError):
                oldest.writer.transport.abort()

    return LimitedServer
