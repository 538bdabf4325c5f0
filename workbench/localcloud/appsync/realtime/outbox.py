"""What waits to be sent on one connection, bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

MOST_MESSAGES = 2_000
MOST_CHARACTERS = 8_000_000


class Outbox:
    """Takes texts without waiting and sends them in order.

    A reader that falls behind by 2,000 messages or 8 million characters has lost: ``overflowed``
    is set, and nothing more is taken.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]]) -> None:
        self._send = send
        self._waiting: deque[str] = deque()
        self._characters = 0
        self._wake = asyncio.Event()
        self.overflowed = asyncio.Event()

    def put(self, text: str) -> None:
        """Have a text sent."""
        if self.overflowed.is_set():
            return
        self._waiting.append(text)
        self._characters += len(text)
        if len(self._waiting) > MOST_MESSAGES or self._characters > MOST_CHARACTERS:
            self._waiting.clear()
            self.overflowed.set()
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled; raises what sending raises."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.flush()

    async def flush(self) -> None:
        """Send all that waits now."""
        while self._waiting:
            text = self._waiting.popleft()
            self._characters -= len(text)
            await self._send(text)
