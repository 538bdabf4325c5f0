"""The target is connected once, and again only after it was lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.loop.folder_stages import FolderStages
from workbench.loop.connection import Connection
from workbench.loop.stages import Stack
from workbench.model.deployment import Failure, Offer


class Target:
    """Counts its connections; its errors come with the offer that they name."""

    def __init__(self, folder: Path) -> None:
        self.stack = FolderStages(folder)
        self.connected = 0

    def connect(self) -> Stack:
        self.connected += 1
        return self.stack

    def explain(self, error: Exception) -> Failure:
        offers: dict[str, Offer] = {"expired": "login", "stuck": "recreate"}
        return Failure(str(error), "", "", offer=offers[str(error)])


async def test_deployments_at_once_connect_once(tmp_path: Path) -> None:
    target = Target(tmp_path)
    connection = Connection(target)
    assert connection.stack is None
    stacks = await asyncio.gather(*(connection.open() for _ in range(3)))
    assert stacks == [target.stack] * 3
    assert target.connected == 1


async def test_only_a_lost_target_is_connected_again(tmp_path: Path) -> None:
    target = Target(tmp_path)
    connection = Connection(target)
    await connection.open()
    assert connection.explain(RuntimeError("stuck")).offer == "recreate"
    await connection.open()
    assert target.connected == 1
    assert connection.explain(RuntimeError("expired")).offer == "login"
    assert connection.stack is not None  # what is known of it can still be asked
    await connection.open()
    await connection.open()
    assert target.connected == 2
    await connection.reconnect()
    assert target.connected == 3
