"""Measure the local cloud's GraphQL beside the npm simulator's; prints Markdown.

    python -m tests.bench.appsync [--rounds 5] [--requests 200] [--deployments 5]

One Gen 2 project is deployed to one local cloud. The simulator gets the API's schema and mapping
templates and uses the same tables through the local cloud's DynamoDB. Runs alternate: one of ours,
the same one of the simulator's. Both answer the same keep-alive client, with an API key.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench import edits, processes
from tests.bench.appsync_simulator import (
    PACKAGE,
    VERSION,
    configuration,
    installed_simulator,
    running_simulator,
)
from tests.bench.graphql_load import Connection, run_load
from tests.bench.loop_process import Ours
from tests.quickstart_project import cached_node_modules
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud.lifecycle import stop
from workbench.project.locate import find_project
from workbench.project.node_runtime import NodeRuntime, find_node

SCHEMA = """\
import { type ClientSchema, a, defineData } from '@aws-amplify/backend';

const schema = a.schema({
  Note: a
    .model({ content: a.string(), done: a.boolean(), priority: a.integer() })
    .authorization((allow) => [allow.publicApiKey()]),
  Entry: a
    .model({ content: a.string(), done: a.boolean(), priority: a.integer() })
    .authorization((allow) => [allow.publicApiKey()]),
});

export type Schema = ClientSchema<typeof schema>;
export const data = defineData({
  schema,
  authorizationModes: { defaultAuthorizationMode: 'apiKey' },
});
"""
FIELDS = "id content done priority createdAt updatedAt"
CREATE = f"mutation M($input: Create%sInput!) {{ create%s(input: $input) {{ {FIELDS} }} }}"
GET = f"query G($id: ID!) {{ getNote(id: $id) {{ {FIELDS} }} }}"
LIST = f"query L($limit: Int) {{ listNotes(limit: $limit) {{ items {{ {FIELDS} }} nextToken }} }}"
INPUT = {"content": "x" * 100, "done": True, "priority": 3}
PAGE = 100
AT_ONCE = 8
GROWN = (1_000, 10_000)
BATCH = 25
LATER_QUERIES = 30


@dataclass(frozen=True, slots=True)
class Operation:
    """A request; an answer must hold ``expected``."""

    name: str
    query: str
    variables: Callable[[], dict[str, Any]]
    expected: bytes


@dataclass(frozen=True, slots=True)
class Server:
    """One of the two; its key opens connections to its address."""

    name: str
    pid: int
    address: str
    key: str


@dataclass(slots=True)
class Figures:
    """What was measured, by server and operation; rates in operations per second, seconds else."""

    rates: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    latencies: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    cpu: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    grown: dict[tuple[str, int], float] = field(default_factory=dict)
    first: list[float] = field(default_factory=list)
    later: list[float] = field(default_factory=list)


def main() -> int:
    """Run what the flags ask for and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.appsync", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each operation")
    parser.add_argument("--requests", type=int, default=200, help="requests of a run")
    parser.add_argument("--deployments", type=int, default=5, help="edits of the model")
    parser.add_argument("--without-simulator", action="store_true", help="measure only our side")
    arguments = parser.parse_args()
    node = find_node()
    modules = cached_node_modules(node)
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="amplify-tui-bench-") as home:
        project = edits.make_project(Path(home) / "project", modules)
        (project / "amplify" / "data" / "resource.ts").write_text(SCHEMA)
        try:
            _deploy(project, arguments.deployments, figures)
            target = edits.local_target(project)
            simulator = None if arguments.without_simulator else installed_simulator(node)
            pid = edits.server_pid(project)
            runs = (arguments.rounds, arguments.requests)
            asyncio.run(_measure(node, simulator, target, pid, runs, figures))
        finally:
            stop(find_project(project).local_cloud_dir)
    sys.stdout.write(report(figures, node))
    return 0


