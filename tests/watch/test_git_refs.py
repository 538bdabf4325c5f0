"""Changes of refs in a real repository."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from workbench.watch.git_refs import ref_changes


def git(root: Path, *command: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", *command],
        cwd=root,
        check=True,
        capture_output=True,
        timeout=30,
    )


def repository(root: Path) -> Path:
    root.mkdir(exist_ok=True)
    git(root, "init", "-q", "-b", "main")
    git(root, "commit", "-q", "--allow-empty", "-m", "one")
    return root


class Changes:
    """Counts the changes that were reported."""

    def __init__(self) -> None:
        self.count = 0
        self._told = asyncio.Event()

    async def collect(self, folders: list[Path]) -> None:
        async with aclosing(ref_changes(folders)) as changes:
            async for _ in changes:
                self.count += 1
                self._told.set()

    async def more_than(self, count: int) -> None:
        async with asyncio.timeout(20):
            while self.count <= count:
                self._told.clear()
                await self._told.wait()


@asynccontextmanager
async def watching(*roots: Path) -> AsyncIterator[Changes]:
    changes = Changes()
    task = asyncio.create_task(changes.collect([root / ".git" for root in roots]))
    await changes.more_than(0)
    try:
        yield changes
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("polling", ["", "1"])
async def test_commits_and_branches_are_reported_and_a_status_not(
    tmp_path: Path, polling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", polling)
    root = repository(tmp_path / "a")
    other = repository(tmp_path / "b")
    (root / "file").touch()
    async with watching(root, other) as changes:
        for command in (
            ["commit", "-q", "--allow-empty", "-m", "two"],
            ["branch", "feature/new"],
            ["switch", "-q", "feature/new"],
            ["pack-refs", "--all"],
            ["branch", "-d", "main"],
        ):
            before = changes.count
            await asyncio.to_thread(git, root, *command)
            await changes.more_than(before)
        before = changes.count
        await asyncio.to_thread(git, root, "add", "file")
        await asyncio.to_thread(git, root, "status")
        await asyncio.to_thread(git, other, "commit", "-q", "--allow-empty", "-m", "two")
        await changes.more_than(before)
        assert changes.count <= before + 2  # the commit's ref and its HEAD


async def test_a_missing_repository_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no folder"):
        await anext(ref_changes([tmp_path / ".git"]))
