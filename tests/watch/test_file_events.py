from __future__ import annotations

import asyncio
import gc
import os
import resource
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from workbench.watch.file_events import file_events
from workbench.watch.inotify import Inotify

SETTLED = 0.2
linux = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


async def next_paths(events: AsyncGenerator[set[Path], None], wanted: Path) -> set[Path]:
    async with asyncio.timeout(10):
        async for burst in events:
            if wanted in burst:
                return burst
    raise AssertionError("the events ended")


async def started(events: AsyncGenerator[set[Path], None]) -> asyncio.Task[set[Path]]:
    task = asyncio.create_task(anext(events))
    await asyncio.sleep(SETTLED)
    return task


def tree_in(root: Path) -> Path:
    tree = root / "amplify"
    (tree / "data").mkdir(parents=True)
    (tree / "data" / "resource.ts").write_text("one")
    return tree


@linux
async def test_a_burst_is_told_once(tmp_path: Path) -> None:
    tree = tree_in(tmp_path)
    events = file_events([tree], [tmp_path])
    burst = await started(events)
    (tree / "data" / "resource.ts").write_text("two")
    (tmp_path / "package.json").write_text("{}")
    async with asyncio.timeout(10):
        assert await burst == {tree / "data" / "resource.ts", tmp_path / "package.json"}
    await events.aclose()


@linux
def test_files_of_new_and_moved_folders_are_told_by_their_new_path(tmp_path: Path) -> None:
    tree = tree_in(tmp_path)
    watch = Inotify([tree], [tmp_path])
    (tree / "deep" / "er").mkdir(parents=True)
    (tree / "deep" / "er" / "a.ts").write_text("x")  # before er is watched
    assert tree / "deep" / "er" / "a.ts" in watch.read()
    (tree / "deep").rename(tree / "functions")
    assert tree / "functions" / "er" / "a.ts" in watch.read()
    watch.read()  # what the kernel says of the watches given back
    (tree / "functions" / "er" / "a.ts").write_text("y")
    assert watch.read() == {tree / "functions" / "er" / "a.ts"}
    watch.close()


@linux
def test_a_tree_that_comes_back_is_watched_again(tmp_path: Path) -> None:
    tree = tree_in(tmp_path)
    watch = Inotify([tree], [tmp_path])
    tree.rename(tmp_path / "away")
    watch.read()
    (tmp_path / "away" / "data" / "resource.ts").write_text("unseen")
    watch.read()
    (tmp_path / "away").rename(tree)
    assert tree / "data" / "resource.ts" in watch.read()
    (tree / "data" / "resource.ts").write_text("seen")
    assert tree / "data" / "resource.ts" in watch.read()
    watch.close()


@linux
def test_packages_inside_a_tree_take_no_watches(tmp_path: Path) -> None:
    tree = tree_in(tmp_path)
    (tree / "node_modules" / "a").mkdir(parents=True)
    watch = Inotify([tree])
    (tree / "node_modules" / "a" / "index.js").write_text("x")
    assert watch.read() == set()
    watch.close()


@linux
def test_where_the_kernel_lost_events_all_counts_as_changed(tmp_path: Path) -> None:
    tree = tree_in(tmp_path)
    watch = Inotify([tree], [tmp_path])
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    with (tree / "a.ts").open("wb", 0) as one, (tree / "b.ts").open("wb", 0) as other:
        for _ in range(limit // 2 + 1):
            one.write(b"x")
            other.write(b"x")
    (tree / "lost").mkdir()
    (tree / "lost" / "a.ts").write_text("x")
    found: set[Path] = set()
    while block := watch.read():
        found |= block
    assert {tree, tmp_path, tree / "lost" / "a.ts"} <= found
    (tree / "lost" / "a.ts").write_text("y")
    assert watch.read() == {tree / "lost" / "a.ts"}
    watch.close()


@linux
async def test_without_a_watch_left_the_files_are_looked_at(tmp_path: Path) -> None:
    said: list[OSError] = []
    tree = tree_in(tmp_path)
    events = file_events([tree], [tmp_path], on_limit=said.append)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.open(tmp_path, os.O_RDONLY)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 1, hard))
    os.close(free)
    taken = os.open(tmp_path, os.O_RDONLY)
    try:
        first = await anext(events)
    finally:
        os.close(taken)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert first == {tree, tmp_path}
    burst = await started(events)
    (tree / "data" / "resource.ts").write_text("two")
    async with asyncio.timeout(10):
        assert tree / "data" / "resource.ts" in await burst
    await events.aclose()
    assert len(said) == 1


@linux
async def test_looking_tells_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "1")
    tree = tree_in(tmp_path)
    events = file_events([tree], [tmp_path])
    burst = await started(events)
    (tree / "data" / "resource.ts").write_text("two")
    async with asyncio.timeout(10):
        assert tree / "data" / "resource.ts" in await burst
    (tmp_path / "package.json").write_text("{}")
    await next_paths(events, tmp_path / "package.json")
    await events.aclose()


async def test_ending_early_leaves_nothing_to_the_garbage_collector(tmp_path: Path) -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    events = file_events([tmp_path])
    first = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0.05)
    (tmp_path / "a").write_text("1")
    assert await first
    await events.aclose()
    waiting = file_events([tmp_path])
    task = asyncio.ensure_future(anext(waiting))
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.wait({task})
    del waiting
    gc.collect()
    await asyncio.sleep(0.05)
    assert told == []
