"""The logs of a pool's triggers, read by the permissions that there are."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.aws_moto.aws import Aws
from workbench.aws.clients import Clients
from workbench.users.trigger_logs import Trigger, read_triggers
from workbench.users.user_pools import UserPool

GROUP = "/aws/lambda/amplify-check"


@pytest.fixture
def pool(clients: Clients) -> UserPool:
    """A pool with a trigger that has run an hour and a half ago, and just now."""
    arn = "arn:aws:lambda:us-east-1:123456789012:function:amplify-check"
    cognito: Any = clients.cognito_idp
    made = cognito.create_user_pool(PoolName="users", LambdaConfig={"PreSignUp": arn})
    logs: Any = clients.logs
    logs.create_log_group(logGroupName=GROUP)
    now = int(time.time() * 1000)
    for stream, at in (("old", now - 5_400_000), ("new", now)):
        logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
        lines = (f"START RequestId: {stream}", f"checks ann: {stream}", "END RequestId: 1")
        events = [{"timestamp": at + n, "message": line} for n, line in enumerate(lines)]
        logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)
    return UserPool(clients, made["UserPool"]["Id"])


def read(clients: Clients, pool: UserPool) -> Trigger:
    (found,) = read_triggers(clients, pool, ("ann",))
    return found


def lines(trigger: Trigger) -> list[str]:
    return [line for run in trigger.invocations for line in run.lines]


def test_the_last_runs_are_read_from_their_streams(
    aws: Aws, clients: Clients, pool: UserPool
) -> None:
    found = read(clients, pool)
    assert lines(found) == ["checks ann: new", "checks ann: old"]
    assert found.note == ""
    assert not aws.calls.of("logs:FilterLogEvents")


@pytest.mark.parametrize("denied", ["logs:DescribeLogStreams", "logs:GetLogEvents"])
def test_the_managed_policy_shows_the_last_hour(
    aws: Aws, clients: Clients, pool: UserPool, denied: str
) -> None:
    aws.faults.deny(denied)
    found = read(clients, pool)
    assert lines(found) == ["checks ann: new"]
    assert found.invocations[0].is_of_user
    assert found.note == f"Only the last hour: Your AWS credentials may not call {denied}."


def test_without_any_of_it_the_trigger_is_named(aws: Aws, clients: Clients, pool: UserPool) -> None:
    aws.faults.deny("logs:*")
    found = read(clients, pool)
    assert (found.name, found.function, found.invocations) == ("PreSignUp", "amplify-check", ())
    assert found.note == "Your AWS credentials may not call logs:FilterLogEvents."
