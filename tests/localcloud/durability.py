"""Writes under load, killed at any moment: what was acknowledged, and what is there afterwards.

The clients note each write that the local cloud has acknowledged, with its time. After ``kill -9``
and a start, every write that was acknowledged more than a second before the kill must be there, and
the transactions' counter must equal their markers.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle

LONGEST_LOSS = 1.0
"""Seconds of writes that a kill may cost."""

_BATCH = 20
_PAUSE = 0.05


@dataclass
class Loss:
    """What one kill cost; ``oldest`` in seconds before the kill, of all that is missing."""

    acknowledged: int
    missing: int
    oldest: float
    too_old: int
    counter: int
    markers: int


@dataclass
class Load:
    """Writers on tables and parameters; every number they were told is written, with its time."""

    folder: Path
    parameter_size: int = 100
    acknowledged: dict[str, float] = field(default_factory=dict)
    _next: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def prepare(self) -> None:
        """Make the tables."""
        clients = Clients(lifecycle.start(self.folder))
        for name in ("load-a", "load-b", "counted"):
            clients.dynamodb.create_table(
                TableName=name,
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
        time.sleep(LONGEST_LOSS)

    def run_and_kill(self, seconds: float) -> Loss:
        """Load it for some time, kill it, start it again and compare."""
        target = lifecycle.start(self.folder)
        stop = threading.Event()
        works: list[Callable[[Clients], list[str]]] = [
            lambda clients: self._batch(clients, "load-a"),
            lambda clients: self._batch(clients, "load-a"),
            lambda clients: self._batch(clients, "load-b"),
            lambda clients: self._batch(clients, "load-b"),
            self._transaction,
            self._transaction,
            self._transaction,
            self._parameter,
        ]
        with ThreadPoolExecutor(len(works)) as pool:
            for work in works:
                pool.submit(self._repeat, Clients(target), work, stop)
            time.sleep(seconds)
            os.kill(lifecycle.status(self.folder).pid, signal.SIGKILL)
            killed = time.monotonic()
            stop.set()
        return self._compare(killed)

    def _repeat(
        self, clients: Clients, work: Callable[[Clients], list[str]], stop: threading.Event
    ) -> None:
        while not stop.is_set():
            with suppress(ClientError, BotoCoreError):
                written = work(clients)
                now = time.monotonic()
                with self._lock:
                    self.acknowledged.update(dict.fromkeys(written, now))
            stop.wait(_PAUSE)

    def _new(self, kind: str) -> str:
        with self._lock:
            self._next += 1
            return f"{kind}-{self._next}"

    def _batch(self, clients: Clients, table: str) -> list[str]:
        names = [self._new(table) for _ in range(_BATCH)]
        puts: list[Any] = [{"PutRequest": {"Item": {"id": {"S": name}}}} for name in names]
        left = clients.dynamodb.batch_write_item(RequestItems={table: puts})["UnprocessedItems"]
        return [] if left else names

    def _transaction(self, clients: Clients) -> list[str]:
        name = self._new("counted")
        clients.dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Update": {
                        "TableName": "counted",
                        "Key": {"id": {"S": "counter"}},
                        "UpdateExpression": "ADD n :one",
                        "ExpressionAttributeValues": {":one": {"N": "1"}},
                    }
                },
                {"Put": {"TableName": "counted", "Item": {"id": {"S": name}}}},
            ]
        )
        return [name]

    def _parameter(self, clients: Clients) -> list[str]:
        name = self._new("/load/parameter")
        clients.ssm.put_parameter(Name=name, Value="x" * self.parameter_size, Type="String")
        return [name]

    def _compare(self, killed: float) -> Loss:
        clients = Clients(lifecycle.start(self.folder))
        found: set[str] = set()
        counter = 0
        for table in ("load-a", "load-b", "counted"):
            for page in clients.dynamodb.get_paginator("scan").paginate(TableName=table):
                found.update(item["id"]["S"] for item in page["Items"])
        if "counter" in found:
            key = {"id": {"S": "counter"}}
            item = clients.dynamodb.get_item(TableName="counted", Key=key)["Item"]
            counter = int(item["n"]["N"])
        for listed in clients.ssm.get_paginator("describe_parameters").paginate():
            found.update(parameter["Name"] for parameter in listed["Parameters"])
        missing = {name: at for name, at in self.acknowledged.items() if name not in found}
        ages = [killed - at for at in missing.values()]
        loss = Loss(
            acknowledged=len(self.acknowledged),
            missing=len(missing),
            oldest=max(ages, default=0.0),
            too_old=sum(age > LONGEST_LOSS for age in ages),
            counter=counter,
            markers=sum(name.startswith("counted-") for name in found),
        )
        for name in missing:
            del self.acknowledged[name]
        return loss


def moments(seed: int, count: int, longest: float) -> list[float]:
    """Random seconds of load before each kill."""
    chance = random.Random(seed)
    return [chance.uniform(0.3, longest) for _ in range(count)]
