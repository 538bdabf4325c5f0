"""Reports bursts of changed files, by ``watchfiles`` on every platform."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

STEP_MS = 25
"""How often ``watchfiles`` wakes: a save is reported after one to two steps. A tree and a folder
that are watched with steps of 25 ms cost 0.2 % of a core, with 200 ms 0.03 %."""
LONGEST_MS = 300
"""A burst that does not end is reported after this long."""
SKIPPED = frozenset({"node_modules", ".git", ".amplify"})
"""Folders that are never watched: each folder below them would use one of the user's inotify
watches, and installing packages would report each of its files."""

_POLL_MS = 300
_POLLING_LOOKS = 1.0


@dataclass(frozen=True, slots=True)
class _Cover:
    """What to watch: ``whole`` with everything below, ``single`` without."""

    whole: tuple[Path, ...]
    single: tuple[Path, ...]


_Changes = set[tuple[int, Path]]
"""Each with its kind, a ``watchfiles.Change``."""


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
        self._polling = _wants_polling()
        self._real = _real_paths((*self._trees, *self._folders))
        self._queue: asyncio.Queue[tuple[Path, _Changes | Exception]] = asyncio.Queue()
        self._marks: tuple[Path, ...] = ()
        self._settling: list[tuple[set[Path], asyncio.Future[None]]] = []

    async def bursts(self) -> AsyncGenerator[set[Path], None]:
        """Yield the changed paths of each burst; runs until closed.

        An empty burst means that anything may have changed. The first one is empty: it says that
        the watch has begun. Raises ``OSError`` if there is nothing to watch.
        """
        while True:
            cover = _cover(self._trees, self._folders)
            if not cover.whole and not cover.single:
                raise FileNotFoundError(f"there is no folder {self._trees or self._folders}")
            async with self._watching(cover):
                for sources, _ in self._settling:
                    sources.clear()  # the empty burst covers what the ended watch did not report
                yield set()
                while True:
                    self._settle()
                    source, changes = await self._queue.get()
                    if isinstance(changes, Exception):
                        self._take_problem(changes)
                        break
                    paths = {path for _, path in changes}
                    yield paths
                    self._mark_seen(source, paths)
                    if _replaced(cover, changes) or _cover(self._trees, self._folders) != cover:
                        break

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
        if not self._queue.empty():
            return
        for each in [each for each in self._settling if not each[0]]:
            self._settling.remove(each)
            if not each[1].done():
                each[1].set_result(None)

    @asynccontextmanager
    async def _watching(self, cover: _Cover) -> AsyncIterator[None]:
        self._queue = asyncio.Queue()
        parts = [part for part in ((cover.whole, True), (cover.single, False)) if part[0]]
        tasks = [asyncio.create_task(self._watch(paths, below)) for paths, below in parts]
        await asyncio.sleep(0)  # each task has begun its watch, which is no await
        self._marks = tuple(paths[0] for paths, _ in parts)
        try:
            yield
        finally:
            self._marks = ()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, paths: Sequence[Path], below: bool) -> None:
        from watchfiles import awatch

        every = _POLLING_LOOKS if self._polling else self._at_least_every
        changes = awatch(
            *paths,
            watch_filter=None,
            debounce=self._longest_ms,
            step=self._step_ms,
            rust_timeout=round(every * 1000) if every else 0,
            yield_on_timeout=True,
            force_polling=self._polling,
            poll_delay_ms=_POLL_MS,
            recursive=below,
        )
        try:
            async with aclosing(changes):
                async for batch in changes:
                    found = {(int(kind), self._given(path)) for kind, path in batch}
                    self._queue.put_nowait((paths[0], found))
        except Exception as problem:  # noqa: BLE001 - raised or handled where the queue is read
            self._queue.put_nowait((paths[0], problem))

    def _take_problem(self, problem: Exception) -> None:
        """Return if watching again helps; else raise it."""
        while isinstance(problem, ExceptionGroup):  # of awatch's task group
            problem = problem.exceptions[0]
        if isinstance(problem, FileNotFoundError):
            return  # a folder was deleted before its watch began
        reason = str(problem).partition(" (Error {")[0].partition(". about [")[0]
        began = isinstance(problem, RuntimeError) and not reason.startswith("Error creating")
        if began:
            return  # watchfiles gives up at the name of a file that is not UTF-8
        if self._polling or not isinstance(problem, OSError | RuntimeError):
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


def _cover(trees: Iterable[Path], folders: Iterable[Path]) -> _Cover:
    whole: list[Path] = []
    single = [folder for folder in folders if os.access(folder, os.R_OK)]
    for tree in trees:
        if _divide(tree, whole, single):
            whole.append(tree)
    return _Cover(tuple(sorted({*whole})), tuple(sorted({*single})))


def _divide(folder: Path, whole: list[Path], single: list[Path]) -> bool:
    """Whether the folder can be watched as a whole; if not, its parts are added to the lists."""
    if not os.access(folder, os.R_OK):
        return False
    clean: list[Path] = []
    is_whole = True
    for entry in _subfolders(folder):
        path = Path(entry.path)
        skipped = entry.name in SKIPPED or entry.is_symlink()  # watchfiles follows links
        if not skipped and _divide(path, whole, single):
            clean.append(path)
        else:
            is_whole = False
    if not is_whole:
        whole.extend(clean)
        single.append(folder)
    return is_whole


def _subfolders(folder: Path) -> list[os.DirEntry[str]]:
    """The folders in a folder, and the links to folders."""
    try:
        with os.scandir(folder) as entries:
            return [
                entry
                for entry in entries
                if entry.is_dir(follow_symlinks=False)
                or (entry.is_symlink() and Path(entry.path).is_dir())
            ]
    except OSError:
        return []


def _replaced(cover: _Cover, changes: _Changes) -> bool:
    """Whether a watched folder was deleted, moved or made again: its watch has ended."""
    from watchfiles import Change

    watched = {*cover.whole, *cover.single}
    return any(kind != Change.modified and path in watched for kind, path in changes)


def _real_paths(paths: Iterable[Path]) -> tuple[tuple[Path, Path], ...]:
    pairs = ((path.resolve(), path) for path in paths)
    return tuple((real, path) for real, path in pairs if real != path)


def _wants_polling() -> bool:
    """Whether the user asks for polling, or Linux runs inside Windows, whose files tell nothing."""
    wanted = os.environ.get("WATCHFILES_FORCE_POLLING", "").lower()
    if wanted:
        return wanted not in ("false", "disable", "disabled")
    return "microsoft" in os.uname().release.lower()
