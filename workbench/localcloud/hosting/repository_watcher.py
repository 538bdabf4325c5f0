"""Watches the Git repositories of the hosting apps, and deploys new commits and branches."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from workbench.git.command import branches
from workbench.git.git_folder import find_repository
from workbench.localcloud.hosting import branches as branch_operations
from workbench.localcloud.hosting.auto_branch_rules import Step, decide, next_expiry
from workbench.localcloud.hosting.jobs import start_job
from workbench.localcloud.hosting.lookup import Jobs
from workbench.localcloud.hosting.state import Document, HostingState
from workbench.localcloud.hosting.steps import repository_of
from workbench.model.user_problem import UserProblem
from workbench.watch.git_refs import ref_changes

logger = logging.getLogger("local cloud")


class RepositoryWatcher:
    """One for each local cloud; ``begin`` it on the server's loop."""

    def __init__(
        self, state: HostingState, jobs: Jobs, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._state = state
        self._jobs = jobs
        self._clock = clock
        self._due = asyncio.Event()
        self._watched: frozenset[Path] = frozenset()
        self._watch: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Check once, for what came while the local cloud was off, and then at each change."""
        self._loop = asyncio.get_running_loop()
        self._due.set()
        self._task = self._loop.create_task(self._run())

    async def stop(self) -> None:
        """Stop watching."""
        tasks = [task for task in (self._watch, self._task) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def look_soon(self) -> None:
        """Apps or branches were changed; from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._due.set)

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._rest()):
                    await self._due.wait()
            except TimeoutError:
                pass  # a preview's time is up
            self._due.clear()
            try:
                folders = await asyncio.to_thread(self._look)
            except Exception:
                logger.exception("looking at the repositories")
                continue
            if folders != self._watched:
                self._watched = folders
                if self._watch is not None:
                    self._watch.cancel()
                self._watch = asyncio.create_task(self._follow(folders)) if folders else None

    def _rest(self) -> float | None:
        """Seconds until a preview ends; None where none does."""
        with self._state.lock:
            ends = [next_expiry(each) for each in self._state.apps.values()]
        first = min((end for end in ends if end is not None), default=None)
        return None if first is None else max(0.0, first - self._clock())

    async def _follow(self, folders: frozenset[Path]) -> None:
        """Look at the apps once the watch has begun, then at each change of the refs."""
        try:
            async with aclosing(ref_changes(folders)) as changes:
                async for _ in changes:
                    self._due.set()
        except OSError as problem:
            logger.warning("new commits are not noticed: %s", problem)

    # -- in a thread ------------------------------------------------------------------------------

    def _look(self) -> frozenset[Path]:
        """Look at all apps; the Git folders to watch."""
        with self._state.lock:
            apps = {key: dict(each["app"]) for key, each in self._state.apps.items()}
        folders = set()
        for app_id, app in apps.items():
            try:
                place = repository_of(app)
                heads = {each.name: each.commit.id for each in branches(place)}
            except UserProblem:
                continue  # an app without a repository here: its jobs say so
            repository = find_repository(place)
            if repository is not None:
                folders.add(repository.common)
            with self._state.lock:
                found = self._state.apps.get(app_id)
                if found is None:
                    continue
                steps = decide(found, heads, self._clock())
                if steps or found.get("known") != heads:
                    with self._state.change():
                        found["known"] = heads
                        for step in steps:
                            self._do(app_id, found, step)
        return frozenset(folders)

    def _do(self, app_id: str, found: Document, step: Step) -> None:
        members = {"appId": app_id, "branchName": step.branch}
        if step.do == "remove":
            logger.info("%s: its Git branch was deleted, or its time is up", step.branch)
            branch_operations.delete_branch(self._state, self._jobs, members)
            return
        if step.do == "connect":
            wanted = found["app"].get("autoBranchCreationConfig") or {}
            taken = ("stage", "enableAutoBuild", "environmentVariables", "buildSpec", "framework")
            config = {name: wanted[name] for name in taken if name in wanted}
            config.setdefault("enableAutoBuild", True)
            branch_operations.create_branch(self._state, self._jobs, {**members, **config})
        each = found["branches"][step.branch]
        each["seen"] = step.commit
        if step.do == "see":
            return
        waiting = next(
            (job for job in each["jobs"].values() if job["summary"]["status"] == "PENDING"), None
        )
        if waiting is not None:
            # It has not begun: it deploys the newer commit, and nobody waits for the older.
            waiting["summary"].update(commitId=step.commit, commitMessage="")
            return
        start_job(
            self._state, self._jobs, {**members, "jobType": "RELEASE", "commitId": step.commit}
        )
