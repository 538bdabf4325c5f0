"""Reads the events of a log group with ``FilterLogEvents``, which Amplify's own policy allows.

Source: CloudWatch Logs API reference, FilterLogEvents. A page may be empty and have a next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from workbench.aws.client_errors import error_code


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event of a log stream; ``at`` in milliseconds since the epoch."""

    at: int
    stream: str
    message: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some events, oldest first, and what to ask for the next ones; empty if there are none."""

    events: tuple[LogEvent, ...]
    next_token: str = ""
    group_exists: bool = True


def read_page(logs: Any, group: str, start: int, *, end: int = 0, token: str = "") -> Page:
    """One page of the events from ``start`` on and before ``end``, in milliseconds.

    A group that is not there yet has none: Lambda makes it at a function's first run.
    """
    request: dict[str, Any] = {"logGroupName": group, "startTime": start}
    if end:
        request["endTime"] = end - 1  # an event of that moment is in the answer
    if token:
        request["nextToken"] = token
    try:
        answer = logs.filter_log_events(**request)
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return Page((), group_exists=False)
        raise
    events = tuple(
        LogEvent(
            at=int(each.get("timestamp", 0)),
            stream=str(each.get("logStreamName", "")),
            message=str(each.get("message", "")),
            id=str(each.get("eventId", "")),
        )
        for each in answer.get("events", ())
    )
    return Page(events, str(answer.get("nextToken") or ""))
