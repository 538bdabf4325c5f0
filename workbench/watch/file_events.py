"""Reports bursts of changed files, by ``watchfiles`` on every platform."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import suppress
from pathlib import Path

from workbench.watch.cover import Cover, cover_of
from workbench.watch.native_watch import Batches, NativeWatch, Timing, wants_polling

STEP_MS = 25
"""How often ``watchfiles`` wakes: a save is reported after one to two steps. A tree and a folder
that are watched with steps of 25 ms cost 0.2 % of a core, with 200 ms 0.03 %."""
LONGEST_MS = 300
"""A burst that does not end is reported after this long."""
_POLLING_LOOKS = 1.0


class FileEvents:
    """The changes below ``trees`` and directly in ``folders``.

    A tree or folder may be missing: it is watched as soon as it appears in another watched folder.
    If the system can't watch (more) files, they are polled and ``on_polling`` gets the reason.
    ``at_least_every`` (seconds) adds an empty burst after so long without a change, for file
    systems that report none.
    """

    def __init__(
        self,
        trees: Iterable[Path],
        folders: Iterable[Path] = (),
        *,
        step_ms: int = STEP_MS,
        longest_ms: int = LONGEST_MS,
        at_least_every: float | None = None,
        on_polling: Callable[[str], None] = lambda _reason: None,
    ) -> None:
        self._trees = tuple(trees)
        self._folders = tuple(folders)
        self._step_ms = step_ms
        self._longest_ms = longest_ms
        self._at_least_every = at_least_every
        self._on_polling = on_polling
        self._polling = wants_polling()
        self._real = _real_paths((*self._trees, *self._folders))
        self._marks: tuple[Path, ...] = ()
        self._settling: list[tuple[set[Path], asyncio.Future[None]]] = []

    async def bursts(self) -> AsyncGenerator[set[Path], None]:
        """Yield the changed paths of each burst; runs until closed.

        An empty burst means that anything may have changed. The first one is empty: it says that
        the watch has begun. Raises ``OSError`` if there is nothing to watch.
        """
        while True:
            cover = cover_of(self._trees, self._folders)
            if not cover.whole and not cover.single:
                raise FileNotFoundError(f"there is no folder {self._trees or self._folders}")
            queue: Batches = asyncio.Queue()
            watches = self._watches(cover, queue)
            if not watches:
                await asyncio.sleep(self._step_ms / 1000)
                continue
            try:
                self._marks = tuple(watch.first for watch in watches)
                for sources, _ in self._settling:
                    sources.clear()  # the empty burst covers what the ended watch did not report
                yield set()
                while True:
                    if queue.empty():
                        self._settle()
                    source, found = await queue.get()
                    if found is None:
                        break
                    changes = {(kind, self._given(path)) for kind, path in found}
                    paths = {path for _, path in changes}
                    yield paths
                    self._mark_seen(source, paths)
                    if _replaced(cover, changes) or cover_of(self._trees, self._folders) != cover:
                        break
            finally:
                self._marks = ()
                for watch in watches:
                    watch.end()

    async def settled(self) -> None:
        """Wait until every change made before this call was yielded, and the consumer is back.

        Touches a folder of each watch without changing its times: changes are reported in the
        order in which they are made.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._settling.append((set(self._marks), done))
        for folder in self._marks:
            with suppress(FileNotFoundError):  # its deletion starts the watch again, which settles
                stat = folder.stat()
                os.utime(folder, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        await done

    def _mark_seen(self, source: Path, paths: set[Path]) -> None:
        for sources, _ in self._settling:
            if source in paths or not paths:
                sources.discard(source)

    def _settle(self) -> None:
        for each in [each for each in self._settling if not each[0]]:
            self._settling.remove(each)
            if not each[1].done():
                each[1].set_result(None)

    def _watches(self, cover: Cover, queue: Batches) -> list[NativeWatch]:
        """Begin to watch; returns nothing if that has to be tried again."""
        every = _POLLING_LOOKS if self._polling else self._at_least_every
        timing = Timing(self._step_ms, self._longest_ms, round((every or 0) * 1000))
        begun: list[NativeWatch] = []
        try:
            for paths, below in ((cover.whole, True), (cover.single, False)):
                if paths:
                    begun.append(NativeWatch(paths, queue, timing, below=below, poll=self._polling))
        except (OSError, RuntimeError) as problem:
            for watch in begun:
                watch.end()
            if not isinstance(problem, FileNotFoundError):
                self._poll_from_now_on(problem)
            return []  # or a folder was deleted meanwhile
        return begun

    def _poll_from_now_on(self, problem: Exception) -> None:
        reason = str(problem).partition(" (Error {")[0].partition(". about [")[0]
        if self._polling:
            raise OSError(reason) from problem
        self._polling = True
        self._on_polling(reason.removeprefix("Error creating recommended watcher: "))

    def _given(self, path: str) -> Path:
        """Return the path below the folder as it was given: macOS resolves links."""
        found = Path(path)
        for real, given in self._real:
            if found.is_relative_to(real):
                return given / found.relative_to(real)
        return found


def _replaced(cover: Cover, changes: set[tuple[int, Path]]) -> bool:
    """Whether a watched folder was deleted, moved or made again: its watch has ended."""
    from watchfiles import Change

    watched = {*cover.whole, *cover.single}
    return any(kind != Change.modified and path in watched for kind, path in changes)


def _real_paths(paths: Iterable[Path]) -> tuple[tuple[Path, Path], ...]:
    pairs = ((path.resolve(), path) for path in paths)
    return tuple((real, path) for real, path in pairs if real != path)
