"""Measure what the checks of pages, users and signatures cost; prints Markdown.

    python -m tests.bench.access [--rounds 20] [--requests 150]

Two local clouds with the same API and table, one of them without the checks. Rounds are
interleaved.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.bench.graphql_load import Connection, run_load
from tests.localcloud.appsync.data_sources.test_over_http import deploy
from workbench.aws.clients import Clients
from workbench.aws.local_keys import read_keys
from workbench.aws.target import LocalTarget
from workbench.localcloud.ports import choose_port

SERVERS = {"with": "workbench.localcloud.server.main", "without": "tests.bench.open_cloud"}
CREATE = 'mutation($id: ID!) { put(id: $id, name: "a") { id } }'
GET = '{ get(id: "1") { id name } }'


def main() -> int:
    """Print a table of medians."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.access", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--requests", type=int, default=150)
    asked = parser.parse_args()
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    with (
        tempfile.TemporaryDirectory() as folder,
        _cloud(Path(folder), "with") as checked,
        _cloud(Path(folder), "without") as open_one,
    ):
        clouds = {"with": checked, "without": open_one}
        apis = {name: deploy(target) for name, target in clouds.items()}
        for turn in range(asked.rounds):
            for name, target in sorted(clouds.items(), reverse=turn % 2 == 1):
                rates = asyncio.run(_graphql(target, apis[name], asked.requests))
                rates["DynamoDB put by botocore"] = _puts(Clients(target), asked.requests)
                rates["new connection each"] = _connections(target, apis[name])
                for what, rate in rates.items():
                    found[what, name].append(rate)
    print("| a second | with the checks | without | ratio |\n|---|---|---|---|")
    for what in dict.fromkeys(what for what, _ in found):
        with_, without = found[what, "with"], found[what, "without"]
        ratio = statistics.median(a / b for a, b in zip(with_, without, strict=True))
        print(
            f"| {what} | {statistics.median(with_):.0f} | {statistics.median(without):.0f} "
            f"| {ratio:.3f} |"
        )
    return 0


async def _graphql(target: LocalTarget, api: tuple[str, str], count: int) -> dict[str, float]:
    url = f"{target.endpoint}/v1/apis/{api[0]}/graphql"
    connections = [Connection(url, api[1]) for _ in range(4)]
    for connection in connections:
        await connection.open()
    numbers = iter(range(10**9))
    began = f"{time.time_ns()}"
    try:
        made = await run_load(
            connections, CREATE, lambda: {"id": f"{began}-{next(numbers)}"}, count, b'"put":{"id"'
        )
        read = await run_load(connections, GET, dict, count, b'"get"')
    finally:
        for connection in connections:
            connection.close()
    return {"GraphQL create": made.rate, "GraphQL get": read.rate}


def _puts(clients: Clients, count: int) -> float:
    began = time.perf_counter()
    for number in range(count):
        item = {"id": {"S": str(number)}, "name": {"S": "a" * 200}}
        clients.dynamodb.put_item(TableName="things", Item=item)
    return count / (time.perf_counter() - began)


def _connections(target: LocalTarget, api: tuple[str, str], count: int = 20) -> float:
    url = f"{target.endpoint}/v1/apis/{api[0]}/graphql"
    began = time.perf_counter()
    for _ in range(count):
        httpx.post(url, json={"query": GET}, headers={"x-api-key": api[1]}, trust_env=False)
    return count / (time.perf_counter() - began)


@contextmanager
def _cloud(folder: Path, kind: str) -> Iterator[LocalTarget]:
    state = folder / kind
    port = choose_port(state)
    command = [sys.executable, "-m", SERVERS[kind], "--state-dir", str(state), "--port", str(port)]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    endpoint = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                httpx.get(f"{endpoint}/_amplify_tui/health", trust_env=False).raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield LocalTarget(endpoint, keys=read_keys(state))
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
