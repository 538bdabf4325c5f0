"""Logs followed on an AWS that is not ours: by Live Tail, and by what replaces it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from tests.aws_moto.aws import Aws
from tests.aws_moto.event_stream import event, exception, stream
from tests.aws_moto.faults import Answer
from tests.aws_moto.requests import Request
from workbench.aws.client_errors import error_code
from workbench.aws.clients import Clients
from workbench.aws.permissions import denial_of
from workbench.function_logs.log_feed import FollowedLog, FunctionLine, LogFeed

FILTER, TAIL = "logs:FilterLogEvents", "logs:StartLiveTail"
GREETING, BILLING = "/aws/lambda/greeting", "/aws/lambda/billing"
ARN = "arn:aws:logs:us-east-1:123456789012:log-group:"


@dataclass
class Following:
    """A feed, and what it has told."""

    clients: Clients
    lines: list[tuple[str, str]] = field(default_factory=list)
    problems: list[Exception | None] = field(default_factory=list)
    polling: list[Exception] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        start = int(time.time() * 1000) - 60_000
        self.feed = LogFeed(
            self.clients.logs, self._lines, lambda error: self._add(self.problems, error),
            start=start,
            on_polling=lambda error: self._add(self.polling, error), pause=0.02,
            live=lambda: self.clients.impatient("logs", 1),
        )  # fmt: skip

    def follow(self, *groups: str) -> None:
        self.feed.follow(
            [FollowedLog(each.rpartition("/")[2], each, ARN + each) for each in groups]
        )

    def _lines(self, lines: Sequence[FunctionLine]) -> None:
        for each in lines:
            self._add(self.lines, (each.function, each.record.text))

    def _add(self, to: list[Any], what: Any) -> None:
        with self.changed:
            to.append(what)
            self.changed.notify_all()

    def until(self, holds: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(holds, 30), (self.lines, self.problems)


@pytest.fixture
def following(aws: Aws, clients: Clients) -> Iterator[Following]:
    found = Following(clients)
    for group in (GREETING, BILLING):
        make(clients, group)
    aws.calls.clear()
    yield found
    found.feed.close()


def make(clients: Clients, group: str) -> None:
    clients.logs.create_log_group(logGroupName=group)
    clients.logs.create_log_stream(logGroupName=group, logStreamName="one")


def log(clients: Clients, group: str, *messages: str) -> int:
    now = int(time.time() * 1000)
    clients.logs.put_log_events(
        logGroupName=group,
        logStreamName="one",
        logEvents=[{"timestamp": now, "message": message} for message in messages],
    )
    return now


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("AccessDeniedException", 400),
        ("UnknownOperationException", 404),
        ("LimitExceededException", 400),
        ("InvalidOperationException", 400),
    ],
)
def test_without_live_tail_the_logs_are_read_and_the_reason_is_told_once(
    aws: Aws, clients: Clients, following: Following, code: str, status: int
) -> None:
    aws.faults.error(TAIL, code, "no", status=status)
    following.follow(GREETING, BILLING)
    for number, group in enumerate((GREETING, BILLING, GREETING), 1):
        log(clients, group, f"{number}")
        following.until(lambda number=number: len(following.lines) == number)  # type: ignore[misc]
    assert following.lines == [("greeting", "1"), ("billing", "2"), ("greeting", "3")]
    assert [error_code(each) for each in following.polling] == [code]
    assert following.problems == []
    assert len(aws.calls.of(TAIL)) == 1


def test_an_unreachable_live_tail_does_not_stop_the_logs(
    aws: Aws, clients: Clients, following: Following
) -> None:
    """Live Tail has a host of its own, for which a proxy answers."""
    aws.faults.html(TAIL, 200)
    following.follow(GREETING)
    log(clients, GREETING, "one")
    following.until(lambda: len(following.polling) == 1 and len(following.lines) == 1)
    log(clients, GREETING, "two")
    following.until(lambda: len(following.lines) == 2)
    assert following.problems == []


def update(*lines: tuple[int, str], sampled: bool = False) -> bytes:
    results = [
        {
            "timestamp": at,
            "message": message,
            "logStreamName": "one",
            "logGroupIdentifier": f"123456789012:{GREETING}",
        }
        for at, message in lines
    ]
    content = {"sessionMetadata": {"sampled": sampled}, "sessionResults": results}
    return event("sessionUpdate", content)


def test_a_sampled_session_that_times_out_loses_no_line_and_repeats_none(
    aws: Aws, clients: Clients, following: Following
) -> None:
    sessions: list[Sequence[str]] = []

    def session(request: Request) -> Answer:
        sessions.append(request.parameters["logGroupIdentifiers"])
        number = len(sessions)
        at = log(clients, GREETING, f"{number}a", f"{number}b", f"{number}c")
        return stream(
            event("sessionStart", {}),
            update((at, f"{number}a")),
            update((at, f"{number}c"), sampled=True),
            exception("SessionTimeoutException", "Your session has timed out."),
        )

    aws.faults.add(TAIL, session, times=3)
    aws.faults.deny(TAIL)
    following.follow(GREETING)
    following.until(lambda: bool(following.polling))
    log(clients, GREETING, "last")
    following.until(lambda: ("greeting", "last") in following.lines)
    said = [text for _, text in following.lines]
    assert sorted(said[:-1]) == [f"{number}{each}" for number in (1, 2, 3) for each in "abc"]
    assert said[-1] == "last"
    assert following.problems == []
    assert sessions == [[ARN + GREETING]] * 3


def test_a_session_that_breaks_is_told_and_the_next_one_goes_on(
    aws: Aws, clients: Clients, following: Following
) -> None:
    start = event("sessionStart", {})
    broken = [
        stream(start, exception("SessionStreamingException", "Broken.")),
        stream(start, update()[:-3]),  # cut off
    ]
    aws.faults.add(TAIL, lambda _: broken.pop(), times=2)
    aws.faults.throttle(FILTER, 1, skip=3)
    aws.faults.deny(TAIL, skip=2)
    following.follow(GREETING)
    following.until(lambda: bool(following.polling) and following.problems[-1] is None)
    log(clients, GREETING, "after")
    following.until(lambda: following.lines == [("greeting", "after")])
    assert [error_code(each) for each in following.problems if each] == [
        "SessionStreamingException"
    ]


def test_a_group_deleted_in_the_middle_is_followed_when_it_is_there_again(
    aws: Aws, clients: Clients, following: Following
) -> None:
    aws.faults.deny(TAIL)
    following.follow(GREETING)
    log(clients, GREETING, "before")
    following.until(lambda: len(following.lines) == 1)
    clients.logs.delete_log_group(logGroupName=GREETING)
    aws.calls.clear()
    aws.calls.wait_for(FILTER)
    make(clients, GREETING)
    log(clients, GREETING, "after")
    following.until(lambda: following.lines == [("greeting", "before"), ("greeting", "after")])
    assert following.problems == []


def test_a_group_without_permission_is_told_and_the_others_are_followed(
    aws: Aws, clients: Clients, following: Following
) -> None:
    aws.faults.deny(FILTER, when=lambda asked: asked.parameters["logGroupName"] == BILLING)
    aws.faults.deny(TAIL)
    following.follow(BILLING, GREETING)
    for number in (1, 2):
        log(clients, GREETING, f"{number}")
        following.until(lambda number=number: len(following.lines) == number)  # type: ignore[misc]
    (error,) = following.problems
    assert error is not None
    denial = denial_of(error)
    assert denial is not None
    assert denial.action == FILTER
    # It is not asked for again and again.
    denied = [call for call in aws.calls.of(FILTER) if call.status == 403]
    assert len(denied) == 1


def test_silent_logs_are_read_less_and_less_often(
    aws: Aws, clients: Clients, following: Following
) -> None:
    aws.faults.deny(TAIL)
    moments: list[float] = []
    aws.faults.add(FILTER, lambda _: moments.append(time.monotonic()))
    following.follow(GREETING)
    for _ in range(10):
        aws.calls.clear()
        aws.calls.wait_for(FILTER)
    waits = [after - before for before, after in pairwise(moments)]
    assert waits[-1] > 3 * waits[0]
