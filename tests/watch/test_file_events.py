"""What every platform's watch must report, against the real file system."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from workbench.watch.file_events import FileEvents

linux = pytest.mark.skipif(sys.platform != "linux", reason="counts or limits inotify")


class Watch:
    """Collects what a watch reports."""

    def __init__(self, events: FileEvents) -> None:
        self.events = events
        self.seen: set[Path] = set()
        self.anything = 0
        self._told = asyncio.Event()

    async def collect(self) -> None:
        async with aclosing(self.events.bursts()) as bursts:
            async for burst in bursts:
                self.seen |= burst
                self.anything += not burst
                self._told.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for a burst after which ``holds`` is true."""
        async with asyncio.timeout(20):
            while not holds():
                self._told.clear()
                await self._told.wait()

    async def settled(self) -> set[Path]:
        """What was reported since the last call, once nothing is left to report."""
        async with asyncio.timeout(20):
            await self.events.settled()
        found, self.seen = self.seen, set()
        return found

    async def until_it_watches(self, folders: int) -> None:
        """Wait while watches that have ended give theirs back."""
        async with asyncio.timeout(20):
            while inotify_watches() != folders:
                await self.settled()


@asynccontextmanager
async def watching(events: FileEvents) -> AsyncIterator[Watch]:
    watch = Watch(events)
    task = asyncio.create_task(watch.collect())
    await watch.settled()
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def tree_in(root: Path) -> Path:
    tree = root / "amplify"
    (tree / "data").mkdir(parents=True)
    (tree / "data" / "resource.ts").write_text("one")
    return tree


def inotify_watches() -> int:
    """How many folders this process watches."""
    count = 0
    for each in Path("/proc/self/fdinfo").iterdir():
        try:
            count += each.read_text().count("inotify wd:")
        except OSError:
            continue
    return count


def inotify_queue() -> int:
    return int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())


async def test_changes_below_a_tree_and_in_a_folder_are_reported(tmp_path: Path) -> None:
    tree = tree_in(tmp_path)
    (tmp_path / "other" / "deep").mkdir(parents=True)
    async with watching(FileEvents([tree], [tmp_path])) as watch:
        (tree / "data" / "resource.ts").write_text("two")
        (tmp_path / "package.json").write_text("{}")
        (tmp_path / "other" / "deep" / "file").write_text("x")
        seen = await watch.settled()
        assert {tree / "data" / "resource.ts", tmp_path / "package.json"} <= seen
        assert tmp_path / "other" / "deep" / "file" not in seen


async def test_a_save_through_a_temporary_file_is_reported(tmp_path: Path) -> None:
    tree = tree_in(tmp_path)
    async with watching(FileEvents([tree], [tmp_path])) as watch:
        for folder in (tree, tmp_path):
            (folder / "new.tmp").write_text("x")
            (folder / "new.tmp").replace(folder / "new.ts")
        assert {tree / "new.ts", tmp_path / "new.ts"} <= await watch.settled()


async def test_files_of_new_and_moved_folders_are_reported_by_their_new_path(
    tmp_path: Path,
) -> None:
    tree = tree_in(tmp_path)
    async with watching(FileEvents([tree], [tmp_path])) as watch:
        (tree / "deep" / "er").mkdir(parents=True)
        await watch.settled()
        (tree / "deep" / "er" / "a.ts").write_text("x")
        assert tree / "deep" / "er" / "a.ts" in await watch.settled()
        (tree / "deep").rename(tree / "functions")
        await watch.settled()
        (tree / "functions" / "er" / "a.ts").write_text("y")
        assert tree / "functions" / "er" / "a.ts" in await watch.settled()


async def test_a_tree_that_comes_back_is_watched_again(tmp_path: Path) -> None:
    tree = tree_in(tmp_path)
    async with watching(FileEvents([tree], [tmp_path])) as watch:
        tree.rename(tmp_path / "away")
        await watch.settled()
        (tmp_path / "away" / "data" / "resource.ts").write_text("unseen")
        assert not any("resource.ts" in path.name for path in await watch.settled())
        (tmp_path / "away").rename(tree)
        await watch.settled()
        (tree / "data" / "resource.ts").write_text("seen")
        assert tree / "data" / "resource.ts" in await watch.settled()


async def test_a_tree_deleted_and_made_again_at_once_is_watched(tmp_path: Path) -> None:
    tree = tree_in(tmp_path)
    async with watching(FileEvents([tree], [tmp_path])) as watch:
        (tree / "data" / "resource.ts").unlink()
        (tree / "data").rmdir()
        tree.rmdir()
        tree_in(tmp_path)
        began = watch.anything
        await watch.settled()
        assert watch.anything > began
        (tree / "data" / "resource.ts").write_text("seen")
        assert tree / "data" / "resource.ts" in await watch.settled()


async def test_a_tree_that_is_not_there_yet_is_watched_when_it_is_made(tmp_path: Path) -> None:
    async with watching(FileEvents([tmp_path / "amplify"], [tmp_path])) as watch:
        tree = tree_in(tmp_path)
        await watch.settled()
        (tree / "data" / "resource.ts").write_text("seen")
        assert tree / "data" / "resource.ts" in await watch.settled()


@linux
async def test_packages_inside_a_tree_take_no_watches(tmp_path: Path) -> None:
    tree = tree_in(tmp_path)
    function = tree / "functions" / "hello"
    for number in range(50):
        (function / "node_modules" / f"p{number}").mkdir(parents=True)
    (function / "src").mkdir()
    async with watching(FileEvents([tree], [tmp_path])) as watch:
        # root, amplify, functions, hello; data and src as a whole
        await watch.until_it_watches(6)
        (function / "node_modules" / "p1" / "index.js").write_text("x")
        (function / "handler.ts").write_text("x")
        (function / "src" / "a.ts").write_text("x")
        seen = await watch.settled()
        assert {function / "handler.ts", function / "src" / "a.ts"} <= seen
        assert not any("p1" in path.parts for path in seen)


