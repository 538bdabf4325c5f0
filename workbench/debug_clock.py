"""A clock that stands still while a debugger may hold a function: time-outs are counted by it.

A breakpoint holds the function's callers, too: what waits for a function waits for its debugger.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Iterator

_LOOK_SECONDS = 1.0
"""How often a time limit that is due looks whether the clock goes on."""

_lock = threading.Lock()
_holders = 0
_since = 0.0
_stood = 0.0


def now() -> float:
    """Seconds that have gone by, without those in which the clock stood still."""
    with _lock:
        return (_since if _holders else time.monotonic()) - _stood


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Hold the clock meanwhile; safe from any thread, and by many at once."""
    global _holders, _since, _stood  # noqa: PLW0603  one clock for the process
    with _lock:
        if not _holders:
            _since = time.monotonic()
        _holders += 1
    try:
        yield
    finally:
        with _lock:
            _holders -= 1
            if not _holders:
                _stood += time.monotonic() - _since


@contextlib.asynccontextmanager
async def limited(seconds: float) -> AsyncIterator[None]:
    """Raise TimeoutError inside after so many seconds of this clock."""
    loop = asyncio.get_running_loop()
    deadline = now() + seconds
    timer: asyncio.TimerHandle
    async with asyncio.timeout(None) as limit:

        def look() -> None:
            nonlocal timer
            left = deadline - now()
            if left > 0:
                timer = loop.call_later(max(left, _LOOK_SECONDS), look)
            else:
                limit.reschedule(loop.time())

        timer = loop.call_later(seconds, look)
        try:
            yield
        finally:
            timer.cancel()
