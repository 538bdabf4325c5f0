"""A feed of functions' logs on the local cloud: each event once and in order, as it is written."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import pytest

from workbench.function_logs.log_book import LogBook, entry_text
from workbench.function_logs.log_events import LogEvent
from workbench.function_logs.log_feed import FollowedLog, FunctionLine, LogFeed
from workbench.function_logs.older import older_lines
from workbench.function_logs.records import record_of

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

ARN = "arn:aws:logs:us-east-1:000000000000:log-group:"


class Heard:
    """What a feed has handed on."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.problems: list[Exception] = []
        self._something: queue.Queue[None] = queue.Queue()

    def take(self, lines: Sequence[FunctionLine]) -> None:
        self.lines += [(each.function, each.record.text) for each in lines]
        self._something.put(None)

    def problem(self, error: Exception | None) -> None:
        if error is not None:
            self.problems.append(error)

    def until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not done():
            self._something.get(timeout=deadline - time.monotonic())


class Writer:
    """Writes to log groups as functions do."""

    def __init__(self, stacks: Stacks) -> None:
        self.logs = stacks.clients.logs

    def make(self, group: str) -> None:
        self.logs.create_log_group(logGroupName=group)
        self.logs.create_log_stream(logGroupName=group, logStreamName="s")

    def write(self, group: str, *messages: str) -> None:
        now = int(time.time() * 1000)
        self.logs.put_log_events(
            logGroupName=group,
            logStreamName="s",
            logEvents=[{"timestamp": now, "message": each} for each in messages],
        )


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def feed(stacks: Stacks, heard: Heard) -> Iterator[LogFeed]:
    made = LogFeed(
        stacks.clients.logs,
        heard.take,
        heard.problem,
        start=int(time.time() * 1000) - 1000,
        is_local=True,
    )
    yield made
    made.close()


def followed(*names: str) -> list[FollowedLog]:
    return [FollowedLog(each, f"/{each}", f"{ARN}/{each}") for each in names]


def test_each_event_comes_once_also_those_before_and_between_sessions(
    stacks: Stacks, heard: Heard, feed: LogFeed
) -> None:
    writer = Writer(stacks)
    writer.make("/old")
    writer.write("/old", "before", "before")
    feed.follow(followed("old", "new"))
    heard.until(lambda: len(heard.lines) >= 2)
    said = [("old", "before")] * 2
    for at in range(200):
        writer.write("/old", f"{at}", "same", "same")
        said += [("old", f"{at}"), ("old", "same"), ("old", "same")]
        if at == 20:
            writer.make("/new")  # as Lambda does at a function's first run
            writer.write("/new", "first")
        if at == 100:
            feed.follow(followed("old", "new"))  # as after a deployment
    writer.write("/new", "last")
    heard.until(lambda: ("new", "last") in heard.lines and len(heard.lines) >= len(said) + 2)
    assert [each for each in heard.lines if each[0] == "old"] == said
    assert [each for each in heard.lines if each[0] == "new"] == [("new", "first"), ("new", "last")]
    assert heard.problems == []


def test_a_flood_is_not_thinned_out(stacks: Stacks, heard: Heard, feed: LogFeed) -> None:
    writer = Writer(stacks)
    writer.make("/flood")
    feed.follow(followed("flood"))
    sent = 0
    for _ in range(20):
        writer.write("/flood", *(f"{sent + at}" for at in range(500)))
        sent += 500
    heard.until(lambda: len(heard.lines) >= sent)
    assert [text for _, text in heard.lines] == [str(at) for at in range(sent)]


def test_what_was_logged_before_is_read_up_to_where_the_feed_began(stacks: Stacks) -> None:
    writer = Writer(stacks)
    writer.make("/past")
    now = int(time.time() * 1000)
    writer.logs.put_log_events(
        logGroupName="/past",
        logStreamName="s",
        logEvents=[{"timestamp": now - at, "message": f"{at}"} for at in (5000, 4000, 3000, 2000)],
    )
    found = older_lines(writer.logs, followed("past"), now - 4500, now - 2000)
    assert [each.record.text for each in found] == ["4000", "3000"]
    book = LogBook(limit=3)
    book.take([FunctionLine("past", record_of(LogEvent(now, "s", "new")))])
    book.take_older(found)
    assert [entry_text(each) for each in book.shown] == ["past 4000", "past 3000", "past new"]
    book.take_older(found)
    assert len(book.shown) == 3
