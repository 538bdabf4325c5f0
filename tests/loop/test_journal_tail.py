"""Following a journal that another sandbox writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from workbench.journal.store import Journal, journal_path
from workbench.loop.journal_tail import follow_journal, journal_marks
from workbench.model.events import BranchChanged, DeploymentStarted, Trigger


class Follower:
    """What a reader of the journal was told so far."""

    def __init__(self, path: Path) -> None:
        self.journal = Journal(path)
        self.branches: list[str] = []
        self._told = asyncio.Event()

    async def follow(self) -> None:
        async for event in follow_journal(self.journal):
            if isinstance(event, BranchChanged):
                self.branches.append(event.branch)
                self._told.set()

    async def until(self, *branches: str) -> None:
        async with asyncio.timeout(20):
            while self.branches != [*branches]:
                self._told.clear()
                await self._told.wait()


@asynccontextmanager
async def following(path: Path) -> AsyncIterator[Follower]:
    follower = Follower(path)
    task = asyncio.create_task(follower.follow())
    try:
        yield follower
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_events_are_told_as_they_are_written(tmp_path: Path) -> None:
    path = journal_path(tmp_path / "sandbox")
    async with following(path) as follower:
        writer = Journal(path)
        # All of the latest deployment is told, however late the reader begins.
        writer.append(DeploymentStarted(at=0.0, deployment=1, trigger=Trigger("start")))
        for count in range(1, 4):
            writer.append(BranchChanged(at=0.0, branch=str(count)))
            await follower.until(*map(str, range(1, count + 1)))
        writer.close()


def test_reading_a_journal_does_not_look_like_a_write(tmp_path: Path) -> None:
    """As root, SQLite sets the owner of the files that it reads: a reader would wake itself."""
    path = journal_path(tmp_path)
    writer = Journal(path)
    writer.append(BranchChanged(at=0.0, branch="main"))
    assert writer.flush()
    before = journal_marks(path)
    assert Journal(path).events_after(0)[1]
    assert journal_marks(path) == before
    writer.append(BranchChanged(at=0.0, branch="other"))
    assert writer.flush()
    assert journal_marks(path) != before
    writer.close()
