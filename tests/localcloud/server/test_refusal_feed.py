"""Many refusals alike are told as one, different ones by themselves, and never without a limit."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

from workbench.localcloud.server.refusal_feed import RefusalFeed
from workbench.model.refused_calls import RefusedCall, refused_call

CALL = RefusedCall(
    at=1.0,
    caller_kind="guest",
    caller="",
    identity="us-east-1:me",
    role="unauth",
    action="s3:PutObject",
    resource="arn:aws:s3:::files/a",
    kind="identity-based policy",
)


@asynccontextmanager
async def listening(feed: RefusalFeed) -> AsyncIterator[asyncio.Queue[Any]]:
    """What a front end hears: records, or ``open`` first and ``end`` last."""
    heard: asyncio.Queue[Any] = asyncio.Queue()
    left = asyncio.Event()

    async def receive() -> Any:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        body = message.get("body", b"")
        if body.startswith(b"data: "):
            heard.put_nowait(refused_call(json.loads(body.removeprefix(b"data: "))))
        elif body:
            heard.put_nowait("open")
        elif message["type"] == "http.response.body":
            heard.put_nowait("end")

    app: Any = feed.route().app
    serving = asyncio.create_task(app({"type": "http"}, receive, send))
    assert await heard.get() == "open"
    try:
        yield heard
    finally:
        left.set()
        with suppress(asyncio.CancelledError):
            await serving


async def told(heard: asyncio.Queue[Any]) -> Any:
    return await asyncio.wait_for(heard.get(), 20)


async def test_equal_refusals_are_counted() -> None:
    feed = RefusalFeed(window=0.05)
    async with listening(feed) as heard:
        for _ in range(42):
            feed.refused(CALL)
        assert await told(heard) == CALL
        assert await told(heard) == replace(CALL, times=41)
        feed.refused(replace(CALL, action="s3:GetObject"))
        assert (await told(heard)).action == "s3:GetObject"


async def test_different_ones_are_told_up_to_a_limit() -> None:
    feed = RefusalFeed(window=0.05)
    async with listening(feed) as heard:
        for number in range(1000):
            feed.refused(replace(CALL, resource=f"arn:aws:s3:::files/{number}"))
        found = [await told(heard) for _ in range(22)]
    assert [each.times for each in found] == [1] * 21 + [979]
    assert found[-1].resources == 980


async def test_the_end_of_the_server_ends_the_connections() -> None:
    feed = RefusalFeed()
    async with listening(feed) as heard:
        feed.close()
        assert await told(heard) == "end"


async def test_who_does_not_read_costs_no_more_than_a_few_records() -> None:
    feed = RefusalFeed(window=60)
    blocked = asyncio.Event()

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        if message.get("body", b"").startswith(b"data:"):
            await blocked.wait()

    app: Any = feed.route().app
    serving = asyncio.create_task(app({"type": "http"}, receive, send))
    for number in range(5000):
        feed.refused(replace(CALL, action=f"s3:Action{number}"))
    await asyncio.sleep(0)
    assert len(feed._readers) == 1
    (reader,) = feed._readers
    await asyncio.sleep(0.01)
    assert len(reader._waiting) <= 200
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
