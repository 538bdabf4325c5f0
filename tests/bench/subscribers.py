"""Subscribers at once: ``python -m tests.bench.subscribers [SUBSCRIBERS] [EVENTS] [A SECOND]``.

One local cloud, as many WebSocket connections as asked for, each with one subscription, and
mutations by POST at an even pace. Latency is from sending the mutation to reading the event.
"""

from __future__ import annotations

import asyncio
import re
import resource
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.localcloud.appsync.realtime.conftest import start
from tests.localcloud.appsync.realtime.socket_client import Socket
from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle

SCHEMA = """
type Query { nothing: String }
type Mutation { say(at: String, text: String): Said }
type Said { at: String text: String }
type Subscription { onSay: Said @aws_subscribe(mutations: ["say"]) }
"""
REQUEST = '{"version":"2018-05-29","payload":{}}'
RESPONSE = "$util.toJson($ctx.args)"
MUTATION = "mutation M($at: String, $text: String) { say(at: $at, text: $text) { at text } }"
AT = re.compile(rb'"at":"([0-9.]+)"')
PATIENCE = 60.0


def deploy(clients: Clients) -> tuple[str, str]:
    """The address and key of an API with a local resolver."""
    appsync = clients.appsync
    api = appsync.create_graphql_api(name="bench", authenticationType="API_KEY")["graphqlApi"]
    key = appsync.create_api_key(apiId=api["apiId"], expires=int(time.time()) + 86400)["apiKey"]
    appsync.start_schema_creation(apiId=api["apiId"], definition=SCHEMA.encode())
    appsync.create_data_source(apiId=api["apiId"], name="none", type="NONE")
    appsync.create_resolver(
        apiId=api["apiId"],
        typeName="Mutation",
        fieldName="say",
        dataSourceName="none",
        requestMappingTemplate=REQUEST,
        responseMappingTemplate=RESPONSE,
    )
    return api["uris"]["GRAPHQL"], key["id"]


async def connect(url: str, key: str, count: int) -> list[Socket]:
    """``count`` connections, subscribed."""
    place = urlsplit(url)

    async def one() -> Socket:
        headers = {"x-api-key": key, "host": place.netloc}
        client = Socket(place.port or 80, f"{place.path}/realtime", headers, False)
        await client.__aenter__()
        await client.say(start("s", "subscription { onSay { at text } }", key=key))
        assert (await client.hear())["type"] == "start_ack"
        return client

    found: list[Socket] = []
    for first in range(0, count, 50):
        found += await asyncio.gather(*(one() for _ in range(first, min(count, first + 50))))
    return found


async def read(client: Socket, latencies: list[float]) -> None:
    """Note each event's latency; the frames are not parsed, or this process would be measured."""
    while content := await client._reader.read(1 << 20):
        now = time.time()
        latencies.extend(now - float(at) for at in AT.findall(content))


async def mutate(url: str, key: str, events: int, rate: float) -> float:
    """Send mutations at an even pace; returns the seconds it took."""
    began = time.perf_counter()
    async with httpx.AsyncClient(headers={"x-api-key": key}, trust_env=False) as client:
        for number in range(events):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            variables = {"at": repr(time.time()), "text": "x" * 100}
            answer = await client.post(url, json={"query": MUTATION, "variables": variables})
            assert "errors" not in answer.json(), answer.text
    return time.perf_counter() - began


async def measure(subscribers: int, events: int, rate: float) -> str:
    """Run it once; returns the line to print."""
    with tempfile.TemporaryDirectory() as folder:
        target = await asyncio.to_thread(lifecycle.start, Path(folder))
        try:
            url, key = await asyncio.to_thread(deploy, Clients(target))
            clients = await connect(url, key, subscribers)
            latencies: list[float] = []
            tasks = [asyncio.create_task(read(client, latencies)) for client in clients]
            took = await mutate(url, key, events, rate)
            until = time.monotonic() + PATIENCE
            while len(latencies) < subscribers * events and time.monotonic() < until:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            for task in tasks:
                task.cancel()
        finally:
            await asyncio.to_thread(lifecycle.stop, Path(folder))
    latencies.sort()
    middle, worst = latencies[len(latencies) // 2], latencies[int(len(latencies) * 0.99)]
    return (
        f"{subscribers} subscribers, {events} events in {took:.1f} s: "
        f"{len(latencies)} of {subscribers * events} arrived, "
        f"latency p50 {middle * 1000:.0f} ms, p99 {worst * 1000:.0f} ms"
    )


def main() -> None:
    """Measure with the numbers on the command line."""
    given = [int(argument) for argument in sys.argv[1:]]
    subscribers, events, rate = (given + [1000, 500, 100][len(given) :])[:3]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sys.stdout.write(asyncio.run(measure(subscribers, events, rate)) + "\n")


if __name__ == "__main__":
    main()
