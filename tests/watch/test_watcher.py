from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from workbench.git.working_tree import branch_name
from workbench.watch.watcher import Change, Watcher

SETTLED = 0.7  # longer than the second look, the longest burst and a root file's quiet


def project(root: Path) -> Path:
    folder = root / "amplify"
    (folder / "data").mkdir(parents=True)
    (folder / "backend.ts").write_text("one")
    (root / "package.json").write_text("{}")
    return folder


@asynccontextmanager
async def watching(root: Path, *exclude: str) -> AsyncIterator[list[Change]]:
    seen: list[Change] = []
    watcher = Watcher(root, root / "amplify", exclude)

    async def collect() -> None:
        async for change in watcher.changes():
            seen.append(change)  # noqa: PERF401 - each is looked at as it comes

    task = asyncio.create_task(collect())
    await asyncio.sleep(SETTLED)
    try:
        yield seen
        await asyncio.sleep(SETTLED)
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
    async with watching(tmp_path) as seen:
        temporary = folder / ".backend.ts.tmp"
        temporary.write_text("two")
        temporary.replace(folder / "backend.ts")
    assert [change.paths for change in seen] == [("amplify/backend.ts",)]


async def test_touched_and_ignored_files_are_no_change(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (tmp_path / ".gitignore").write_text("*.log\n")
    git(tmp_path, "init", "-q")
    async with watching(tmp_path, "drafts") as seen:
        (folder / "backend.ts").touch()
        (folder / "a.log").write_text("x")
        (folder / "backend.ts~").write_text("x")
        (folder / "drafts").mkdir()
        (folder / "drafts" / "a.ts").write_text("x")
        (tmp_path / "amplify_outputs.json").write_text("{}")
        (tmp_path / "README.md").write_text("x")
    assert seen == []


async def test_a_changed_gitignore_counts_from_then_on(tmp_path: Path) -> None:
    folder = project(tmp_path)
    git(tmp_path, "init", "-q")
    async with watching(tmp_path) as seen:
        (folder / ".gitignore").write_text("*.log\n")
        await asyncio.sleep(SETTLED)
        (folder / "a.log").write_text("x")
    assert [change.paths for change in seen] == [("amplify/.gitignore",)]


async def test_new_folders_deletions_and_root_files_are_seen(tmp_path: Path) -> None:
    folder = project(tmp_path)
    outside = tmp_path.parent / f"{tmp_path.name}-moved"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "handler.ts").write_text("x")
    async with watching(tmp_path) as seen:
        outside.rename(folder / "functions")
        await asyncio.sleep(SETTLED)
        (folder / "backend.ts").unlink()
        await asyncio.sleep(SETTLED)
        (tmp_path / "package.json.tmp").write_text('{"name": "x"}')
        (tmp_path / "package.json.tmp").replace(tmp_path / "package.json")
    assert [change.paths for change in seen] == [
        ("amplify/functions/deep/handler.ts",),
        ("amplify/backend.ts",),
        ("package.json",),
    ]


async def test_a_save_before_the_watch_stands_is_seen(tmp_path: Path) -> None:
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
    async with watching(tmp_path) as seen:
        git(tmp_path, "checkout", "-q", "feature")
    assert [(change.kind, change.branch, len(change.paths)) for change in seen] == [
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
    async with watching(tmp_path) as seen:
        await asyncio.to_thread(git, tmp_path, "rebase", "-q", "main")
        await asyncio.sleep(SETTLED)
    changed = [change.paths for change in seen if change.paths]
    assert changed == [("amplify/theirs.ts",)]


async def test_while_git_holds_its_lock_nothing_is_said(tmp_path: Path) -> None:
    folder = project(tmp_path)
    git(tmp_path, "init", "-q")
    lock = tmp_path / ".git" / "index.lock"
    lock.touch()
    async with watching(tmp_path) as seen:
        (folder / "backend.ts").write_text("two")
        await asyncio.sleep(SETTLED)
        assert seen == []
        lock.unlink()
    assert [change.paths for change in seen] == [("amplify/backend.ts",)]


async def test_two_saves_of_one_size_in_one_tick_are_told_apart(tmp_path: Path) -> None:
    import os

    folder = project(tmp_path)
    file = folder / "backend.ts"
    before = file.stat()
    async with watching(tmp_path) as seen:
        with file.open("r+") as handle:
            handle.write("two")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [change.paths for change in seen] == [("amplify/backend.ts",)]
