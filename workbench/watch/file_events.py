"""Bursts of changed files, as the system tells them: inotify, elsewhere ``watchfiles``."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.watch.inotify import Inotify

QUIET_MS = 20
"""A burst ends after this long without an event (with ``watchfiles``: after one to two of these)."""
LONGEST_MS = 300
"""A burst that does not end is told after this long."""
_FOLDER_QUIET_MS = 100  # watchfiles wakes this often while nothing happens
_LOOK_SECONDS = 0.3


async def file_events(
    trees: Sequence[Path],
    folders: Sequence[Path] = (),
    *,
    quiet_ms: int = QUIET_MS,
    longest_ms: int = LONGEST_MS,
    on_limit: Callable[[OSError], None] = lambda _problem: None,
) -> AsyncGenerator[set[Path], None]:
    """The paths of each burst below ``trees`` and directly in ``folders``; runs until cancelled.

    A tree or folder itself in a burst means: anything in it may have changed. inotify rather than
    ``watchfiles``, whose every watch wakes each step, 0.37 % of a core at 20 ms. Where the user's
    inotify watches are used up, ``on_limit`` is told, and the files are looked at every 0.3 s. Raises ``OSError``: can't be
    watched.
    """
    if sys.platform != "linux":
        async with aclosing(_watchfiles(trees, folders, quiet_ms, longest_ms)) as bursts:
            async for burst in bursts:
                yield burst
        return
    if not _asks_for_polling():
        from workbench.watch.inotify import LIMITS, Inotify

        watch: Inotify | None = None
        try:
            watch = Inotify(trees, folders)
            # Ended before the watch is closed: left to the garbage collector it would look for the
            # descriptor of a closed one.
            async with aclosing(_bursts(watch, quiet_ms / 1000, longest_ms / 1000)) as bursts:
                async for burst in bursts:
                    yield burst
        except OSError as problem:
            if problem.errno not in LIMITS:
                raise
            on_limit(problem)
        finally:
            if watch is not None:
                watch.close()
        yield {*trees, *folders}
    from workbench.watch.polling import file_looks

    async with aclosing(file_looks(trees, folders, _LOOK_SECONDS)) as looks:
        async for burst in looks:
            yield burst


def _asks_for_polling() -> bool:
    """Where Windows' files are seen through Linux, or the user said so as ``watchfiles`` has it."""
    return "microsoft" in os.uname().release.lower() or bool(
        os.environ.get("WATCHFILES_FORCE_POLLING")
    )


async def _bursts(watch: Inotify, quiet: float, longest: float) -> AsyncGenerator[set[Path], None]:
    loop = asyncio.get_running_loop()
    arrived = asyncio.Event()
    found: set[Path] = set()
    problems: list[OSError] = []

    def take() -> None:
        try:
            found.update(watch.read())
        except OSError as problem:
            problems.append(problem)
            loop.remove_reader(watch.fileno())
        arrived.set()

    loop.add_reader(watch.fileno(), take)
    try:
        while True:
            await arrived.wait()
            await _until_quiet(arrived, quiet, loop.time() + longest)
            if problems:
                raise problems[0]
            if found:
                burst = set(found)
                found.clear()
                yield burst
    finally:
        loop.remove_reader(watch.fileno())


async def _until_quiet(arrived: asyncio.Event, quiet: float, end: float) -> None:
    loop = asyncio.get_running_loop()
    while arrived.is_set():
        arrived.clear()
        left = min(quiet, end - loop.time())
        if left <= 0:
            return
        try:
            async with asyncio.timeout(left):
                await arrived.wait()
        except TimeoutError:
            return


async def _watchfiles(
    trees: Sequence[Path],
    folders: Sequence[Path],
    quiet_ms: int,
    longest_ms: int,
) -> AsyncGenerator[set[Path], None]:
    from watchfiles import awatch

    bursts: asyncio.Queue[set[Path]] = asyncio.Queue()

    async def gather(paths: Sequence[Path], recursive: bool, step: int) -> None:
        async for batch in awatch(
            *paths,
            watch_filter=None,
            debounce=longest_ms,
            step=step,
            recursive=recursive,
        ):
            bursts.put_nowait({Path(path) for _, path in batch})

    tasks = [
        asyncio.create_task(gather(paths, recursive, step))
        for paths, recursive, step in (
            (trees, True, quiet_ms),
            (folders, False, max(quiet_ms, _FOLDER_QUIET_MS)),
        )
        if paths
    ]
    taking: asyncio.Task[set[Path]] | None = None
    try:
        while True:
            taking = asyncio.create_task(bursts.get())
            done, _ = await asyncio.wait({taking, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            if taking in done:
                yield taking.result()
                continue
            for task in done:
                await task
            raise RuntimeError(f"watching {[*trees, *folders]} ended")
    finally:
        ending = [*tasks, *([taking] if taking else [])]
        for each in ending:
            each.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
