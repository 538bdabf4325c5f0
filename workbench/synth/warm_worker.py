"""Keeps one worker process in use, and prepares the next one in the background."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.model.events import Level
from workbench.process_folders import make_process_folder
from workbench.project.models import Project
from workbench.synth.package_fingerprint import PackagesState, packages_state
from workbench.synth.worker_process import (
    Say,
    WorkerDiedError,
    WorkerProcess,
    WorkerTimeoutError,
)
from workbench.synth.worker_scripts import worker_script

LOAD_TIMEOUT = 120.0
"""Seconds to load the packages: 3 s from a warm disk, up to 12 s from a cold one."""

Prepare = Callable[[WorkerProcess], Awaitable[None]]

SETTLING = 10
"""Evaluations until a worker's size is stable."""


class _Voice:
    """Passes on a process's output once it is in use."""

    def __init__(self, say: Say, *, speaks: bool) -> None:
        self._say = say
        self.speaks = speaks

    def __call__(self, level: Level, text: str) -> None:
        if self.speaks:
            self._say(level, text)


@dataclass(frozen=True, slots=True)
class _Made:
    """A process, the folder for its temporary files, and the state of the packages it loaded."""

    process: WorkerProcess
    voice: _Voice
    temporary: Path
    packages: PackagesState

    async def end(self) -> None:
        await self.process.close()
        await asyncio.to_thread(shutil.rmtree, self.temporary, ignore_errors=True)


class WarmWorker:
    """A worker with the CDK loaded, which is replaced when it has to be.

    All methods belong to one event loop, and ``loaded`` and ``end`` to one task at a time.
    """

    def __init__(self, project: Project, node: Path, say: Say) -> None:
        self._project = project
        self._node = node
        self._say = say
        self._made: _Made | None = None
        self._next: asyncio.Task[_Made | None] | None = None
        self._spent = False
        self._evaluations = 0
        self._settled = 0
        self._closed = False

    @property
    def process(self) -> WorkerProcess | None:
        """The running process, or None."""
        return self._made.process if self._made and self._made.process.alive else None

    async def loaded(self) -> WorkerProcess:
        """Return the process, starting and loading one if needed.

        Raises WorkerDiedError, WorkerTimeoutError and OSError.
        """
        if self._made and self._made.process.alive and self._made.packages != self._packages():
            self._say(Level.INFO, "the project's packages changed: restarting synth")
            await self.end()
        if self._next and (self._spent or self._next.done() or not self.process):
            await self._take_next()
        if self._made and (self._spent or not self._made.process.alive):
            await self._end_current()
        if self._made is None:
            self._made = await self._make(_Voice(self._say, speaks=True))
        return self._made.process

    def growth(self, size: int) -> int:
        """Return by how many bytes the process has grown; call it once for each evaluation.

        The first evaluations do not count: the engine keeps the code that it compiles.
        """
        self._evaluations += 1
        if self._evaluations <= SETTLING:
            self._settled = max(self._settled, size)
        return size - self._settled

    @property
    def is_replaced(self) -> bool:
        """Whether another process is being prepared."""
        return self._next is not None

    def replace(
        self,
        when_ready: Callable[[], None],
        *,
        spent: bool = False,
        prepare: Prepare | None = None,
    ) -> None:
        """Prepare another process; a ``spent`` one is not used meanwhile, any other is.

        ``prepare`` is called with the new process before it is used.
        """
        self._spent = self._spent or spent
        if self._next is None and not self._closed:
            self._next = asyncio.create_task(self._make_ahead(prepare))
            self._next.add_done_callback(lambda _: when_ready())

    async def end(self) -> None:
        """End the process in use; the next ``loaded`` starts another one."""
        await self._drop_next()
        await self._end_current()

    async def close(self) -> None:
        """End all processes; no other can be started."""
        self._closed = True
        await self.end()

    def _packages(self) -> PackagesState:
        return packages_state(self._project)

    async def _make(self, voice: _Voice) -> _Made:
        if self._closed:
            raise asyncio.CancelledError("the synthesizer is closed")
        packages = self._packages()
        folder = self._project.dot_amplify / "workbench" / ".temporary"
        temporary = await asyncio.to_thread(make_process_folder, folder)
        process: WorkerProcess | None = None
        try:
            if self._project.language == "python":
                # jsii unpacks scripts there, which Node would take for modules in a front end's
                # project of "type": "module".
                await asyncio.to_thread((temporary / "package.json").write_text, "{}")
            script = worker_script(self._project, self._node, temporary)
            process = await WorkerProcess.start(script, voice)
            await process.request("load", LOAD_TIMEOUT)
        except BaseException:
            if process is not None:
                await process.close()
            await asyncio.to_thread(shutil.rmtree, temporary, ignore_errors=True)
            raise
        return _Made(process, voice, temporary, packages)

    async def _make_ahead(self, prepare: Prepare | None) -> _Made | None:
        """Return None on an error: the next evaluation tries again and reports it."""
        with contextlib.suppress(WorkerDiedError, WorkerTimeoutError, OSError):
            made = await self._make(_Voice(self._say, speaks=False))
            try:
                if prepare is not None:
                    await prepare(made.process)
            except BaseException:
                await made.end()
                raise
            return made
        return None

    async def _take_next(self) -> None:
        task, self._next = self._next, None
        assert task is not None
        made = await task
        if made is not None:
            await self._end_current()
            made.voice.speaks = True
            self._made = made

    async def _end_current(self) -> None:
        made, self._made = self._made, None
        self._spent = False
        self._evaluations = self._settled = 0
        if made:
            await made.end()

    async def _drop_next(self) -> None:
        task, self._next = self._next, None
        if task is None:
            return
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            made = await task
            if made:
                await made.end()
