from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from workbench.git.git_folder import branch_name
from workbench.watch.watcher import Change, Watcher


def project(root: Path) -> Path:
    folder = root / "amplify"
    (folder / "data").mkdir(parents=True)
    (folder / "backend.ts").write_text("one")
    (root / "package.json").write_text("{}")
    return folder


class Watching:
    """A watcher with the changes that it reported so far."""

    def __init__(self, root: Path, *exclude: str) -> None:
        self.said: list[str] = []
        self.watcher = Watcher(root, root / "amplify", exclude, self.said.append)
        self.seen: list[Change] = []

    async def collect(self) -> None:
        async for change in self.watcher.changes():
            self.seen.append(change)

    async def idle(self) -> None:
        async with asyncio.timeout(20):
            await self.watcher.idle()

    @property
    def paths(self) -> list[tuple[str, ...]]:
        return [change.paths for change in self.seen]


@asynccontextmanager
async def watching(root: Path, *exclude: str) -> AsyncIterator[Watching]:
    """Watches until the block's changes are reported."""
    watching = Watching(root, *exclude)
    task = asyncio.create_task(watching.collect())
    await watching.idle()
    try:
        yield watching
        await watching.idle()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def git(root: Path, *command: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", *command],
        cwd=root,
        check=True,
        capture_output=True,
        timeout=30,
    )


async def test_a_save_through_a_temporary_file_is_one_change(tmp_path: Path) -> None:
    folder = project(tmp_path)
    async with watching(tmp_path) as watch:
        temporary = folder / ".backend.ts.tmp"
        temporary.write_text("two")
        temporary.replace(folder / "backend.ts")
    assert watch.paths == [("amplify/backend.ts",)]


async def test_touched_and_ignored_files_are_no_change(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (tmp_path / ".gitignore").write_text("*.log\n")
    git(tmp_path, "init", "-q")
    async with watching(tmp_path, "drafts") as watch:
        (folder / "backend.ts").touch()
        (folder / "a.log").write_text("x")
        (folder / "backend.ts~").write_text("x")
        (folder / "drafts").mkdir()
        (folder / "drafts" / "a.ts").write_text("x")
        (tmp_path / "amplify_outputs.json").write_text("{}")
        (tmp_path / "README.md").write_text("x")
    assert watch.seen == []


async def test_a_changed_gitignore_counts_from_then_on(tmp_path: Path) -> None:
    folder = project(tmp_path)
    git(tmp_path, "init", "-q")
    async with watching(tmp_path) as watch:
        (folder / ".gitignore").write_text("*.log\n")
        await watch.idle()
        (folder / "a.log").write_text("x")
    assert watch.paths == [("amplify/.gitignore",)]


async def test_new_folders_deletions_and_root_files_are_seen(tmp_path: Path) -> None:
    folder = project(tmp_path)
    outside = tmp_path.parent / f"{tmp_path.name}-moved"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "handler.ts").write_text("x")
    async with watching(tmp_path) as watch:
        outside.rename(folder / "functions")
        await watch.idle()
        (folder / "backend.ts").unlink()
        await watch.idle()
        (tmp_path / "package.json.tmp").write_text('{"name": "x"}')
        (tmp_path / "package.json.tmp").replace(tmp_path / "package.json")
    assert watch.paths == [
        ("amplify/functions/deep/handler.ts",),
        ("amplify/backend.ts",),
        ("package.json",),
    ]


async def test_a_save_before_the_watch_begins_is_seen(tmp_path: Path) -> None:
    folder = project(tmp_path)
    watcher = Watcher(tmp_path, folder)
    (folder / "backend.ts").write_text("two")
    async with asyncio.timeout(10):
        async for change in watcher.changes():
            assert change.paths == ("amplify/backend.ts",)
            break


async def test_a_branch_switch_is_one_change(tmp_path: Path) -> None:
    folder = project(tmp_path)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "one")
    git(tmp_path, "checkout", "-q", "-b", "feature")
    for number in range(50):
        (folder / f"file{number}.ts").write_text("x")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "two")
    git(tmp_path, "checkout", "-q", "main")
    assert branch_name(tmp_path) == "main"
    async with watching(tmp_path) as watch:
        git(tmp_path, "checkout", "-q", "feature")
    assert [(change.kind, change.branch, len(change.paths)) for change in watch.seen] == [
        ("branch", "feature", 50)
    ]


