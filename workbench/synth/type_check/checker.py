"""Checks types beside synth, with TypeScript's program in memory and ampx's rules."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import time
from collections.abc import Awaitable
from pathlib import Path

from workbench.model.diagnostics import CheckResult, Diagnostic
from workbench.model.events import Emit, Level, LogLine
from workbench.project.models import Project
from workbench.synth.package_fingerprint import PackagesState, packages_state
from workbench.synth.readable_paths import readable_paths
from workbench.synth.type_check.cache import recall, remember
from workbench.synth.type_check.cli import check_with_cli
from workbench.synth.worker_process import (
    Script,
    WorkerDiedError,
    WorkerProcess,
    WorkerTimeoutError,
)

WORKER = Path(__file__).with_name("worker.mjs")
CHECK_TIMEOUT = 300.0
"""Seconds for one check: a first one takes 3–10 s, in a large project far more."""

WARM_DELAY = 8.0
"""Seconds from a check answered from disk to making the program: that takes 10 s of a core, and a
cold synth and the first deployment need both cores for about 6 s."""

FLAGS = ("--no-warnings", "--max-semi-space-size=64")
"""A young generation of 64 MB makes the first check, which only allocates, a third faster."""

_MISSING_ENV = re.compile(r"Cannot find module '\$amplify/env/.*' or its corresponding type")


class TypeChecker:
    """Keeps a Node process with the project's TypeScript program and checks it incrementally.

    Skips projects without TypeScript files, without ``amplify/tsconfig.json`` or without the
    ``typescript`` package. All methods belong to one event loop.
    """

    def __init__(
        self, project: Project, node: Path, emit: Emit, *, memory_limit_mb: int = 2000
    ) -> None:
        self._project = project
        self._node = node
        self._emit = emit
        self._memory_limit = memory_limit_mb * 1024 * 1024
        self._worker: WorkerProcess | None = None
        self._packages: PackagesState = ()
        self._turn = asyncio.Lock()
        self._deployment: int | None = None
        self._use_cli = False
        self._program_made = False
        self._warming: asyncio.Task[object] | None = None

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id, None while there is none."""
        return self._worker.pid if self._worker and self._worker.alive else None

    async def warm(self) -> None:
        """Start the worker and make the program before the first check.

        Does nothing if the first check can be answered from disk: then the program is made after
        the first synth, which needs the cores.
        """
        if not _has_typescript(self._project.amplify_dir):
            return
        if recall(self._project, packages_state(self._project)) is None:
            await self._in_turn(None)

    async def check(
        self, deployment: int | None = None, after: Awaitable[object] | None = None
    ) -> CheckResult:
        """Check the project's types.

        ``after`` is the synth that runs beside this check: when it has ended and has changed the
        generated ``$amplify/env`` types, the check is brought up to date. Does not raise its
        failure. Cancelling ends the worker, and the next check starts a new one.

        The first check of unchanged files is answered from disk; the worker warms up ``WARM_DELAY``
        later.
        """
        began = time.monotonic()
        before = _generated_types(self._project)
        result = await self._checked(deployment)
        if not self._program_made and not self._use_cli and self._warming is None:
            self._warming = asyncio.create_task(self._warm_later())
        if after is not None:
            # The caller of the synth reports its failure; here only its end counts.
            await asyncio.wait({asyncio.ensure_future(after)})
            if _generated_types(self._project) != before or await self._is_stale():
                result = await self._checked(deployment)
        return CheckResult(result.diagnostics, time.monotonic() - began, result.skipped)

    async def close(self) -> None:
        """End the worker."""
        warming, self._warming = self._warming, None
        if warming:
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)
        await self._end_worker()

    async def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        self._program_made = False
        if worker:
            await worker.close()

    async def _checked(self, deployment: int | None) -> CheckResult:
        if not _has_typescript(self._project.amplify_dir):
            return CheckResult((), 0.0, "there are no TypeScript files")
        if not self._program_made and not self._use_cli:
            known = recall(self._project, packages_state(self._project))
            if known is not None:
                return known
        return await self._in_turn(deployment)

    async def _warm_later(self) -> None:
        await asyncio.sleep(WARM_DELAY)
        if not self._program_made and not self._turn.locked():
            await self._in_turn(None)

    async def _in_turn(self, deployment: int | None) -> CheckResult:
        async with self._turn:
            self._deployment = deployment
            packages = packages_state(self._project)
            if packages != self._packages:
                await self._end_worker()
                self._use_cli = False
            self._packages = packages
            if self._use_cli:
                return await check_with_cli(self._project, self._node)
            try:
                if self._worker is None or not self._worker.alive:
                    await self._end_worker()
                    self._worker = await WorkerProcess.start(self._script(), self._say)
                answer = await self._worker.request("check", CHECK_TIMEOUT)
            except (WorkerDiedError, WorkerTimeoutError, OSError) as error:
                return CheckResult((self._failed(str(error) or "it took too long"),), 0.0)
            if "unsupported" in answer:
                await self._end_worker()
                self._use_cli = True
                return await check_with_cli(self._project, self._node)
            return await self._result(answer, packages)

    async def _is_stale(self) -> bool:
        if not self._program_made or self._worker is None or not self._worker.alive:
            return False
        async with self._turn:
            try:
                answer = await self._worker.request("stale", CHECK_TIMEOUT)
            except (WorkerDiedError, WorkerTimeoutError, OSError):
                return True
            return answer.get("stale") is True

    async def _result(self, answer: dict[str, object], packages: PackagesState) -> CheckResult:
        rss = answer.get("rss")
        if isinstance(rss, int) and rss > self._memory_limit:
            await self._end_worker()
        if not answer.get("ok"):
            self._say(Level.DEBUG, str(answer.get("error", "")))
            reason = str(answer.get("error", "")).splitlines()[0]
            return CheckResult((self._failed(reason),), 0.0)
        self._program_made = self._worker is not None
        items = answer.get("diagnostics")
        found = [self._diagnostic(item) for item in (items if isinstance(items, list) else [])]
        result = CheckResult(tuple(found), 0.0, str(answer.get("skipped", "")))
        inputs = answer.get("inputs")
        if isinstance(inputs, list):
            with contextlib.suppress(OSError):
                remember(self._project, packages, result, [str(file) for file in inputs])
        return result

    def _diagnostic(self, item: dict[str, object]) -> Diagnostic:
        path = Path(str(item["file"]))
        root = self._project.root
        missing_env = _MISSING_ENV.match(str(item["message"]))
        return Diagnostic(
            "error" if item["severity"] == "error" else "warning",
            readable_paths(str(item["message"]), root),
            str(item["code"]),
            str(path.relative_to(root)) if path.is_relative_to(root) else str(item["file"]),
            int(str(item["line"])),
            int(str(item["column"])),
            "Synth generates this file once the backend defines the function."
            if missing_env
            else "",
        )

    def _failed(self, reason: str) -> Diagnostic:
        return Diagnostic(
            "error",
            f"The type check could not run: {reason}.",
            "TypeCheckFailed",
            hint="Save again to retry, or turn it off with --no-type-check.",
        )

    def _script(self) -> Script:
        cache = self._project.dot_amplify / "workbench" / "compile-cache"
        env = {**os.environ, "AMPLIFY_TUI_COMPILE_CACHE": str(cache)}
        return Script((str(self._node), *FLAGS, str(WORKER)), self._project.root, env)

    def _say(self, level: Level, text: str) -> None:
        self._emit(
            LogLine(
                at=time.time(),
                deployment=self._deployment,
                level=level,
                source="type check",
                text=text,
            )
        )


def _has_typescript(folder: Path) -> bool:
    for _path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "node_modules"]
        if any(name.endswith((".ts", ".tsx", ".mts", ".cts")) for name in files):
            return True
    return False


def _generated_types(project: Project) -> tuple[tuple[str, int, int], ...]:
    folder = project.dot_amplify / "generated" / "env"
    try:
        entries = sorted(folder.iterdir())
        return tuple((f.name, f.stat().st_mtime_ns, f.stat().st_size) for f in entries)
    except OSError:
        return ()
