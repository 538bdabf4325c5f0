"""Turns what happens in the file system into changes worth a deployment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.git.working_tree import (
    Repository,
    branch_name,
    find_repository,
    is_rebasing,
    is_writing,
    read_head,
)
from workbench.watch.content_hashes import Contents
from workbench.watch.file_events import file_events
from workbench.watch.ignore import IgnoreRules

ROOT_FILES = (
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "bun.lock",
    "bun.lockb",
    "tsconfig.json",
)
"""Files of the project's root that a backend depends on."""

_SECOND_LOOK = 0.25
_GIT_PAUSE = 0.02
_GIT_SETTLE = 0.03  # from the end of index.lock to the new HEAD
_STALE_LOCK = 30.0  # a lock that outlives this belongs to a Git that died
_STOPPED_REBASE = 2.0  # a rebase this quiet has stopped for the user, who wants to see a result


@dataclass(frozen=True, slots=True)
class Change:
    """Something that changed; ``paths`` (with changed content) are relative to the project's root.

    A branch switch with the same content has no paths: there is nothing to deploy.
    """

    kind: Literal["save", "branch"]
    paths: tuple[str, ...]
    branch: str


class Watcher:
    """Watches a project; what its files hold when this is made is the first look.

    ``folder`` is the watched folder, as a rule ``amplify/``; ``exclude`` are the user's patterns;
    ``say`` is told where the system tells of no more changes, and the files are looked at instead.
    """

    def __init__(
        self,
        root: Path,
        folder: Path,
        exclude: Iterable[str] = (),
        say: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self._say = say
        self._root = root
        self._folder = folder
        self._exclude = tuple(exclude)
        self._repository: Repository | None = find_repository(root)
        self._head = read_head(self._repository) if self._repository else ""
        self._rules = self._read_rules()
        self._contents = Contents(folder, (root / name for name in ROOT_FILES))
        self._pending: set[Path] = set()
        self._arrived = asyncio.Event()
        self._last_event = 0.0
        self._look(frozenset())

    async def changes(self) -> AsyncIterator[Change]:
        """Yield each change; runs until cancelled, raises where the folder can't be watched."""
        gathering = asyncio.create_task(self._gather())
        # A save between the first look and the kernel's first event would be missed: look again.
        asyncio.get_running_loop().call_later(_SECOND_LOOK, self._arrive, [self._folder])
        try:
            while True:
                await self._next_burst(gathering)
                named = frozenset(self._pending)
                self._pending.clear()
                change = self._look(named)
                if change is not None:
                    yield change
        finally:
            gathering.cancel()
            await asyncio.gather(gathering, return_exceptions=True)

    async def _next_burst(self, gathering: asyncio.Task[None]) -> None:
        waiting = asyncio.create_task(self._arrived.wait())
        try:
            done, _ = await asyncio.wait({waiting, gathering}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if gathering in done:
            gathering.result()
            raise RuntimeError(f"watching {self._folder} ended")
        await self._let_git_finish()
        self._arrived.clear()

    async def _let_git_finish(self) -> None:
        if self._repository is None:
            return
        began = time.monotonic()
        waited = False
        while True:
            now = time.monotonic()
            writing = is_writing(self._repository) and now - began < _STALE_LOCK
            rebasing = is_rebasing(self._repository) and now - self._last_event < _STOPPED_REBASE
            if not writing and not rebasing:
                break
            waited = True
            await asyncio.sleep(_GIT_PAUSE)
        if waited:
            await asyncio.sleep(_GIT_SETTLE)

    def _look(self, named: frozenset[Path]) -> Change | None:
        if any(path.name == ".gitignore" for path in named):
            self._rules = self._read_rules()
        changed = self._contents.refresh(self._ignores, named)
        paths = tuple(_relative(path, self._root) for path in changed)
        switched = False
        if self._repository is not None:
            head = read_head(self._repository)
            switched = bool(head) and head != self._head
            self._head = head or self._head
        if not named or not (paths or switched):
            return None
        return Change("branch" if switched else "save", paths, branch_name(self._root))

    def _ignores(self, path: Path, is_folder: bool) -> bool:
        return self._rules.ignores(path, is_folder=is_folder)

    def _read_rules(self) -> IgnoreRules:
        return IgnoreRules(self._root, self._folder, self._exclude)

    def _arrive(self, paths: Iterable[Path]) -> None:
        found = [path for path in paths if not self._means_nothing(path)]
        if found:
            self._note(found)

    def _note(self, paths: Iterable[Path]) -> None:
        self._pending.update(paths)
        self._last_event = time.monotonic()
        self._arrived.set()

    def _means_nothing(self, path: Path) -> bool:
        return path.name != ".gitignore" and self._rules.ignores(path)

    def _say_limit(self, problem: OSError) -> None:
        self._say(
            f"The system watches no further folders for this user ({problem.strerror}): the files are "
            "looked at every 0.3 s instead, which takes more of the processor. To mend it: "
            "sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512"
        )

    async def _gather(self) -> None:
        """The root's own files and HEAD are watched by folder: an atomic save makes a new file."""
        folders = [self._root]
        wanted = {self._root / name for name in (*ROOT_FILES, ".gitignore")}
        if self._repository is not None:
            folders.append(self._repository.folder)
            wanted.add(self._repository.folder / "HEAD")
        async for burst in file_events([self._folder], folders, on_limit=self._say_limit):
            beside = burst & wanted
            below = {path for path in burst if path.is_relative_to(self._folder)}
            if beside:
                self._note(beside)
            self._arrive(below - beside)


def _relative(path: Path, root: Path) -> str:
    with suppress(ValueError):
        return path.relative_to(root).as_posix()
    return str(path)
