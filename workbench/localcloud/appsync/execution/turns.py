"""Whose turn it is on the event loop: one request's many fields leave room for everybody else.

Asyncio runs all that is ready before it looks at its connections again. A query of a thousand
fields would so be answered before anyone is heard. Here its fields start while the round of the
loop is young; the rest wait, and go on in later rounds, one request after the other.
"""

from __future__ import annotations

import asyncio
import time
import weakref
from collections import OrderedDict, deque
from collections.abc import Hashable

SLICE_SECONDS = 0.008
"""Of one round of the loop; what simple requests take is far below it."""

_MOST_AT_ONCE = 32


class Turns:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()
        self._round = False
        self._end = 0.0
        self._at_once = 1

    def over(self) -> bool:
        """Whether this round of the loop has lasted long enough."""
        now = time.perf_counter()
        if self._round:
            return now > self._end
        self._begin(now)
        return False

    async def wait(self, owner: Hashable) -> None:
        """Go on at once, or in a later round where this one is over or others wait."""
        if not self.over() and not self._waiting:
            return
        turn = self._loop.create_future()
        queue = self._waiting.get(owner)
        if queue is None:
            queue = self._waiting[owner] = deque()
        queue.append(turn)
        await turn

    def _begin(self, now: float) -> None:
        self._round = True
        self._end = now + SLICE_SECONDS
        self._loop.call_soon(self._next)

    def _next(self) -> None:
        """A new round of the loop has begun."""
        self._round = False
        if not self._waiting:
            self._at_once = 1
            return
        now = time.perf_counter()
        if now < self._end - SLICE_SECONDS / 2:
            self._at_once = min(2 * self._at_once, _MOST_AT_ONCE)
        elif now > self._end:
            self._at_once = max(1, self._at_once // 2)
        self._begin(now)
        for _ in range(self._at_once):
            if not self._waiting:
                return
            owner, queue = self._waiting.popitem(last=False)
            turn = queue.popleft()
            if queue:
                self._waiting[owner] = queue
            if not turn.done():
                turn.set_result(None)


_turns: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = weakref.WeakKeyDictionary()


def turns() -> Turns:
    """The running loop's."""
    loop = asyncio.get_running_loop()
    found = _turns.get(loop)
    if found is None:
        found = _turns[loop] = Turns()
    return found
