"""Tumbling windows of a stream's mapping: a function adds up its records, window by window.

Each shard has windows of its own, by the records' times of arrival. A function returns a state and
gets it again with the window's next records; when the window is over, it is called a last time.
Source: Lambda developer guide, "Configuring a tumbling window"
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

MOST_OF_A_STATE: Final = 1024 * 1024
"""Bytes of a state; a window with more is ended early."""
_OPEN: Final = "OpenWindows"
"""The member of a stored mapping that holds each shard's open window."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window of one shard; ``start`` in seconds since the epoch."""

    start: int
    seconds: int
    state: Mapping[str, Any] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """The first second after it."""
        return self.start + self.seconds

    @property
    def is_too_large(self) -> bool:
        """Whether it ends early, for its state."""
        return len(json.dumps(self.state).encode()) > MOST_OF_A_STATE

    def count(self, arrivals: Sequence[float]) -> int:
        """How many of the first records are its own."""
        return next((at for at, each in enumerate(arrivals) if each >= self.end), len(arrivals))

    def event(
        self, records: Sequence[Mapping[str, Any]], shard: str, stream: str, *, is_last: bool
    ) -> dict[str, Any]:
        """What the function is invoked with."""
        return {
            "Records": list(records),
            "window": {"start": _iso(self.start), "end": _iso(self.end)},
            "state": dict(self.state),
            "shardId": shard,
            "eventSourceARN": stream,
            "isFinalInvokeForWindow": is_last,
            "isWindowTerminatedEarly": is_last and self.is_too_large,
        }


def window_of(arrival: float, seconds: int) -> Window:
    """The window that a record is in; they begin at multiples of their length."""
    return Window(math.floor(arrival / seconds) * seconds, seconds)


def state_of(answer: Any) -> dict[str, Any]:
    """The state that a function returns; none where it says none."""
    state = answer.get("state") if isinstance(answer, Mapping) else None
    return dict(state) if isinstance(state, Mapping) else {}


def open_window(mapping: Mapping[str, Any], shard: str) -> Window | None:
    """A shard's open window, as the mapping holds it: a restart does not lose the state."""
    found = (mapping.get(_OPEN) or {}).get(shard)
    seconds = length_of(mapping)
    return Window(int(found["start"]), seconds, found["state"]) if found and seconds else None


def keep(mapping: dict[str, Any], shard: str, window: Window | None) -> None:
    """Hold a shard's open window; None when it is over."""
    others = {name: each for name, each in (mapping.get(_OPEN) or {}).items() if name != shard}
    if window is not None:
        others[shard] = {"start": window.start, "state": dict(window.state)}
    mapping[_OPEN] = others


def length_of(mapping: Mapping[str, Any]) -> int:
    """Seconds of the mapping's windows, 0 for none."""
    return int(mapping.get("TumblingWindowInSeconds") or 0)


def _iso(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
