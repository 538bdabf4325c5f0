"""Tells front ends of IAM's refusals while they happen, many alike as one.

A front end holds one connection open: with nothing refused, nothing is sent and no timer runs. The
first refusal of its kind is told at once; the same ones of the next seconds are counted and told
together. What is told stays bounded, however many callers are refused.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workbench.localcloud.asgi.routes import Route
from workbench.localcloud.asgi.types import Receive, Scope, Send
from workbench.localcloud.contract import REFUSALS_PATH
from workbench.model.refused_calls import RefusedCall
from workbench.terminal_text import safe_line

logger = logging.getLogger("local cloud")

WINDOW = 10.0
"""Seconds in which equal refusals are counted before they are told again, then twice as many."""
_LONGEST = 600.0
_DIFFERENT = 20
"""Different refusals of one caller's action that are told by themselves in that time."""
_WAITING = 200
"""Refusals that wait for a front end that does not read; older ones are dropped."""

_MOST = 200
"""Kinds of refusals that are counted at a time; a caller may make up names of actions."""
_COUNTED = 1000

Document = Mapping[str, Any]
_Key = tuple[str, str, str]
_REST: _Key = ("", "", "")


@dataclass
class _Open:
    first: RefusedCall
    window: float
    more: int = 0
    others: set[str] = field(default_factory=set)


class RefusalFeed:
    """Belongs to the server's event loop; ``refused`` may be called from any thread."""

    def __init__(self, window: float = WINDOW) -> None:
        self._loop = asyncio.get_running_loop()
        self._window = window
        self._open: dict[_Key, _Open] = {}
        self._told: Counter[tuple[str, str]] = Counter()
        self._readers: set[_Reader] = set()

    def refused(self, call: RefusedCall) -> None:
        """A call was refused."""
        self._loop.call_soon_threadsafe(self._note, call)

    def switched(self, *, on: bool) -> None:
        """IAM was turned on or off."""
        for reader in self._readers:
            reader.put({"enforced": on})

    def route(self) -> Route:
        """The address where front ends listen."""
        return Route(REFUSALS_PATH, self._serve, admin=True)

    def close(self) -> None:
        """The server is about to stop: end the connections that would keep it waiting."""
        for reader in self._readers:
            reader.put(None)

    def _note(self, call: RefusedCall) -> None:
        whose = (call.role or call.caller, call.action)
        key = (*whose, call.resource)
        if key not in self._open and self._told[whose] >= _DIFFERENT:
            key = (*whose, "")
        if key not in self._open and len(self._open) >= _MOST:
            key = _REST
        found = self._open.get(key)
        if found is not None:
            found.more += 1
            if call.resource != found.first.resource and len(found.others) < _COUNTED:
                found.others.add(call.resource)
            return
        self._told[key[:2]] += 1
        self._tell(call)
        self._begin(key, call, self._window)

    def _begin(self, key: _Key, first: RefusedCall, window: float) -> None:
        self._open[key] = _Open(first, window)
        self._loop.call_later(window, self._end, key)

    def _end(self, key: _Key) -> None:
        found = self._open.pop(key)
        whose = key[:2]
        if not found.more:
            self._told[whose] -= 1
            if not self._told[whose]:
                del self._told[whose]
            return
        resources = len(found.others) + 1
        self._tell(replace(found.first, times=found.more, resources=resources))
        self._begin(key, found.first, min(2 * found.window, _LONGEST))

    def _tell(self, call: RefusedCall) -> None:
        times = f" ({call.times} times more)" if call.times > 1 else ""
        who = f"{call.caller_kind} {call.caller}".strip()
        line = f"IAM refused {who} (role {call.role}): {call.action} on {call.resource}{times}"
        logger.info("%s", safe_line(line))
        for reader in self._readers:
            reader.put(call.document())

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        reader = _Reader()
        self._readers.add(reader)
        gone = asyncio.create_task(_gone(receive))
        gone.add_done_callback(lambda _: reader.put(None))
        try:
            headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            # The reader knows by it that it hears what comes from now on.
            await send({"type": "http.response.body", "body": b": open\n\n", "more_body": True})
            while (document := await reader.next()) is not None:
                body = f"data: {json.dumps(document)}\n\n".encode()
                await send({"type": "http.response.body", "body": body, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._readers.discard(reader)
            gone.cancel()


class _Reader:
    """What one front end has not read yet; None ends it."""

    def __init__(self) -> None:
        self._waiting: deque[Document | None] = deque(maxlen=_WAITING)
        self._something = asyncio.Event()

    def put(self, document: Document | None) -> None:
        self._waiting.append(document)
        self._something.set()

    async def next(self) -> Document | None:
        while not self._waiting:
            self._something.clear()
            await self._something.wait()
        return self._waiting.popleft()


async def _gone(receive: Receive) -> None:
    """Return when the front end has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
