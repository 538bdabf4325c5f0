"""Evaluates amplify/ in a warm worker: one synth at a time, the latest wins."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from workbench.model.diagnostics import Diagnostic, SynthResult
from workbench.model.events import Emit, Level, LogLine
from workbench.private_files import private_folder
from workbench.process_folders import remove_leftovers
from workbench.project.models import Project
from workbench.synth.assembly_signature import sign_assembly
from workbench.synth.atomic_folder import swap_into_place
from workbench.synth.python.diagnostics import introspect_python, python_diagnostics
from workbench.synth.typescript.failure_report import diagnostics_of, trace_of
from workbench.synth.warm_worker import WarmWorker
from workbench.synth.worker_process import (
    WorkerDiedError,
    WorkerProcess,
    WorkerTimeoutError,
)

SUPERSEDED_GRACE = 5.0
"""Seconds that a superseded evaluation may continue before its worker is ended: a warm one takes
0.3 s, and a new worker costs 3 s."""

GROWTH_LIMIT = 30 * 1024 * 1024
"""Bytes that a worker may grow before it is replaced: Node never frees an ES module, jsii no
object, which leaves 0.5 MB a save."""

REHEARSALS = 2
"""Evaluations in the background after the first: each of the first three is about 0.4 s faster than
the previous one, because V8 compiles what runs often."""

REHEARSAL_DELAY = 4.0
"""Seconds without a synth before a rehearsal, to not slow down the first deployment."""


class Synthesizer:
    """Keeps a Node or Python process with the CDK loaded, and evaluates the backend in it.

    ``memory_limit_mb``: a worker above this resident size is replaced once another one is loaded.
    ``timeout``: seconds that one evaluation may take. ``rehearsals``: see ``REHEARSALS``.
    All methods belong to one event loop.
    """

    def __init__(
        self,
        project: Project,
        node: Path,
        emit: Emit,
        *,
        memory_limit_mb: int = 1500,
        timeout: float = 120.0,
        rehearsals: int = REHEARSALS,
    ) -> None:
        self._project = project
        self._node = node
        self._emit = emit
        self._memory_limit = memory_limit_mb * 1024 * 1024
        self._timeout = timeout
        self._rehearsals_each = rehearsals
        self._rehearsals = rehearsals
        self._worker = WarmWorker(project, node, self._say)
        self._turn = asyncio.Lock()
        self._latest = 0
        self._superseded = asyncio.Event()
        self._deployment: int | None = None
        self._silent = False
        self._background: set[asyncio.Task[None]] = set()
        self._rehearsal: asyncio.Task[None] | None = None
        self._seed: tuple[Path, int] | None = None
        self._timings: dict[str, float] = {}
        self._rss = 0
        self._spent = False
        self._request: tuple[Mapping[str, object], Path, Mapping[str, str]] | None = None
        self._closed = False

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id, or None."""
        return self._worker.process.pid if self._worker.process else None

    @property
    def timings(self) -> dict[str, float]:
        """Milliseconds of the last synth's parts: load, evaluate, assemble, and bundle in them."""
        return dict(self._timings)

    @property
    def memory(self) -> int:
        """The worker's resident size in bytes after its last answer."""
        return self._rss

    async def warm(self) -> None:
        """Start the worker and load the packages; the first synth reports errors."""
        async with self._turn:
            with contextlib.suppress(WorkerDiedError, WorkerTimeoutError, OSError):
                await self._worker.loaded()

    async def synth(
        self,
        context: Mapping[str, object],
        outdir: Path,
        deployment: int | None = None,
        env: Mapping[str, str] | None = None,
    ) -> SynthResult:
        """Evaluate the backend with a CDK ``context`` and write the assembly to ``outdir``.

        ``outdir`` is replaced in one step, and only if the synth succeeds. ``env`` is added to the
        environment of this evaluation. A newer call cancels this one (asyncio.CancelledError);
        then the worker finishes in the background, and the next call waits for it. Problems in the
        project are returned as diagnostics, never raised.
        """
        self._latest += 1
        mine = self._latest
        self._superseded.set()
        self._superseded = superseded = asyncio.Event()
        self._stop_rehearsing()
        began = time.monotonic()
        work = asyncio.create_task(self._in_turn(mine, context, outdir, deployment, env or {}))
        newer = asyncio.create_task(superseded.wait())
        try:
            await asyncio.wait({work, newer}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            superseded.set()
            self._keep(work)
            raise
        finally:
            newer.cancel()
        if not work.done():
            self._keep(work)
            raise asyncio.CancelledError("a newer synth began")
        diagnostics, inputs = work.result()
        if self._latest != mine:
            raise asyncio.CancelledError("a newer synth began")
        failed = any(item.severity == "error" for item in diagnostics)
        seconds = time.monotonic() - began
        self._rehearse_later(context, outdir, env or {}, failed=failed)
        return SynthResult(None if failed else outdir, diagnostics, seconds, inputs)

    async def introspect(self, schema: str) -> dict[str, object]:
        """Return the model introspection of a GraphQL ``schema``, made by the project's packages.

        Raises RuntimeError with a message for the user.
        """
        if self._project.language == "python":
            return await asyncio.to_thread(introspect_python, schema)
        self._stop_rehearsing()
        async with self._turn:
            try:
                worker = await self._worker.loaded()
                answer = await worker.request("introspect", self._timeout, schema=schema)
            except (WorkerDiedError, WorkerTimeoutError) as error:
                raise RuntimeError(f"the worker for the introspection failed: {error}") from error
        result = answer.get("introspection")
        if not isinstance(result, dict):
            report = answer.get("error")
            found = diagnostics_of(report if isinstance(report, dict) else {}, self._project)
            raise RuntimeError(found[0].message)  # noqa: TRY004 - the worker's failure, no type
        return result

    async def close(self) -> None:
        """End the worker and all background work."""
        self._closed = True
        self._stop_rehearsing()
        self._superseded.set()
        await self._worker.close()
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    def _say(self, level: Level, text: str) -> None:
        if not self._silent:
            self._emit(
                LogLine(
                    at=time.time(),
                    deployment=self._deployment,
                    level=level,
                    source="synth",
                    text=text,
                )
            )

    def _keep(self, task: asyncio.Task[tuple[tuple[Diagnostic, ...], tuple[str, ...]]]) -> None:
        async def drained() -> None:
            """Let it finish; end the worker if it is stuck."""
            _done, late = await asyncio.wait({task}, timeout=SUPERSEDED_GRACE)
            if late:
                await self._worker.end()
            with contextlib.suppress(asyncio.CancelledError):
                await task

        self._spawn(drained())

    def _spawn(self, work: object) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)  # type: ignore[arg-type]
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    # -- one evaluation

    async def _in_turn(
        self,
        mine: int,
        context: Mapping[str, object],
        outdir: Path,
        deployment: int | None,
        env: Mapping[str, str],
    ) -> tuple[tuple[Diagnostic, ...], tuple[str, ...]]:
        async with self._turn:
            if mine != self._latest or self._closed:
                return (), ()
            self._deployment = deployment
            staging = _staging_folder(outdir)
            try:
                found = await self._evaluate(context, staging, env, outdir)
                if not found[0] and mine == self._latest:
                    await asyncio.to_thread(_put_in_place, staging, outdir)
                    self._seed = (outdir, _stamp(outdir))
                return found
            finally:
                shutil.rmtree(staging, ignore_errors=True)
                self._replace_worn_worker()

    async def _evaluate(
        self,
        context: Mapping[str, object],
        staging: Path,
        env: Mapping[str, str],
        outdir: Path,
        *,
        may_try_again: bool = True,
    ) -> tuple[tuple[Diagnostic, ...], tuple[str, ...]]:
        seed = self._seed and self._seed == (outdir, _stamp(outdir))
        try:
            worker = await self._worker.loaded()
            self._request = (context, outdir, env)
            asked = self._asked(context, staging, env, str(outdir) if seed else "")
            answer = await worker.request("synth", self._timeout, **asked)
        except WorkerTimeoutError:
            return (self._timed_out(),), ()
        except (WorkerDiedError, OSError) as error:
            if may_try_again and isinstance(error, WorkerDiedError) and error.was_killed:
                # Out of memory, most often: the save must not wait for the next one.
                self._say(Level.WARNING, f"The synth process ended ({error}): trying again.")
                await asyncio.to_thread(shutil.rmtree, staging, ignore_errors=True)
                return await self._evaluate(context, staging, env, outdir, may_try_again=False)
            return (self._died(error),), ()
        rss = answer.get("rss")
        self._rss = rss if isinstance(rss, int) else 0
        self._spent = answer.get("spent") is True
        timings = answer.get("timings")
        self._timings = timings if isinstance(timings, dict) else {}
        report = answer.get("error")
        if isinstance(report, dict):
            self._say(Level.DEBUG, trace_of(report))
            if self._project.language == "python":
                return python_diagnostics(report, self._project), ()
            return diagnostics_of(report, self._project), ()
        files = answer.get("inputs")
        return (), tuple(self._inputs(files if isinstance(files, list) else []))

    def _inputs(self, files: list[object]) -> list[str]:
        root = self._project.root
        paths = {Path(str(file)) for file in files}
        return sorted(str(path.relative_to(root)) for path in paths if path.is_relative_to(root))

    def _timed_out(self) -> Diagnostic:
        return Diagnostic(
            "error",
            f"The backend did not finish within {self._timeout:g} s and was stopped.",
            "SynthTimeout",
            str(self._project.backend_file.relative_to(self._project.root)),
            hint="Check for an endless loop, or a promise at the top level that never settles.",
        )

    def _died(self, error: WorkerDiedError | OSError) -> Diagnostic:
        lines = error.last_lines if isinstance(error, WorkerDiedError) else ()
        memory = any("heap out of memory" in line for line in lines)
        hint = "The next save starts a new one."
        if memory:
            hint = "It ran out of memory; raise the limit: NODE_OPTIONS=--max-old-space-size=4096."
        return Diagnostic(
            "error", f"The synth process ended without an answer: {error}.", "SynthDied", hint=hint
        )

    def _replace_worn_worker(self) -> None:
        """Replace a worker that grew too large or cannot evaluate as a new one would."""
        grown = self._worker.growth(self._rss)
        if self._closed or self._worker.is_replaced:
            return
        if self._spent:
            self._rehearsals = 0  # a rehearsal would cost a process each time
            self._worker.replace(self._put_in_use, spent=True)
        elif self._rss > self._memory_limit or grown > GROWTH_LIMIT:
            size = self._rss >> 20
            self._say(Level.DEBUG, f"synth grew to {size} MB: starting another one")
            self._rehearsals = self._rehearsals_each
            is_python = self._project.language == "python"
            prepare = self._rehearse_ahead if is_python and self._rehearsals else None
            self._worker.replace(self._put_in_use, prepare=prepare)

    def _put_in_use(self) -> None:
        if not self._closed:
            self._spawn(self.warm())

    # -- rehearsals

    def _rehearse_later(
        self, context: Mapping[str, object], outdir: Path, env: Mapping[str, str], *, failed: bool
    ) -> None:
        if self._rehearsals > 0 and not failed and not self._closed:
            self._rehearsal = self._spawn(self._rehearse(dict(context), outdir, dict(env)))

    def _stop_rehearsing(self) -> None:
        if self._rehearsal and not self._turn.locked():
            self._rehearsal.cancel()
        self._rehearsal = None

    async def _rehearse(
        self, context: Mapping[str, object], outdir: Path, env: Mapping[str, str]
    ) -> None:
        await asyncio.sleep(REHEARSAL_DELAY)
        began = self._latest
        while self._rehearsals > 0 and self._latest == began and not self._closed:
            async with self._turn:
                if self._latest != began or self._closed:
                    return
                self._rehearsals -= 1
                staging = _staging_folder(outdir)
                self._silent = True
                try:
                    await self._evaluate(context, staging, env, outdir)
                finally:
                    self._silent = False
                    shutil.rmtree(staging, ignore_errors=True)
                    self._replace_worn_worker()

    async def _rehearse_ahead(self, process: WorkerProcess) -> None:
        """Evaluate in a process not yet in use: jsii's first evaluation takes twice as long.

        Node workers rehearse only in use: two at once would write the same generated files.
        """
        if self._request is None:
            return
        context, outdir, env = self._request
        staging = _staging_folder(outdir, "ahead")
        try:
            await process.request("synth", self._timeout, **self._asked(context, staging, env))
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _asked(
        self, context: Mapping[str, object], staging: Path, env: Mapping[str, str], seed: str = ""
    ) -> dict[str, object]:
        return {
            "backend": str(self._project.backend_file),
            "context": dict(context),
            "outdir": str(staging),
            "seed": seed,
            "env": dict(env),
        }


def _put_in_place(staging: Path, outdir: Path) -> None:
    sign_assembly(staging)
    swap_into_place(staging, outdir)


def _stamp(outdir: Path) -> int:
    """Return a stamp by which to recognize the assembly at ``outdir``."""
    try:
        return (outdir / "manifest.json").stat().st_mtime_ns
    except OSError:
        return 0


def _staging_folder(outdir: Path, purpose: str = "next") -> Path:
    """Return the name of a sibling of ``outdir``, and remove those of processes that ended.

    A sibling, because source maps of bundled functions have relative paths, so their hashes depend
    on the depth.
    """
    private_folder(outdir.parent)
    prefix = f".{outdir.name}.{purpose}-"
    remove_leftovers(outdir.parent, prefix)
    staging = outdir.with_name(f"{prefix}{os.getpid()}")
    shutil.rmtree(staging, ignore_errors=True)
    return staging
