"""The server's connections: only from our own user (and root), and HTTP/1.1 only.

What hypercorn does by itself with a connection that begins in HTTP/2 without TLS would pass by the
WebSocket stream that the rest is written for, and no client needs it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import Collection

import h11
import hypercorn.asyncio.run
import hypercorn.protocol
from hypercorn.asyncio.tcp_server import MAX_RECV, TCPServer
from hypercorn.events import Closed, Event
from hypercorn.protocol.h11 import H11Protocol

from workbench.localcloud.access.peers import PeerUser

logger = logging.getLogger("local cloud")
ROOT = 0
_LINGER_SECONDS = 1.0
_LINGER_READS = 64
_REFUSAL = json.dumps(
    {"message": "This local cloud belongs to another user of this machine."}
).encode()
_REFUSED = (
    b"HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(_REFUSAL), _REFUSAL)
)


class UnservedVersionError(Exception):
    """The connection speaks another version of HTTP."""


class Http1Protocol(H11Protocol):
    """hypercorn's HTTP/1.1 without a way to HTTP/2, asked for or assumed."""

    async def handle(self, event: Event) -> None:
        """One event of the connection."""
        try:
            await super().handle(event)
        except UnservedVersionError:
            await self._send_error_response(505)
            await self.send(Closed())

    async def _check_protocol(self, event: h11.Request) -> None:
        if event.http_version not in {b"1.0", b"1.1"}:
            raise UnservedVersionError


def install(peer_user: PeerUser | None) -> None:
    """Have hypercorn accept what the module says from now on.

    Without ``peer_user``, as the kernel does not tell, everybody's connections are accepted: then
    only the key keeps others out.
    """
    hypercorn.protocol.H11Protocol = Http1Protocol  # type: ignore[attr-defined]
    if peer_user is not None:
        accepted = {os.getuid(), ROOT}
        server = _owners_server(peer_user, accepted)
        hypercorn.asyncio.run.TCPServer = server  # type: ignore[attr-defined]


def _owners_server(peer_user: PeerUser, accepted: Collection[int]) -> type[TCPServer]:
    told: set[int] = set()

    class OwnersServer(TCPServer):
        """Asks for the peer's user before the first byte of a request is looked at."""

        async def run(self) -> None:
            connection = self.writer.get_extra_info("socket")
            user = peer_user(connection)
            if user in accepted:
                await super().run()
                return
            if user is not None and user not in told:
                told.add(user)
                logger.warning("refused: connections of user %s", user)
            with contextlib.suppress(OSError, RuntimeError, TimeoutError):
                self.writer.write(_REFUSED)
                self.writer.write_eof()
                # Closed while more comes in, the client would see a reset in place of the answer.
                async with asyncio.timeout(_LINGER_SECONDS):
                    for _ in range(_LINGER_READS):
                        if not await self.reader.read(MAX_RECV):
                            break
            await self._close()

    return OwnersServer
