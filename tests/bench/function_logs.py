"""Measures the functions pane in a flood: ``python -m tests.bench.function_logs``.

Ten functions write 100 lines a second each, on a local cloud; prints Markdown. A line has the time
at which it was written; it is seen when the screen has been painted with it. The app runs without a
terminal, so painting is in it and the terminal's own time is not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual.events import Key

from screens.functions.log_view import FunctionLogView
from screens.functions.screen import FunctionsScreen
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app
from tests.screens.settling import sandbox_screen, until
from workbench.aws.clients import Clients
from workbench.function_logs.log_book import LIMIT, Line
from workbench.function_logs.log_events import LogEvent
from workbench.function_logs.log_feed import FunctionLine
from workbench.function_logs.records import record_of
from workbench.functions.open_functions import OpenedFunctions
from workbench.localcloud import lifecycle

FUNCTIONS = 10
RATE = 100
STACK = "flood"
CODE = """import time

def handler(event, context):
    began = time.time()
    for number in range(event["count"]):
        wait = began + number / event["rate"] - time.time()
        if wait > 0:
            time.sleep(wait)
        print(number, time.time(), flush=True)
"""


@dataclass
class Seen:
    """When lines were painted, and in which order they came."""

    numbers: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    late: list[float] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(each) for each in self.numbers.values())

    def watch(self, view: FunctionLogView) -> None:
        """Take note of every batch that the view is given, when it has been painted."""
        take = view.take

        def taken(lines: tuple[FunctionLine, ...]) -> None:
            take(lines)
            view.call_after_refresh(self._painted, lines)

        view.take = taken  # type: ignore[method-assign]

    def _painted(self, lines: tuple[FunctionLine, ...]) -> None:
        now = time.time()
        for line in lines:
            number, _, at = line.record.text.partition(" ")
            if number.isdigit() and at:
                self.numbers[line.function].append(int(number))
                self.late.append(now - float(at))


def template() -> str:
    """The functions."""
    return json.dumps(
        {
            "Resources": {
                f"talks{number}": {
                    "Type": "AWS::Lambda::Function",
                    "Properties": {
                        "Runtime": "python3.11",
                        "Handler": "index.handler",
                        "Timeout": 300,
                        "Role": "arn:aws:iam::000000000000:role/any",
                        "Code": {"ZipFile": CODE},
                        "Tags": [{"Key": "amplify:friendly-name", "Value": f"talks{number}"}],
                    },
                }
                for number in range(FUNCTIONS)
            }
        }
    )


def deploy(clients: Clients) -> list[str]:
    """The physical names."""
    formation = clients.cloudformation
    formation.create_stack(StackName=STACK, TemplateBody=template())
    formation.get_waiter("stack_create_complete").wait(
        StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    found = formation.list_stack_resources(StackName=STACK)["StackResourceSummaries"]
    return [each["PhysicalResourceId"] for each in found]


async def flood(clients: Clients, names: list[str], seconds: int, rate: int = RATE) -> None:
    """Let all functions talk at the same time, until all have ended."""
    lambda_: Any = clients.once("lambda")
    payload = json.dumps({"count": seconds * rate, "rate": rate}).encode()
    await asyncio.gather(
        *(asyncio.to_thread(lambda_.invoke, FunctionName=each, Payload=payload) for each in names)
    )


async def keys(screen: FunctionsScreen, until_done: asyncio.Task[None]) -> list[float]:
    """Seconds from a key to the painted cursor, for as long as the flood lasts."""
    view, spent = screen.log_view, []
    view.focus()
    view.following = False
    while not until_done.done():
        before, painted = view.cursor, asyncio.Event()
        key = "up" if before > 5 else "down"
        began = time.perf_counter()
        screen.app.post_message(Key(key, None))
        while view.cursor == before and time.perf_counter() - began < 5:  # noqa: ASYNC110 - measured
            await asyncio.sleep(0.001)
        view.call_after_refresh(painted.set)
        await painted.wait()
        spent.append(time.perf_counter() - began)
        await asyncio.sleep(0.05)
    return spent


def shares(name: str, values: list[float]) -> str:
    """A row: median, 99th percentile and the longest, in milliseconds."""
    cuts = statistics.quantiles(values, n=100)
    return (
        f"| {name} | {statistics.median(values) * 1000:.0f} ms | {cuts[98] * 1000:.0f} ms "
        f"| {max(values) * 1000:.0f} ms |"
    )


async def measure(clients: Clients, names: list[str], seconds: int, folder: Path) -> None:
    starter = ScriptedStarter(
        folder, open_functions=lambda: OpenedFunctions(clients, STACK, folder, folder / "kept")
    )
    app = scripted_app(starter)
    async with app.run_test(size=(120, 36)) as pilot:
        await sandbox_screen(pilot, starter, first_deployment())
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, FunctionsScreen), "the pane")
        screen = app.screen
        assert isinstance(screen, FunctionsScreen)
        await until(pilot, lambda: screen.table.row_count() > FUNCTIONS, "the functions")
        seen = Seen()
        seen.watch(screen.log_view)
        # Each function is loaded once before.
        await flood(clients, names, 1, 5)
        await until(pilot, lambda: seen.count == 5 * FUNCTIONS, "the first lines")
        seen.numbers.clear()
        seen.late.clear()
        running = asyncio.create_task(flood(clients, names, seconds))
        pressed = await keys(screen, running)
        await running
        wanted = seconds * RATE
        await until(pilot, lambda: seen.count >= wanted * FUNCTIONS, "all lines")
        ordered = all(each == list(range(wanted)) for each in seen.numbers.values())
        print(f"{seen.count:,} of {wanted * FUNCTIONS:,} lines, in order: {ordered}\n")
        print("| | median | p99 | longest |\n|---|---|---|---|")
        print(shares("print → painted", seen.late))
        print(shares("key → painted, in the flood", pressed))
        print(memory(screen.log_view))


def memory(view: FunctionLogView) -> str:
    """What as many lines as are kept take, of 100 characters each."""
    view.action_clear()
    before = resident()
    for start in range(0, LIMIT, 1000):
        view.take(
            tuple(
                FunctionLine(
                    "talks0", record_of(LogEvent(at, "stream", f"line {at:08} {'x' * 86}"))
                )
                for at in range(start, start + 1000)
            )
        )
    kept = sum(isinstance(each, Line) for each in view.lines.book.entries)
    return f"\n{kept:,} lines take {(resident() - before) / 1024:.0f} MB"


def resident() -> int:
    """KB in memory now."""
    if sys.platform == "linux":
        status = Path("/proc/self/statm").read_text()
        return int(status.split()[1]) * resource.getpagesize() // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        target = lifecycle.start(folder / "cloud")
        try:
            clients = Clients(target)
            asyncio.run(measure(clients, deploy(clients), seconds, folder))
        finally:
            lifecycle.stop(folder / "cloud")


if __name__ == "__main__":
    main()
