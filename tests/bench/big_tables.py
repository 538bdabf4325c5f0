"""A large table on the local cloud: its start, reads and saves, and who waits.

python -m tests.bench.big_tables [--items 200000] [--puts 10000] [--pages 25]

The items are written into the saved state, as the local cloud would have; then it starts with them.
While it scans, queries and saves, another process gets one item of a small table each 5 ms. Another
does so of an idle local cloud beside it: what one waits longer is the table's doing.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench import processes
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle
from workbench.localcloud.state.store import FILE_NAME, PREVIOUS_NAME

BIG, SMALL = "Big-bench", "Small-bench"
OWNERS = 1000
ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/"
QUIET_SECONDS = 5.0


def main() -> None:
    """Print what each part took, and how long others waited meanwhile."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.big_tables")
    parser.add_argument("--items", type=int, default=200_000)
    parser.add_argument("--puts", type=int, default=10_000, help="items loaded over HTTP")
    parser.add_argument("--pages", type=int, default=25, help="pages of the scan; 0: all")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="big-tables-"))
    try:
        _measure(folder / "big", folder / "idle", given)
    finally:
        for each in ("big", "idle"):
            lifecycle.stop(folder / each)
        shutil.rmtree(folder)


def _measure(folder: Path, idle_folder: Path, given: argparse.Namespace) -> None:
    idle = lifecycle.start(idle_folder)
    _create(Clients(idle))
    lifecycle.stop(idle_folder)
    shutil.copytree(idle_folder, folder)
    _write_state(folder / "state", given.items)
    starts = []
    for each in (idle_folder, folder):
        began = time.perf_counter()
        target = lifecycle.start(each, timeout=300)
        starts.append(time.perf_counter() - began)
        print(f"start: {starts[-1]:.2f} s, {processes.memory_mb(_server(each)):.0f} MB")
    print(f"with {given.items} items: {starts[1] / starts[0]:.1f} times as long", flush=True)
    clients = Clients(target)
    told = partial(_told, target, idle)
    told("nothing", lambda: time.sleep(QUIET_SECONDS))
    told("one write to the big table", lambda: _one_write(clients))
    for key, value in (("owner", "owner7"), ("kind", "note")):
        for name in ("first", "second"):
            told(f"{name} query by {key}", partial(_query, clients, key, value))
    told("a scan", lambda: _scan(target, given.pages))
    told(f"{given.puts} puts in batches of 25", lambda: _load(target, given.puts))
    print(f"in the end: {processes.memory_mb(_server(folder)):.0f} MB")
    told("deleting the table", lambda: _delete(clients))
    began = time.perf_counter()
    lifecycle.stop(folder)
    print(f"stop: {time.perf_counter() - began:.2f} s")


def _server(folder: Path) -> list[int]:
    pid = lifecycle.status(folder).pid
    assert pid is not None
    return processes.tree(pid)


def _told(target: LocalTarget, idle: LocalTarget, what: str, call: Callable[[], object]) -> None:
    with _Probing(idle) as quiet, _Probing(target) as waits:
        began = time.perf_counter()
        said = call()
        took = time.perf_counter() - began
        # A save begins a fifth of a second after its write.
        time.sleep(1.5)
    print(
        f"{what}: {took:.2f} s{f' ({said})' if said else ''}; others waited {_figures(waits)};"
        f" of the idle one {_figures(quiet)}",
        flush=True,
    )


def _figures(waits: list[float]) -> str:
    ordered = sorted(waits)
    found = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)], ordered[-1]
    return ", ".join(
        f"{name} {value * 1000:.1f} ms"
        for name, value in zip(("median", "p99", "most"), found, strict=True)
    )


class _Probing:
    """Gets one item each 5 ms in another process; its waits are there in the end."""

    def __init__(self, target: LocalTarget) -> None:
        context = multiprocessing.get_context("spawn")
        self._stop, self._ready = context.Event(), context.Event()
        self._found: Any = context.Queue()
        self._process = context.Process(
            target=_probe, args=(target, self._stop, self._ready, self._found)
        )
        self._waits: list[float] = []

    def __enter__(self) -> list[float]:
        self._process.start()
        self._ready.wait()
        return self._waits

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._waits += self._found.get()
        self._process.join()


