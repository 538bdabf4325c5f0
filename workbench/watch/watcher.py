"""Watches a project and reports the changes worth a deployment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.git.git_folder import (
    Repository,
    branch_name,
    find_repository,
    is_writing,
    read_head,
    rebase_quiet_for,
)
from workbench.watch.content_hashes import Contents
from workbench.watch.file_events import FileEvents
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
"""Files in the project's root that a backend depends on."""

_GIT_PAUSE = 0.02
_GIT_SETTLE = 0.03  # from the end of index.lock to the new HEAD
_STALE_LOCK = 30.0  # an older lock belongs to a Git process that died
_STOPPED_REBASE = 2.0  # a rebase this quiet has stopped for the user


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a project; ``paths`` with changed content are relative to the project's root.

    A branch switch with the same content has no paths: there is nothing to deploy.
    """

    kind: Literal["save", "branch"]
    paths: tuple[str, ...]
    branch: str


class Watcher:
    """Reports changes of a project since the creation of this object.

    ``folder`` is the watched folder, usually ``amplify/``; ``exclude`` are the user's patterns;
    ``say`` gets a warning if the files have to be polled.
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
        self._rules = IgnoreRules(root, folder, self._exclude)
        self._contents = Contents(folder, (root / name for name in ROOT_FILES))
        # The root's own files and HEAD are watched by folder: an atomic save makes a new file.
        beside = [root]
        self._beside = {root / name for name in (*ROOT_FILES, ".gitignore")}
        if self._repository is not None:
            beside.append(self._repository.folder)
            self._beside.add(self._repository.folder / "HEAD")
        self._events = FileEvents([folder], beside, on_polling=self._say_polling)
        self._held = asyncio.Event()
        self._contents.refresh(self._ignores)

    async def changes(self) -> AsyncIterator[Change]:
        """Yield each change until cancelled; raises OSError if the folder can't be watched."""
        if not self._folder.is_dir():
            raise FileNotFoundError(f"there is no folder {self._folder}")
        async with aclosing(self._events.bursts()) as bursts:
            async for burst in bursts:
                named = frozenset(path for path in burst if self._counts(path))
                if burst and not named:
                    continue
                await self._let_git_finish()
                change = self._look(named)
                if change is not None:
                    yield change

    async def idle(self) -> None:
        """Wait until everything that was saved before this call was reported or found unchanged.

        Includes the time for which Git holds changes back. Needs a consumer of ``changes()``.
        """
        await self._events.settled()

    async def held(self) -> None:
        """Wait until a change is held back because Git is in the middle of a checkout or rebase."""
        await self._held.wait()

    async def _let_git_finish(self) -> None:
        if self._repository is None:
            return
        began = time.monotonic()
        try:
            while self._git_is_busy(began):
                self._held.set()
                await asyncio.sleep(_GIT_PAUSE)
            if self._held.is_set():
                await asyncio.sleep(_GIT_SETTLE)
        finally:
            self._held.clear()

    def _git_is_busy(self, began: float) -> bool:
        assert self._repository is not None
        if is_writing(self._repository) and time.monotonic() - began < _STALE_LOCK:
            return True
        quiet = rebase_quiet_for(self._repository)
        return quiet is not None and quiet < _STOPPED_REBASE

    def _look(self, named: frozenset[Path]) -> Change | None:
        if self._rules.are_stale():
            self._rules = IgnoreRules(self._root, self._folder, self._exclude)
        changed = self._contents.refresh(self._ignores, named)
        paths = tuple(_relative(path, self._root) for path in changed)
        switched = False
        if self._repository is not None:
            head = read_head(self._repository)
            switched = bool(head) and head != self._head
            self._head = head or self._head
        if not paths and not switched:
            return None
        return Change("branch" if switched else "save", paths, branch_name(self._root))

    def _ignores(self, path: Path, is_folder: bool) -> bool:
        return self._rules.ignores(path, is_folder=is_folder)

    def _counts(self, path: Path) -> bool:
        if path in self._beside:
            return True
        if not path.is_relative_to(self._folder):
            return False
        return path.name == ".gitignore" or not self._rules.ignores(path)

    def _say_polling(self, reason: str) -> None:
        self._say(
            f"No more files can be watched for this user ({reason}), so they are checked every "
            "0.3 s, which uses more CPU. To fix it on Linux, run: "
            "sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512"
        )


def _relative(path: Path, root: Path) -> str:
    with suppress(ValueError):
        return path.relative_to(root).as_posix()
    return str(path)
