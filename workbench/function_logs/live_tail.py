"""CloudWatch's Live Tail: the events of up to ten log groups while they are written.

Source: CloudWatch Logs API reference, StartLiveTail. A session gives at most 500 events a
second and then says that it left some out, ends after three hours, and costs by the minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from botocore.eventstream import ParserError
from botocore.exceptions import BotoCoreError
from urllib3.exceptions import HTTPError

from workbench.function_logs.log_events import LogEvent

MOST_GROUPS: Final = 10


class TailBrokenError(BotoCoreError):
    """A session was cut off, or something else answered in its place, such as a proxy."""

    fmt = "Live Tail was cut off ({reason})"


@dataclass(frozen=True, slots=True)
class TailUpdate:
    """Some events by log group; ``sampled`` where CloudWatch left some out."""

    events: tuple[tuple[str, LogEvent], ...]
    begins: bool = False
    sampled: bool = False


class LiveTail:
    """One session, begun when made; raises botocore's exceptions, also while it is read."""

    def __init__(self, logs: Any, group_arns: Sequence[str]) -> None:
        with _breaks():
            answer = logs.start_live_tail(logGroupIdentifiers=list(group_arns))
        self._stream = answer["responseStream"]

    def updates(self) -> Iterator[TailUpdate]:
        """One as soon as the session has begun, then about one a second, though it may be empty.

        Stop asking for them to end the session, then ``close`` it, in the same thread.
        """
        parts = iter(self._stream)
        while True:
            with _breaks():
                part = next(parts, None)
            if part is None:
                return
            if "sessionStart" in part:
                yield TailUpdate((), begins=True)
            elif update := part.get("sessionUpdate"):
                found = tuple(_event(each) for each in update.get("sessionResults") or ())
                metadata = update.get("sessionMetadata") or {}
                yield TailUpdate(found, sampled=bool(metadata.get("sampled")))

    def close(self) -> None:
        """End the session."""
        self._stream.close()


@contextmanager
def _breaks() -> Iterator[None]:
    """What botocore lets through while a stream is read, as one of its own exceptions."""
    try:
        yield
    except (HTTPError, ParserError) as error:
        raise TailBrokenError(reason=type(error).__name__) from None


def _event(result: Mapping[str, Any]) -> tuple[str, LogEvent]:
    """CloudWatch names the group by account and name, or by its ARN."""
    group = str(result.get("logGroupIdentifier", ""))
    group = group.partition(":log-group:")[2] or group.partition(":")[2] or group
    event = LogEvent(
        at=int(result.get("timestamp") or 0),
        stream=str(result.get("logStreamName", "")),
        message=str(result.get("message", "")),
    )
    return group, event
