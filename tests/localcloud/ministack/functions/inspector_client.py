"""A debugger without a screen: speaks the inspector's protocol, and reads source maps."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from websockets.sync.client import connect

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class InspectorClient:
    """Attached to one process, until its end."""

    def __init__(self, url: str) -> None:
        self._socket = connect(url, max_size=None)
        self._numbers = itertools.count(1)
        self._events: list[Mapping[str, Any]] = []

    def __enter__(self) -> InspectorClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, method: str, **parameters: Any) -> Mapping[str, Any]:
        """The result of one command."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=60))
            if message.get("id") == number:
                found: Mapping[str, Any] = message["result"]
                return found
            self._events.append(message)

    def wait_for(self, method: str, **having: str) -> Mapping[str, Any]:
        """The next event of this kind whose parameters end so."""
        while True:
            message = self._events.pop(0) if self._events else json.loads(self._socket.recv(60))
            told: Mapping[str, Any] = message.get("params", {})
            if message.get("method") == method and all(
                str(told[name]).endswith(end) for name, end in having.items()
            ):
                return told

    def break_at(self, script: Mapping[str, Any], source: str, line: int) -> None:
        """Set a breakpoint at a line of the source, counted from 0, by the script's own map."""
        _, _, packed = str(script["sourceMapURL"]).partition(",")
        found = json.loads(base64.b64decode(packed))
        number = found["sources"].index(source)
        at = next(
            (to_line, to_column)
            for to_line, to_column, from_source, from_line in _segments(found["mappings"])
            if from_source == number and from_line == line
        )
        place = {"scriptId": script["scriptId"], "lineNumber": at[0], "columnNumber": at[1]}
        self.ask("Debugger.setBreakpoint", location=place)


def _segments(mappings: str) -> Iterator[tuple[int, int, int, int]]:
    """Line and column in the bundle, source and line there."""
    source = line = 0
    for to_line, segments in enumerate(mappings.split(";")):
        column = 0
        for segment in filter(None, segments.split(",")):
            numbers = list(_numbers(segment))
            column += numbers[0]
            if len(numbers) > 1:
                source, line = source + numbers[1], line + numbers[2]
                yield to_line, column, source, line


def _numbers(segment: str) -> Iterator[int]:
    value = shift = 0
    for digit in map(_DIGITS.index, segment):
        value |= (digit & 31) << shift
        shift += 5
        if not digit & 32:
            yield -(value >> 1) if value & 1 else value >> 1
            value = shift = 0