@linux
async def test_packages_that_are_installed_later_take_no_watches(tmp_path: Path) -> None:
    tree = tree_in(tmp_path)
    async with watching(FileEvents([tree], [tmp_path])) as watch:
        await watch.until_it_watches(3)
        for number in range(50):
            (tree / "data" / "node_modules" / f"p{number}").mkdir(parents=True)
        await watch.settled()
        await watch.until_it_watches(3)
        (tree / "data" / "new").mkdir()
        await watch.settled()
        (tree / "data" / "new" / "a.ts").write_text("x")
        assert tree / "data" / "new" / "a.ts" in await watch.settled()


async def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    tree = tree_in(tmp_path)
    (tmp_path / "shared").mkdir()
    (tree / "shared").symlink_to(tmp_path / "shared")
    (tree / "round").symlink_to(tree)
    async with watching(FileEvents([tree], [tmp_path])) as watch:
        (tmp_path / "shared" / "a.ts").write_text("x")
        assert not any(path.name == "a.ts" for path in await watch.settled())


async def test_a_linked_tree_is_reported_by_the_path_that_was_given(tmp_path: Path) -> None:
    tree = tree_in(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    given = tmp_path / "link" / "amplify"
    async with watching(FileEvents([given])) as watch:
        (tree / "data" / "resource.ts").write_text("two")
        assert given / "data" / "resource.ts" in await watch.settled()


_AS_NOBODY = """
import asyncio, os, sys, tempfile
from pathlib import Path
import watchfiles  # while its files can be read
from tests.watch.test_file_events import see_beside_a_closed_folder

with tempfile.TemporaryDirectory(dir="/tmp") as folder:
    if os.geteuid() == 0:  # who may read everything
        os.chown(folder, 65534, 65534)
        os.setgroups([])
        os.setresgid(65534, 65534, 0)
        os.setresuid(65534, 65534, 0)
    try:
        asyncio.run(see_beside_a_closed_folder(Path(folder)))
    finally:
        if os.getuid() == 65534:
            os.setresuid(0, 0, 0)
"""


async def see_beside_a_closed_folder(root: Path) -> None:
    tree = tree_in(root)
    (tree / "closed").mkdir(mode=0)
    with pytest.raises(PermissionError):
        list((tree / "closed").iterdir())
    async with watching(FileEvents([tree])) as watch:
        (tree / "data" / "resource.ts").write_text("two")
        assert tree / "data" / "resource.ts" in await watch.settled()


def test_an_unreadable_folder_is_left_out() -> None:
    seen = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (seen.returncode, seen.stderr) == (0, "")


@linux
async def test_more_changes_than_the_kernel_remembers_end_with_all_looked_at(
    tmp_path: Path,
) -> None:
    tree = tree_in(tmp_path)
    limit = inotify_queue()
    async with watching(FileEvents([tree], [tmp_path])) as watch:
        with (tree / "a.ts").open("wb", 0) as one, (tree / "b.ts").open("wb", 0) as other:
            for _ in range(limit // 2 + 1):
                one.write(b"x")
                other.write(b"x")
        assert {tree / "a.ts", tree / "b.ts"} <= await watch.settled()
        (tree / "a.ts").write_text("y")
        assert tree / "a.ts" in await watch.settled()


@linux
async def test_a_name_that_is_not_unicode_does_not_end_the_watch(tmp_path: Path) -> None:
    said: list[str] = []
    tree = tree_in(tmp_path)
    async with watching(FileEvents([tree], [tmp_path], on_polling=said.append)) as watch:
        (tree / os.fsdecode(b"\xff.ts")).write_text("x")
        began = watch.anything
        await watch.until(lambda: watch.anything > began)
        (tree / "data" / "resource.ts").write_text("two")
        assert tree / "data" / "resource.ts" in await watch.settled()
    assert said == []


async def test_polling_on_request_reports_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "1")
    tree = tree_in(tmp_path)
    events = FileEvents([tree], [tmp_path])
    async with watching(events) as watch:
        (tree / "data" / "new.ts").write_text("two")
        (tmp_path / "package.json").write_text("{}")
        await watch.until(
            lambda: {tree / "data" / "new.ts", tmp_path / "package.json"} <= watch.seen
        )


async def test_nothing_to_watch_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await anext(FileEvents([tmp_path / "missing"]).bursts())


async def test_ending_early_leaves_nothing_to_the_garbage_collector(tmp_path: Path) -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    async with watching(FileEvents([tmp_path])) as watch:
        (tmp_path / "a").write_text("1")
        assert tmp_path / "a" in await watch.settled()
    async with watching(FileEvents([tmp_path])):
        pass
    del watch
    gc.collect()
    await asyncio.sleep(0)
    assert told == []


_LEFT_RUNNING = """
import asyncio, sys, threading
from pathlib import Path
from workbench.watch.file_events import FileEvents

begun = threading.Event()

async def follow():
    async for _ in FileEvents([Path(sys.argv[1])]).bursts():
        begun.set()

threading.Thread(target=asyncio.run, args=[follow()], daemon=True).start()
assert begun.wait(20)
"""


def test_a_watch_that_nobody_ended_does_not_hold_up_the_end_of_the_process(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _LEFT_RUNNING, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
