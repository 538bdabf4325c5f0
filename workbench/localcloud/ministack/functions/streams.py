"""A streamed response on its way from the function's thread to the event loop that sends it."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar
from typing import Any

_AHEAD = 64
"""Chunks that may wait to be sent; then the function waits."""

RESPONSE_BYTES = 200 * 1024 * 1024
"""What Lambda allows a streamed response to have."""


class ResponseStream:
    """What one invocation streams. Belongs to the event loop; ``put`` is for the thread."""

    def __init__(self) -> None:
        self.version = ""
        self._loop = asyncio.get_running_loop()
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._room = threading.Semaphore(_AHEAD)
        self._is_closed = False

    def put(self, chunk: bytes | None, seconds: float) -> None:
        """Pass on a chunk, None at the end; waits for its reader, but not longer than that."""
        if not self._is_closed and self._room.acquire(timeout=max(0.0, seconds)):
            self._loop.call_soon_threadsafe(self._chunks.put_nowait, chunk)

    async def next(self, running: asyncio.Future[Any]) -> bytes | None:
        """The next chunk; None when there is none left, at the latest when the run has ended."""
        taking = asyncio.create_task(self._chunks.get())
        await asyncio.wait([taking, running], return_when=asyncio.FIRST_COMPLETED)
        if not taking.done():
            taking.cancel()
            if self._chunks.empty():
                return None
            taking = asyncio.create_task(self._chunks.get())
        self._room.release()
        return await taking

    def close(self) -> None:
        """Nobody reads any more: the function runs on, and what it writes is dropped."""
        self._is_closed = True
        self._room.release(_AHEAD)


CURRENT: ContextVar[ResponseStream | None] = ContextVar("response_stream", default=None)
"""Where the invocation of this context streams its response to."""