def _probe(target: LocalTarget, stop: Any, ready: Any, found: Any) -> None:
    client = Clients(target).client("dynamodb")
    waits = []
    for _ in range(20):
        client.get_item(TableName=SMALL, Key={"id": {"S": "only"}})
    ready.set()
    while not stop.is_set():
        began = time.perf_counter()
        client.get_item(TableName=SMALL, Key={"id": {"S": "only"}})
        waits.append(time.perf_counter() - began)
        time.sleep(0.005)
    found.put(waits)


def _create(clients: Clients) -> None:
    client = clients.client("dynamodb")
    strings = [
        {"AttributeName": n, "AttributeType": "S"} for n in ("id", "owner", "kind", "createdAt")
    ]
    client.create_table(
        TableName=BIG,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=strings,
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            {
                "IndexName": f"by-{name}",
                "KeySchema": [
                    {"AttributeName": name, "KeyType": "HASH"},
                    {"AttributeName": "createdAt", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
            for name in ("owner", "kind")
        ],
    )
    client.create_table(
        TableName=SMALL,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=strings[:1],
        BillingMode="PAY_PER_REQUEST",
    )
    client.put_item(TableName=SMALL, Item={"id": {"S": "only"}})


def _items(count: int, seed: int) -> Iterator[dict[str, dict[str, str]]]:
    """Items of 200 bytes as Amplify's data has them; half of all are of one kind."""
    chance = random.Random(seed)
    for number in range(count):
        yield {
            "id": {"S": f"{chance.getrandbits(128):032x}"},
            "owner": {"S": f"owner{chance.randrange(OWNERS)}"},
            "kind": {"S": "note" if number % 2 else f"kind{number % 500}"},
            "createdAt": {
                "S": f"2026-{number % 12 + 1:02}-01T00:00:{number % 60:02}.{number % 997:03}Z"
            },
            "text": {"S": f"{number:08} some words of the user " * 2},
        }


def _write_state(state: Path, count: int) -> None:
    (state / PREVIOUS_NAME).unlink(missing_ok=True)
    with closing(sqlite3.connect(state / FILE_NAME)) as connection, connection:
        connection.executemany(
            "INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?)",
            (
                (
                    ARN + BIG,
                    item["id"]["S"],
                    "__no_sort__",
                    json.dumps(item, separators=(",", ":")).encode(),
                )
                for item in _items(count, 1)
            ),
        )


def _one_write(clients: Clients) -> None:
    clients.client("dynamodb").put_item(TableName=BIG, Item=next(_items(1, 2)))


def _query(clients: Clients, key: str, value: str) -> str:
    client = clients.client("dynamodb")
    found = client.query(
        TableName=BIG,
        IndexName=f"by-{key}",
        KeyConditionExpression="#k = :v",
        ExpressionAttributeNames={"#k": key},
        ExpressionAttributeValues={":v": {"S": value}},
        Limit=100,
    )
    return f"{found['Count']} items"


def _in_process(work: Callable[..., object], *arguments: Any) -> object:
    """Run it in a process of its own, so that the client's work keeps no probe waiting."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def _scan(target: LocalTarget, pages: int) -> object:
    return _in_process(_scanned, target, pages)


def _scanned(target: LocalTarget, pages: int) -> str:
    client = Clients(target).client("dynamodb")
    count = read = 0
    start: dict[str, Any] = {}
    began = time.perf_counter()
    while True:
        found = client.scan(TableName=BIG, **start)
        count, read = count + found["Count"], read + 1
        if "LastEvaluatedKey" not in found or read == pages:
            break
        start = {"ExclusiveStartKey": found["LastEvaluatedKey"]}
    each = (time.perf_counter() - began) / read
    return f"{count} items in {read} pages of {each * 1000:.0f} ms"


def _load(target: LocalTarget, count: int) -> object:
    return _in_process(_loaded, target, count)


def _loaded(target: LocalTarget, count: int) -> str:
    client = Clients(target).client("dynamodb")
    puts = [{"PutRequest": {"Item": item}} for item in _items(count, 3)]
    began = time.perf_counter()

    def write(at: int) -> None:
        client.batch_write_item(RequestItems={BIG: puts[at : at + 25]})

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(write, range(0, count, 25)))
    return f"{count / (time.perf_counter() - began):.0f} items a second"


def _delete(clients: Clients) -> None:
    clients.client("dynamodb").delete_table(TableName=BIG)


if __name__ == "__main__":
    main()
