"""Function logs from an AWS that is not ours: each line once, and nothing asked for while off."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from watchfiles import awatch

from tests.aws_moto.aws import Aws
from tests.aws_moto.faults import Answer
from tests.aws_moto.requests import Request
from tests.aws_moto.sandbox import Deployer
from workbench.deploy.failure.failure import failure_from_exception
from workbench.function_logs.functions import LoggedFunction, functions_of
from workbench.function_logs.tail import Tail
from workbench.loop.connection import Connection
from workbench.loop.event_sink import EventSink
from workbench.loop.function_log_stream import FunctionLogOptions, FunctionLogStream
from workbench.loop.sandbox_stack import SandboxStack
from workbench.model.deployment import Failure
from workbench.model.events import AnyEvent, Level, LogLine
from workbench.redaction.redactor import Redactor

FILTER = "logs:FilterLogEvents"
REQUEST = "79b4f56e-95b1-4643-9700-2807f4e68189"


@pytest.fixture
def greeting(deployed: Deployer) -> LoggedFunction:
    live = deployed.live()
    assert live is not None
    (function,) = functions_of(live)
    return function


@dataclass
class Streaming:
    """A stream on the deployed sandbox, and the lines that it shows."""

    deployer: Deployer
    lines: list[LogLine] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self, options: FunctionLogOptions | None = None) -> None:
        sink = EventSink(self.take, Redactor(["sesame-open"]))
        connection = Connection(self)
        await connection.open()
        self.stream = FunctionLogStream(
            connection, sink, options or FunctionLogOptions(), interval=0.05
        )
        self.stream.switch(True)
        await self.until(lambda: bool(self.lines))

    def connect(self) -> SandboxStack:
        return self.deployer.stack

    def explain(self, error: Exception) -> Failure:
        return failure_from_exception(error, self.deployer.target)

    def take(self, event: AnyEvent) -> None:
        assert isinstance(event, LogLine)
        self.lines.append(event)
        self.changed.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not holds():
                self.changed.clear()
                await self.changed.wait()

    def said(self, source: str = "greeting") -> list[tuple[Level, str]]:
        return [(line.level, line.text) for line in self.lines if line.source == source]


@pytest.fixture
async def streaming(deployed: Deployer) -> AsyncIterator[Streaming]:
    found = Streaming(deployed)
    yield found
    if hasattr(found, "stream"):
        await found.stream.close()


def log(deployer: Deployer, group: str, *messages: str, stream: str = "one") -> None:
    """What Lambda does at a run: the group and the stream are made when they are needed."""
    logs = deployer.clients.logs
    known = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    if not known:
        logs.create_log_group(logGroupName=group)
    if not logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=stream)["logStreams"]:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = int(time.time() * 1000)
    logs.put_log_events(
        logGroupName=group,
        logStreamName=stream,
        logEvents=[{"timestamp": now, "message": message} for message in messages],
    )


def test_only_the_users_own_functions_have_logs(greeting: LoggedFunction) -> None:
    assert greeting.name == "greeting"
    assert re.fullmatch(r"/aws/lambda/[\w-]+greeting[\w-]+", greeting.log_group)


async def test_each_line_is_shown_once_from_the_first_run_on(
    deployed: Deployer, deployed_aws: Aws, greeting: LoggedFunction, streaming: Streaming
) -> None:
    await streaming.start()
    assert streaming.said("functions") == [
        (Level.INFO, "Streaming the logs of 1 function: greeting")
    ]
    # The group is not there yet: Lambda makes it at the first run.
    await asyncio.to_thread(deployed_aws.calls.wait_for, FILTER)
    log(
        deployed,
        greeting.log_group,
        f"START RequestId: {REQUEST} Version: $LATEST\n",
        "two\nlines with sesame-open\n",
        "[ERROR] KeyError: 'x'\n",
        f"END RequestId: {REQUEST}\n",
        f"REPORT RequestId: {REQUEST}\tDuration: 4.5 ms\tBilled Duration: 5 ms\t"
        "Memory Size: 128 MB\tMax Memory Used: 70 MB\n",
        '{"level": "WARN", "message": "slow", "ms": 81}\n',
    )
    await streaming.until(lambda: len(streaming.said()) == 5)
    log(deployed, greeting.log_group, "again\n", "again\n", stream="two")
    await streaming.until(lambda: len(streaming.said()) == 7)
    assert streaming.said() == [
        (Level.INFO, "two"),
        (Level.INFO, "lines with •••"),
        (Level.ERROR, "[ERROR] KeyError: 'x'"),
        (Level.DEBUG, "79b4f56e  4.5 ms, billed 5 ms, 70 of 128 MB"),
        (Level.WARNING, "slow  ms=81"),
        (Level.INFO, "again"),
        (Level.INFO, "again"),
    ]
    assert {call.role for call in deployed_aws.calls.of(FILTER)} == {""}


async def test_a_file_gets_the_lines_instead_of_the_screen(
    deployed: Deployer, greeting: LoggedFunction, streaming: Streaming, tmp_path: Path
) -> None:
    file = tmp_path / "logs" / "functions.log"
    file.parent.mkdir()
    await streaming.start(FunctionLogOptions((re.compile("^greet"),), file))
    log(deployed, greeting.log_group, "\x1b[31mred\x1b[0m sesame-open\n")
    async with asyncio.timeout(30):
        async for _ in awatch(file.parent, yield_on_timeout=True, rust_timeout=50):
            if file.exists() and "\n" in file.read_text():
                break
    assert re.fullmatch(r"20\d\d-\S+ \[greeting\] red •••\n", file.read_text())
    assert file.stat().st_mode & 0o777 == 0o600
    assert streaming.said() == []


async def test_without_a_matching_function_nothing_is_asked_for(
    deployed_aws: Aws, streaming: Streaming
) -> None:
    await streaming.start(FunctionLogOptions((re.compile("nothing"),)))
    assert "no functions" in streaming.said("functions")[0][1]
    assert deployed_aws.calls.of(FILTER) == []


async def test_it_stops_when_switched_off_and_names_a_missing_permission(
    deployed_aws: Aws, greeting: LoggedFunction, streaming: Streaming
) -> None:
    await streaming.start()
    streaming.stream.switch(False)
    await streaming.stream.close()
    assert not streaming.stream.is_on
    deployed_aws.faults.deny(FILTER)
    before = len(streaming.lines)
    streaming.stream.switch(True)
    await streaming.until(lambda: len(streaming.lines) >= before + 2)
    level, words = streaming.said("functions")[-1]
    assert level is Level.WARNING
    assert FILTER in words


async def test_another_failure_is_told_once_and_reading_goes_on(
    deployed: Deployer, deployed_aws: Aws, greeting: LoggedFunction, streaming: Streaming
) -> None:
    deployed_aws.faults.error(FILTER, "InvalidOperationException", "not now", times=2)
    await streaming.start()
    log(deployed, greeting.log_group, "later\n")
    await streaming.until(lambda: (Level.INFO, "later") in streaming.said())
    warnings = [words for level, words in streaming.said("functions") if level is Level.WARNING]
    assert len(warnings) == 1
    assert "not now" in warnings[0] or "cannot be read now" in warnings[0]


def test_pages_are_read_to_their_end_even_if_some_are_empty(
    deployed: Deployer, deployed_aws: Aws, greeting: LoggedFunction
) -> None:
    def respond(request: Request) -> Answer:
        number = int(request.parameters.get("nextToken") or 0)
        events = (
            []
            if number % 2
            else [{"timestamp": number, "message": f"m{number}", "eventId": f"e{number}"}]
        )
        more = {} if number == 7 else {"nextToken": str(number + 1)}
        body = json.dumps({"events": events, **more})
        return Answer(200, body.encode(), "application/x-amz-json-1.1")

    deployed_aws.faults.add(FILTER, respond)
    tail = Tail(greeting.log_group, 0)
    first = tail.read(deployed.clients.logs)
    rest = tail.read(deployed.clients.logs)
    assert [event.message for event in first] == ["m0", "m2", "m4"]
    assert [event.message for event in rest] == ["m6"]
