"""The callbacks of the playground's parts, without a screen: tasks, and a list of messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from textual.message import Message


class Callbacks:
    """Starts work as tasks, and keeps the messages that a part posts."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._tasks: list[tuple[str, asyncio.Task[None]]] = []

    def post(self, message: Message) -> None:
        self.messages.append(message)

    def start(
        self, work: Coroutine[Any, Any, None], *, group: str, exclusive: bool = False
    ) -> asyncio.Task[None]:
        if exclusive:
            for name, each in self._tasks:
                if name == group:
                    each.cancel()
        task = asyncio.create_task(work)
        self._tasks.append((group, task))
        return task

    async def settled(self) -> None:
        """Wait for the end of all work; an error of it is the test's."""
        done = await asyncio.gather(*(each for _, each in self._tasks), return_exceptions=True)
        for each in done:
            if isinstance(each, Exception):
                raise each

    def kinds(self) -> list[str]:
        return [type(each).__qualname__ for each in self.messages]


async def until(holds: Callable[[], object]) -> None:
    """Wait until something holds; at most 10 s."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - what is waited for is in another thread
            await asyncio.sleep(0.005)
