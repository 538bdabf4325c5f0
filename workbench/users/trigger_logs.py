"""A pool's trigger functions and their last invocations, from CloudWatch's logs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from workbench.users.trigger_functions import trigger_functions
from workbench.users.user_pools import UserPool, UserPoolProblem

_STREAMS = 20
"""Of one function, at most; a stream has one run or thousands."""
_LINES = 400
_KEPT = 20
_RECENT_SECONDS = 3600
_PAGES = 5
"""Of a busy function's last hour, at most."""

Events = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run of a function; ``is_of_user`` where its log names the user."""

    at: datetime
    lines: tuple[str, ...]
    is_of_user: bool = False


@dataclass(frozen=True, slots=True)
class Trigger:
    """A function that the pool calls, for ``PreSignUp`` and others; invocations newest first."""

    name: str
    function: str
    invocations: tuple[Invocation, ...] = ()
    note: str = ""
    """Why there are no invocations, or not all."""


def read_triggers(clients: Any, pool: UserPool, names: Sequence[str]) -> tuple[Trigger, ...]:
    """The pool's triggers with their last invocations; ``names`` are what a user is called.

    Raises UserPoolProblem.
    """
    described = pool.ask(lambda: clients.cognito_idp.describe_user_pool(UserPoolId=pool.pool_id))
    found: dict[str, set[str]] = {}
    for name, function in trigger_functions(described["UserPool"].get("LambdaConfig", {})).items():
        found.setdefault(function, set()).add(name)
    return tuple(
        _trigger(", ".join(sorted(of)), function, pool, clients.logs, names)
        for function, of in sorted(found.items(), key=lambda each: sorted(each[1]))
    )


def _trigger(name: str, function: str, pool: UserPool, logs: Any, names: Sequence[str]) -> Trigger:
    """A trigger with its logs, read in the way that the credentials allow."""
    group = f"/aws/lambda/{function}"
    ways = (
        (_newest_streams, ""),
        # FilterLogEvents is in Amplify's managed policy, but begins with the oldest events.
        (_recent_streams, "Only the last hour"),
    )
    denied = ""
    for read, limits in ways:
        try:
            runs = _newest(read(pool, logs, group), names)
        except UserPoolProblem as problem:
            if problem.code == "ResourceNotFoundException":
                return Trigger(name, function)  # a function that never ran has no log group
            if not problem.is_denied:
                raise
            denied = problem.what
        else:
            return Trigger(name, function, runs, f"{limits}: {denied}" if limits else "")
    return Trigger(name, function, note=denied)


def _newest(streams: Iterable[Events], names: Sequence[str]) -> tuple[Invocation, ...]:
    found: list[Invocation] = []
    for events in streams:
        found += _split(events, names)
        if len(found) >= _KEPT:
            break
    return tuple(sorted(found, key=lambda each: each.at, reverse=True)[:_KEPT])


def _newest_streams(pool: UserPool, logs: Any, group: str) -> Iterator[Events]:
    """The events of the group's streams, the newest stream first."""
    asked = {"logGroupName": group, "orderBy": "LastEventTime", "descending": True}
    found = _asked(pool, partial(logs.describe_log_streams, **asked, limit=_STREAMS))
    for stream in found["logStreams"]:
        of = {"logGroupName": group, "logStreamName": stream["logStreamName"]}
        yield _asked(pool, partial(logs.get_log_events, **of, limit=_LINES))["events"]


def _recent_streams(pool: UserPool, logs: Any, group: str) -> Iterable[Events]:
    """The last hour's events by stream, the newest stream first."""
    asked = {"logGroupName": group, "startTime": int((time.time() - _RECENT_SECONDS) * 1000)}
    by_stream: dict[str, list[Mapping[str, Any]]] = {}
    token = ""
    for _ in range(_PAGES):
        more = {"nextToken": token} if token else {}
        page = _asked(pool, partial(logs.filter_log_events, **asked, **more))
        for event in page["events"]:
            by_stream.setdefault(event["logStreamName"], []).append(event)
        token = page.get("nextToken", "")
        if not token:
            break
    return sorted(by_stream.values(), key=lambda each: int(each[-1]["timestamp"]), reverse=True)


def _asked(pool: UserPool, call: Callable[[], Any]) -> Any:
    return pool.ask(call, service="CloudWatch")


def _split(events: Events, names: Sequence[str]) -> list[Invocation]:
    """Lines from one START to the next are one invocation's."""
    found: list[Invocation] = []
    lines: list[str] = []
    at = 0

    def end() -> None:
        if at:  # a run that logged nothing has its time, too
            is_of_user = any(name in line for line in lines for name in names if name)
            found.append(
                Invocation(datetime.fromtimestamp(at / 1000, UTC), tuple(lines), is_of_user)
            )

    for event in events:
        for line in str(event["message"]).splitlines():
            if line.startswith("START RequestId:"):
                end()
                lines, at = [], int(event["timestamp"])
                continue
            if line.startswith(("END RequestId:", "REPORT RequestId:")) or not line.strip():
                continue
            at = at or int(event["timestamp"])
            lines.append(line.rstrip())
    end()
    return found
