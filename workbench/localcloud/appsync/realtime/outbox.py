"""A connection's queue of messages to send, bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

MOST_MESSAGES = 2_000
MOST_BYTES = 8_000_000
LARGEST_BATCH = 64

_PAUSE_EACH = 0.000_1
_LONGEST_PAUSE = 0.1


@dataclass(slots=True)
class Pace:
    """The pause between two writes of a connection: near zero for a few, 0.1 s for a thousand.

    What a thousand connections are sent in that time goes out in a thousand writes instead of a
    thousand for each event. The first event after a pause is never held back.
    """

    connections: int = 0

    @property
    def seconds(self) -> float:
        """The shortest time between two writes of one connection."""
        return min(self.connections * _PAUSE_EACH, _LONGEST_PAUSE)


class Outbox:
    """Takes texts (UTF-8) without waiting and sends them in order, several at once.

    A reader that falls behind by 2,000 messages or 8 MB has lost: ``overflowed`` is set, and
    nothing more is taken.
    """

    def __init__(self, send: Callable[[Sequence[bytes]], Awaitable[None]], pace: Pace) -> None:
        self._send = send
        self._pace = pace
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self.overflowed = asyncio.Event()

    def put(self, text: bytes) -> None:
        """Have a text sent."""
        if self.overflowed.is_set():
            return
        self._waiting.append(text)
        self._bytes += len(text)
        if len(self._waiting) > MOST_MESSAGES or self._bytes > MOST_BYTES:
            self._waiting.clear()
            self.overflowed.set()
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled; raises what sending raises."""
        clock = asyncio.get_running_loop().time
        free = 0.0
        while True:
            await self._wake.wait()
            early = free - clock()
            if early > 0:
                await asyncio.sleep(early)
            self._wake.clear()
            free = clock() + self._pace.seconds
            await self.flush()

    async def flush(self) -> None:
        """Send all that waits now."""
        while self._waiting:
            count = min(len(self._waiting), LARGEST_BATCH)
            batch = [self._waiting.popleft() for _ in range(count)]
            self._bytes -= sum(map(len, batch))
            await self._send(batch)
