"""Chromium's DevTools protocol over a pipe: calls, and the events that come in between.

https://chromedevtools.github.io/devtools-protocol/: messages are JSON, each ended by a NUL. The
browser reads from its descriptor 3 and writes to its descriptor 4.
"""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

CALL_SECONDS = 60.0
_CHUNK = 1 << 16

Params = Mapping[str, Any]


class DevToolsError(Exception):
    """The browser refused a call, or is gone."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in one target; ``session`` is empty for the browser itself."""

    method: str
    params: dict[str, Any]
    session: str


class DevTools:
    """One connection for all targets of a browser; events are handed out while something waits."""

    def __init__(self, reads: int, writes: int) -> None:
        self._reads, self._writes = reads, writes
        self._unread = bytearray()
        self._calls = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._listeners: list[Callable[[Event], None]] = []

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Hand each event to ``listener`` from now on; it may send, and must not wait."""
        self._listeners.append(listener)

    def send(self, method: str, params: Params | None = None, session: str = "") -> int:
        """Send a call without waiting for its answer; returns its number."""
        self._calls += 1
        message: dict[str, Any] = {"id": self._calls, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._writes, data) :]
        return self._calls

    def call(
        self, method: str, params: Params | None = None, session: str = "", seconds: float = 0
    ) -> dict[str, Any]:
        """The answer to a call; raises DevToolsError."""
        number = self.send(method, params, session)
        deadline = time.monotonic() + (seconds or CALL_SECONDS)
        while number not in self._answers:
            if not self.hear(deadline - time.monotonic()):
                raise DevToolsError(f"{method} is not answered")
        answer = self._answers.pop(number)
        if "error" in answer:
            raise DevToolsError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def hear(self, seconds: float) -> bool:
        """Take what has come, and wait for something until then; False if nothing came."""
        if not select.select([self._reads], [], [], max(seconds, 0))[0]:
            return False
        got = os.read(self._reads, _CHUNK)
        if not got:
            raise DevToolsError("the browser has ended")
        self._unread += got
        while (end := self._unread.find(b"\0")) >= 0:
            message = json.loads(bytes(self._unread[:end]))
            del self._unread[: end + 1]
            self._take(message)
        return True

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self._answers[message["id"]] = message
            return
        event = Event(message["method"], message["params"], message.get("sessionId", ""))
        for listener in self._listeners:
            listener(event)
