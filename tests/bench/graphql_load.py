"""A GraphQL client that costs little itself: keep-alive connections without an HTTP library."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


class Connection:
    """One connection to a GraphQL address; requests follow each other."""

    def __init__(self, url: str, key: str) -> None:
        place = urlsplit(url)
        self._place = place
        self._head = (
            f"POST {place.path} HTTP/1.1\r\nhost: {place.netloc}\r\nx-api-key: {key}\r\n"
            "content-type: application/json\r\ncontent-length: "
        ).encode()

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection(
            self._place.hostname, self._place.port, limit=1 << 24
        )

    async def ask(self, query: str, variables: dict[str, Any]) -> tuple[float, bytes]:
        """Seconds from the request to the whole answer, and the answer."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        began = time.perf_counter()
        self._writer.write(self._head + str(len(body)).encode() + b"\r\n\r\n" + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        answer = await self._reader.readexactly(int(length))
        return time.perf_counter() - began, answer

    def close(self) -> None:
        """Disconnect."""
        self._writer.close()


@dataclass(frozen=True, slots=True)
class Load:
    """What one run gave: seconds of each request, and of the whole run."""

    latencies: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Operations per second."""
        return len(self.latencies) / self.seconds


async def run_load(
    connections: Sequence[Connection],
    query: str,
    variables: Callable[[], dict[str, Any]],
    count: int,
    expected: bytes,
) -> Load:
    """``count`` requests over all connections; an answer without ``expected`` raises."""
    latencies: list[float] = []
    left = iter(range(count))

    async def work(connection: Connection) -> None:
        for _ in left:
            took, answer = await connection.ask(query, variables())
            if expected not in answer:
                raise AssertionError(answer.decode(errors="replace")[:2000])
            latencies.append(took)

    began = time.perf_counter()
    await asyncio.gather(*(work(connection) for connection in connections))
    return Load(latencies, time.perf_counter() - began)