def _deploy(project: Path, deployments: int, figures: Figures) -> None:
    """Deploy, then edit the model again and again and time the first query after each."""
    loop = Ours(project, "--no-type-check")
    try:
        loop.deployed(timeout=300)
        loop.watching(timeout=60)
        address, key = address_and_key(Clients(edits.local_target(project)))
        for number in range(deployments):
            time.sleep(2)
            edits.edit_model(project, number)
            loop.deployed(timeout=300)
            first, later = asyncio.run(_first_and_later(address, key, f"extra{number}"))
            figures.first.append(first)
            figures.later.append(later)
            sys.stderr.write(f"first query {first * 1000:.1f} ms, later {later * 1000:.1f} ms\n")
            loop.watching(timeout=60)
    finally:
        loop.process.stop()


async def _first_and_later(address: str, key: str, added: str) -> tuple[float, float]:
    """Of a query that the added field is in: it shows that the new schema answers."""
    query = LIST.replace("content", f"content {added}")
    connection = Connection(address, key)
    await connection.open()
    answers = [await connection.ask(query, {"limit": PAGE}) for _ in range(1 + LATER_QUERIES)]
    connection.close()
    wrong = next((answer for _, answer in answers if b'"data":{"listNotes"' not in answer), None)
    assert wrong is None, wrong
    return answers[0][0], statistics.median(took for took, _ in answers[1:])


def address_and_key(clients: Clients) -> tuple[str, str]:
    """The GraphQL address and an API key of the only API."""
    (api,) = clients.appsync.list_graphql_apis()["graphqlApis"]
    keys = clients.appsync.list_api_keys(apiId=api["apiId"])["apiKeys"]
    return api["uris"]["GRAPHQL"], keys[0]["id"]


async def _measure(  # noqa: PLR0917 - everything that a run is made of
    node: NodeRuntime,
    package: Path | None,
    target: LocalTarget,
    pid: int,
    runs: tuple[int, int],
    figures: Figures,
) -> None:
    clients = Clients(target)
    address, key = await asyncio.to_thread(address_and_key, clients)
    ours = Server("ours", pid, address, key)
    if package is None:
        await _measure_servers([ours], clients, runs, figures)
        return
    api_id = clients.appsync.list_graphql_apis()["graphqlApis"][0]["apiId"]
    with running_simulator(node, package, target, configuration(clients, target, api_id, key)) as (
        theirs,
        their_pid,
    ):
        simulator = Server("simulator", their_pid, theirs, key)
        await _measure_servers([ours, simulator], clients, runs, figures)


async def _measure_servers(
    servers: list[Server], clients: Clients, runs: tuple[int, int], figures: Figures
) -> None:
    rounds, requests = runs
    table = _table(clients, "Note")
    await asyncio.to_thread(fill, clients, table, 0, PAGE)
    operations = (
        Operation(
            "create",
            CREATE % ("Entry", "Entry"),
            lambda: {"input": INPUT},
            b'"data":{"createEntry":{"id"',
        ),
        Operation("get", GET, lambda: {"id": "note-000000"}, b'"data":{"getNote":{"id"'),
        Operation("list", LIST, lambda: {"limit": PAGE}, b'"data":{"listNotes":{"items":[{"id"'),
    )
    for operation in operations:
        for server in servers:
            # The first requests compile what is compiled once, in both.
            await _run(server, operation, AT_ONCE, 5 * AT_ONCE)
    for number in range(rounds):
        for operation in operations:
            for server in servers if number % 2 else servers[::-1]:
                await _one_round(server, operation, requests, figures)
    size = PAGE
    for grown in GROWN:
        await asyncio.to_thread(fill, clients, table, size, grown)
        size = grown
        for server in servers:
            latencies = await _run(server, operations[-1], 1, 20)
            figures.grown[server.name, grown] = statistics.median(latencies[0])


async def _one_round(server: Server, operation: Operation, requests: int, figures: Figures) -> None:
    key = (server.name, operation.name)
    latencies, _ = await _run(server, operation, 1, requests)
    figures.latencies.setdefault(key, []).extend(latencies)
    before = processes.cpu_seconds([server.pid])
    _, rate = await _run(server, operation, AT_ONCE, requests)
    used = processes.cpu_seconds([server.pid]) - before
    figures.cpu.setdefault(key, []).append(used / requests)
    figures.rates.setdefault(key, []).append(rate)
    median = statistics.median(latencies) * 1000
    sys.stderr.write(f"{operation.name} {server.name}: {median:.2f} ms, {rate:.0f} a second\n")


