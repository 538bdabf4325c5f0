"""Reports bursts of changed files, by ``watchfiles`` on every platform."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import suppress
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


_Queue = asyncio.Queue[tuple[Path, set[tuple[int, str]] | None]]
"""Each item with the first path of its watch; None where the watch has ended."""


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
            queue: _Queue = asyncio.Queue()
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
                    if _replaced(cover, changes) or _cover(self._trees, self._folders) != cover:
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

    def _watches(self, cover: _Cover, queue: _Queue) -> list[_Watch]:
        """Begin to watch; returns nothing if that has to be tried again."""
        every = _POLLING_LOOKS if self._polling else self._at_least_every
        timing = _Timing(self._step_ms, self._longest_ms, round((every or 0) * 1000))
        begun: list[_Watch] = []
        try:
            for paths, below in ((cover.whole, True), (cover.single, False)):
                if paths:
                    begun.append(_Watch(paths, queue, timing, below=below, poll=self._polling))
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


@dataclass(frozen=True, slots=True)
class _Timing:
    """Milliseconds: between two wakes, of the longest burst, until a timeout (0: none)."""

    step: int
    longest: int
    timeout: int


class _Watch:
    """Watches paths by ``watchfiles``, from its creation on; raises OSError or RuntimeError.

    The library's backend itself, since ``awatch`` waits in a thread that Python would join at its
    exit, however the loop ended.
    """

    def __init__(
        self, paths: Sequence[Path], queue: _Queue, timing: _Timing, *, below: bool, poll: bool
    ) -> None:
        from watchfiles._rust_notify import RustNotify

        self.first = paths[0]
        self._queue = queue
        self._timing = timing
        self._loop = asyncio.get_running_loop()
        self._stop = threading.Event()
        self._notify = RustNotify(
            [str(path) for path in paths], False, poll, _POLL_MS, below, False
        )
        self._thread = threading.Thread(target=self._read, name="watch", daemon=True)
        _running.add(self)
        self._thread.start()

    def end(self) -> None:
        """Stop watching, within a step."""
        self._stop.set()

    def join(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join(1.0)

    def _read(self) -> None:
        timing = self._timing
        try:
            while True:
                changes = self._notify.watch(
                    timing.longest, timing.step, timing.timeout, self._stop
                )
                if self._stop.is_set():
                    return
                self._tell(set() if isinstance(changes, str) else changes)
        except RuntimeError:  # it gives up at a file whose name is not UTF-8
            self._tell(None)
        finally:
            self._notify.close()
            _running.discard(self)

    def _tell(self, found: set[tuple[int, str]] | None) -> None:
        with suppress(RuntimeError):  # the loop has closed
            self._loop.call_soon_threadsafe(self._queue.put_nowait, (self.first, found))


_running: set[_Watch] = set()


@atexit.register
def _end_all() -> None:
    """End the threads: the backend must not wait for the interpreter lock when that is gone."""
    watches = [*_running]
    for watch in watches:
        watch.end()
    for watch in watches:
        watch.join()


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
