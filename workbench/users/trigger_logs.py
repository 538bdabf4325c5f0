"""A pool's trigger functions and their last invocations, from CloudWatch's logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from workbench.aws.client_errors import error_code
from workbench.users.user_pools import UserPool

_STREAMS = 20
"""Of one function, at most; a stream has one run or thousands."""
_LINES = 400
_KEPT = 20


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


def read_triggers(clients: Any, pool: UserPool, names: Sequence[str]) -> tuple[Trigger, ...]:
    """The pool's triggers with their last invocations; ``names`` are what a user is called.

    Raises UserPoolProblem.
    """
    described = pool.ask(lambda: clients.cognito_idp.describe_user_pool(UserPoolId=pool.pool_id))
    config: Mapping[str, Any] = described["UserPool"].get("LambdaConfig", {})
    found: dict[str, set[str]] = {}
    for name, value in config.items():
        arn = value.get("LambdaArn", "") if isinstance(value, dict) else str(value)
        # KMSKeyID stands beside the triggers; PreTokenGenerationConfig repeats PreTokenGeneration.
        if ":function:" in arn:
            found.setdefault(_function_name(arn), set()).add(name.removesuffix("Config"))
    return tuple(
        Trigger(", ".join(sorted(of)), function, _invocations(clients.logs, function, names))
        for function, of in sorted(found.items(), key=lambda each: sorted(each[1]))
    )


def _function_name(arn: str) -> str:
    return arn.partition(":function:")[2].partition(":")[0]


def _invocations(logs: Any, function: str, names: Sequence[str]) -> tuple[Invocation, ...]:
    group = f"/aws/lambda/{function}"
    try:
        streams = logs.describe_log_streams(
            logGroupName=group, orderBy="LastEventTime", descending=True, limit=_STREAMS
        )["logStreams"]
    except ClientError as error:
        # A function that never ran has no log group.
        if error_code(error) == "ResourceNotFoundException":
            return ()
        raise
    found: list[Invocation] = []
    for stream in streams:
        events = logs.get_log_events(
            logGroupName=group, logStreamName=stream["logStreamName"], limit=_LINES
        )["events"]
        found += _split(events, names)
        if len(found) >= _KEPT:
            break
    return tuple(sorted(found, key=lambda each: each.at, reverse=True)[:_KEPT])


def _split(events: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[Invocation]:
    """Lines from one START to the next are one invocation's."""
    found: list[Invocation] = []
    lines: list[str] = []
    at = 0

    def end() -> None:
        if lines:
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