async def _run(
    server: Server, operation: Operation, at_once: int, requests: int
) -> tuple[list[float], float]:
    # New ones for each run: the simulator ends connections that are idle for five seconds.
    connections = [Connection(server.address, server.key) for _ in range(at_once)]
    for connection in connections:
        await connection.open()
    load = await run_load(
        connections, operation.query, operation.variables, requests, operation.expected
    )
    for connection in connections:
        connection.close()
    return load.latencies, load.rate


def _table(clients: Clients, model: str) -> str:
    names = clients.dynamodb.list_tables()["TableNames"]
    return next(name for name in names if name.startswith(f"{model}-"))


def fill(clients: Clients, table: str, first: int, end: int) -> None:
    """Put the rows ``first`` to ``end``."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    rest: dict[str, Any] = {
        "__typename": {"S": "Note"},
        "content": {"S": INPUT["content"]},
        "done": {"BOOL": INPUT["done"]},
        "priority": {"N": str(INPUT["priority"])},
        "createdAt": {"S": now},
        "updatedAt": {"S": now},
    }
    for start in range(first, end, BATCH):
        rows = [{"id": {"S": f"note-{n:06}"}, **rest} for n in range(start, start + BATCH)]
        puts: list[Any] = [{"PutRequest": {"Item": row}} for row in rows]
        clients.dynamodb.batch_write_item(RequestItems={table: puts})


def report(figures: Figures, node: NodeRuntime) -> str:
    """The figures as Markdown."""
    lines = [
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, Node {'.'.join(map(str, node.version))}, "
        f"{PACKAGE} {VERSION}.",
        "",
        "| operation | | local cloud | simulator | ratio |",
        "|---|---|---|---|---|",
    ]
    for name in ("create", "get", "list"):
        ours, theirs = ("ours", name), ("simulator", name)
        for label, unit, values in (
            (f"operations a second, {AT_ONCE} connections", "", _medians(figures.rates)),
            ("latency p50, 1 connection", " ms", _percentiles(figures.latencies, 0.5)),
            ("latency p99, 1 connection", " ms", _percentiles(figures.latencies, 0.99)),
            ("its process's CPU for one", " ms", _medians(figures.cpu, 1000)),
        ):
            lines.append(_row(f"{name} | {label}", values.get(ours), values.get(theirs), unit))
    for grown in GROWN:
        label = f"list | p50, {PAGE} of {grown:,} rows"
        ours_took, theirs_took = (
            value and value * 1000
            for value in (figures.grown.get((name, grown)) for name in ("ours", "simulator"))
        )
        lines.append(_row(label, ours_took, theirs_took, " ms"))
    if figures.first:
        first, later = statistics.median(figures.first), statistics.median(figures.later)
        worst = max(a - b for a, b in zip(figures.first, figures.later, strict=True))
        lines += [
            "",
            f"First query after a deployment: {first * 1000:.1f} ms, later ones "
            f"{later * 1000:.1f} ms (medians of {len(figures.first)}); at most "
            f"{worst * 1000:.1f} ms more.",
        ]
    return "\n".join(lines) + "\n"


def _row(label: str, ours: float | None, theirs: float | None, unit: str) -> str:
    if ours is None:
        return f"| {label} | | | |"
    digits = 2 if unit else 0
    if not theirs:
        return f"| {label} | {ours:.{digits}f}{unit} | | |"
    ratio = theirs / ours if unit else ours / theirs
    return f"| {label} | {ours:.{digits}f}{unit} | {theirs:.{digits}f}{unit} | {ratio:.1f} |"


def _medians(
    values: dict[tuple[str, str], list[float]], factor: float = 1.0
) -> dict[tuple[str, str], float]:
    return {key: statistics.median(found) * factor for key, found in values.items()}


def _percentiles(
    values: dict[tuple[str, str], list[float]], part: float
) -> dict[tuple[str, str], float]:
    """In milliseconds."""
    return {key: sorted(found)[int(len(found) * part)] * 1000 for key, found in values.items()}


if __name__ == "__main__":
    sys.exit(main())