async def test_a_rebase_is_one_change_at_its_end(tmp_path: Path) -> None:
    folder = project(tmp_path)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "one")
    git(tmp_path, "checkout", "-q", "-b", "feature")
    for number in range(5):
        (folder / f"mine{number}.ts").write_text("x")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-q", "-m", f"mine {number}")
    git(tmp_path, "checkout", "-q", "main")
    (folder / "theirs.ts").write_text("x")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "theirs")
    git(tmp_path, "checkout", "-q", "feature")
    async with watching(tmp_path) as watch:
        await asyncio.to_thread(git, tmp_path, "rebase", "-q", "main")
        await watch.idle()
    changed = [change.paths for change in watch.seen if change.paths]
    assert changed == [("amplify/theirs.ts",)]


async def test_while_git_holds_its_lock_nothing_is_said(tmp_path: Path) -> None:
    folder = project(tmp_path)
    git(tmp_path, "init", "-q")
    lock = tmp_path / ".git" / "index.lock"
    async with watching(tmp_path) as watch:
        lock.touch()
        (folder / "backend.ts").write_text("two")
        async with asyncio.timeout(20):
            await watch.watcher.held()
        assert watch.seen == []
        lock.unlink()
    assert watch.paths == [("amplify/backend.ts",)]


async def test_two_saves_of_one_size_in_one_tick_are_told_apart(tmp_path: Path) -> None:
    folder = project(tmp_path)
    file = folder / "backend.ts"
    before = file.stat()
    async with watching(tmp_path) as watch:
        with file.open("r+") as handle:
            handle.write("two")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert watch.paths == [("amplify/backend.ts",)]


async def test_a_rebase_that_stopped_for_the_user_does_not_hold_saves_back(tmp_path: Path) -> None:
    folder = project(tmp_path)
    git(tmp_path, "init", "-q")
    state = tmp_path / ".git" / "rebase-merge"
    state.mkdir()
    stopped = time.time() - 60
    os.utime(state, (stopped, stopped))
    async with watching(tmp_path) as watch:
        (folder / "backend.ts").write_text("two")
        await watch.idle()
        assert watch.paths == [("amplify/backend.ts",)]
        (state / "msgnum").write_text("2")
        (folder / "backend.ts").write_text("three")
        async with asyncio.timeout(20):
            await watch.watcher.held()
        (state / "msgnum").unlink()
        state.rmdir()
    assert watch.paths == [("amplify/backend.ts",)] * 2


async def test_the_end_of_an_ignore_rule_brings_its_files_back(tmp_path: Path) -> None:
    folder = project(tmp_path)
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text("drafts/\n")
    (folder / "drafts").mkdir()
    (folder / "drafts" / "a.ts").write_text("x")
    async with watching(tmp_path) as watch:
        (tmp_path / ".gitignore").unlink()
        await watch.idle()
        assert watch.paths == [("amplify/drafts/a.ts",)]
        (tmp_path / ".git" / "info").mkdir(exist_ok=True)
        (tmp_path / ".git" / "info" / "exclude").write_text("b.ts\n")
        (folder / "drafts" / "b.ts").write_text("x")
        (folder / "backend.py").write_text("x")
    assert watch.paths[1:] == [("amplify/backend.py",)]


async def test_a_folder_that_is_deleted_and_comes_back_is_watched(tmp_path: Path) -> None:
    folder = project(tmp_path)
    async with watching(tmp_path) as watch:
        folder.rename(tmp_path / "away")
        await watch.idle()
        (tmp_path / "away").rename(folder)
        await watch.idle()
        (folder / "data" / "a.ts").write_text("x")
    assert watch.paths == [
        ("amplify/backend.ts",),
        ("amplify/backend.ts",),
        ("amplify/data/a.ts",),
    ]


async def test_two_quick_saves_are_reported_by_polling_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """watchfiles' polling compares whole seconds and misses the second of them."""
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "1")
    folder = project(tmp_path)
    async with watching(tmp_path) as watch:
        for text in ("two", "six"):
            (folder / "backend.ts").write_text(text)
            await watch.idle()
    assert watch.paths == [("amplify/backend.ts",)] * 2


async def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await anext(Watcher(tmp_path, tmp_path / "amplify").changes())


@pytest.mark.skipif(sys.platform != "linux", reason="limits inotify")
async def test_files_are_polled_when_no_inotify_instance_is_left(tmp_path: Path) -> None:
    folder = project(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.open(tmp_path, os.O_RDONLY)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 2, hard))
    try:
        async with watching(tmp_path) as watch:
            assert len(watch.said) == 1
            assert "for this user (Too many open files (os error 24)), so they" in watch.said[0]
            assert "sysctl fs.inotify.max_user_watches" in watch.said[0]
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            (folder / "backend.ts").write_text("two")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert watch.paths == [("amplify/backend.ts",)]
    assert len(watch.said) == 1
