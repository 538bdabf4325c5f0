"""Runs jobs: those of one branch after each other, those of different branches side by side."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import shutil
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from workbench.aws.local_keys import keys_of
from workbench.git.command import check_out, commit_of, git_environment, remove_worktree
from workbench.guardian_process import start_time
from workbench.localcloud.contract import CLOUD_VARIABLE, ENDED, PREVIEW_OF
from workbench.localcloud.hosting import steps
from workbench.localcloud.hosting.deploy_workers import Deployers
from workbench.localcloud.hosting.log_addresses import log_address
from workbench.localcloud.hosting.processes import end_leftover, run_process
from workbench.localcloud.hosting.state import Document, HostingState
from workbench.model.user_problem import UserProblem
from workbench.private_files import private_folder

logger = logging.getLogger("local cloud")

Key = tuple[str, str]
DeleteBackend = Callable[[str, str], None]
"""``delete_backend(app_id, branch)``: delete the branch's stack; blocks."""


COMMIT = "AWS_COMMIT_ID"
"""Amplify Hosting's own variable, another one in each job."""


class StepError(Exception):
    """A step ended badly; its log says why."""


class JobRunner:
    """One for each local cloud; ``begin`` it on the server's loop.

    ``cloud_dir`` is the local cloud's state folder; ``endpoint`` its address.
    """

    def __init__(
        self,
        state: HostingState,
        cloud_dir: Path,
        endpoint: str,
        delete_backend: DeleteBackend,
        *,
        at_once: int | None = None,
    ) -> None:
        self._state = state
        self._cloud_dir = cloud_dir
        self.endpoint = endpoint
        self._delete_backend = delete_backend
        self._deployers = Deployers()
        self._room = asyncio.Semaphore(at_once or max(1, os.cpu_count() or 1))
        self._waiting: dict[Key, deque[str]] = {}
        self._working: dict[Key, asyncio.Task[None]] = {}
        self._running: dict[tuple[str, str, str], asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    # -- from any thread --------------------------------------------------------------------------

    def start(self, app_id: str, branch: str, job_id: str) -> None:
        """Run a job as soon as its turn comes."""
        self._post(lambda: self._enqueue((app_id, branch), job_id))

    def stop(self, app_id: str, branch: str, job_id: str) -> None:
        """Cancel a job."""
        self._post(lambda: self._cancel((app_id, branch), job_id))

    def forget(self, app_id: str, branch: str) -> None:
        """Stop a branch's jobs, then take away its worktree, logs and backend."""
        app = dict(self._state.apps[app_id]["app"])
        variables = self._variables(app_id, branch)
        self._post(lambda: self._spawn(self._forget((app_id, branch), app, variables)))

    # -- on the loop ------------------------------------------------------------------------------

    def open(self) -> None:
        """Take up where an earlier process stopped: running jobs have failed, waiting ones run."""
        self._loop = asyncio.get_running_loop()
        again: list[tuple[Key, str]] = []
        interrupted = False
        for app_id, found in self._state.apps.items():
            for branch, each in found["branches"].items():
                for job_id, job in each["jobs"].items():
                    status = job["summary"]["status"]
                    if status == "PENDING":
                        again.append(((app_id, branch), job_id))
                    elif status not in ENDED:
                        interrupted = True
                        self._interrupted(job, self._folder(app_id, branch, job_id))
        if interrupted:
            with self._state.change():
                pass
        for key, job_id in again:
            self._enqueue(key, job_id)

    async def close(self) -> None:
        """Stop all jobs: what runs is cancelled, what waits is started again the next time."""
        for waiting in self._waiting.values():
            waiting.clear()
        tasks = [*self._running.values(), *self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._deployers.stop()

    def _post(self, call: Callable[[], None]) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(call)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _enqueue(self, key: Key, job_id: str) -> None:
        self._waiting.setdefault(key, deque()).append(job_id)
        if key not in self._working:
            task = asyncio.get_running_loop().create_task(self._work(key))
            self._working[key] = task
            task.add_done_callback(lambda _: self._working.pop(key, None))

    def _cancel(self, key: Key, job_id: str) -> None:
        waiting = self._waiting.get(key, deque())
        if job_id in waiting:
            waiting.remove(job_id)
            self._finish(key, job_id, "CANCELLED")
        elif (running := self._running.get((*key, job_id))) is not None:
            running.cancel()

    async def _work(self, key: Key) -> None:
        waiting = self._waiting[key]
        while waiting:
            async with self._room:
                if not waiting:
                    return
                job_id = waiting.popleft()
                task = asyncio.get_running_loop().create_task(self._run(key, job_id))
                self._running[*key, job_id] = task
                await asyncio.wait([task])
                del self._running[*key, job_id]

    async def _run(self, key: Key, job_id: str) -> None:
        folder = self._folder(*key, job_id)
        status = "FAILED"
        try:
            shutil.rmtree(folder, ignore_errors=True)
            private_folder(folder)
            await self._steps(key, job_id, folder)
            status = "SUCCEED"
        except asyncio.CancelledError:
            status = "CANCELLED"
        except StepError:
            pass  # the step says why
        except Exception:
            logger.exception("job %s of %s", job_id, key[1])
        finally:
            self._finish(key, job_id, status)

    async def _steps(self, key: Key, job_id: str, folder: Path) -> None:
        app_id, branch = key
        app = self._state.apps[app_id]["app"]
        variables = self._variables(app_id, branch)
        job = self._job(key, job_id)

        async def provision(log: Path) -> None:
            repository = steps.repository_of(app)
            wanted = job["summary"]["commitId"]
            tags = self._state.apps[app_id]["branches"][branch]["branch"].get("tags") or {}
            name = tags.get(PREVIEW_OF, branch) if wanted == "HEAD" else wanted
            commit = await asyncio.to_thread(commit_of, repository, name)
            with self._state.change():
                job["summary"].update(
                    commitId=commit.id,
                    commitMessage=commit.subject,
                    commitTime=commit.at.timestamp(),
                )
            checkout = await asyncio.to_thread(
                steps.checkout_of, repository, app_id, branch, variables
            )
            await asyncio.to_thread(check_out, repository, checkout.worktree, commit.id)
            _write(log, f"{commit.short} {commit.subject} ({commit.author})")
            checkouts.append(checkout)

        checkouts: list[steps.Checkout] = []
        await self._step(key, job_id, folder, "PROVISION", provision)
        checkout = checkouts[0]
        environment = self._environment(key, job["summary"]["commitId"], variables)

        async def command(log: Path, *commands: Any) -> None:
            for each in commands:
                _write(log, f"$ {steps.shown(each)}")
                code = await run_process(
                    each, checkout.project, environment, log, lambda pid: self._note(job, pid)
                )
                if code:
                    raise UserProblem(f"It ended with {code}.", "Read the lines above.")

        async def install(log: Path) -> None:
            wanted = await asyncio.to_thread(steps.install_command, checkout)
            if isinstance(wanted, str):
                _write(log, wanted)
                return
            await command(log, wanted)
            await asyncio.to_thread(steps.installed, checkout)

        async def deploy(log: Path) -> None:
            words = ("amplify-tui", "pipeline-deploy", "--branch", branch, "--app-id", app_id)
            _write(log, f"$ {steps.shown(words)}")
            code = await self._deployers.deploy(
                key,
                checkout.project,
                # What differs with each commit needs no other process.
                {name: value for name, value in environment.items() if name != COMMIT},
                log,
                fingerprint=await asyncio.to_thread(_fingerprint, checkout, variables),
                volatile={COMMIT: environment[COMMIT]},
                on_start=lambda pid: self._note(job, pid),
            )
            if code:
                raise UserProblem(f"It ended with {code}.", "Read the lines above.")

        async def build(log: Path) -> None:
            await command(log, *builds)

        await self._step(key, job_id, folder, "INSTALL", install)
        await self._step(key, job_id, folder, "DEPLOY", deploy)
        builds: list[str] = []
        if variables.get(steps.BUILD_FRONTEND) == "true":
            builds += await asyncio.to_thread(steps.build_commands, checkout, variables)
            await self._step(key, job_id, folder, "BUILD", build)

    async def _step(self, key: Key, job_id: str, folder: Path, name: str, do: Any) -> None:
        job = self._job(key, job_id)
        log = folder / f"{len(job['steps'])}-{name.lower()}.log"
        log.touch()
        now = time.time()
        path = log.relative_to(self._logs).as_posix()
        url = log_address(self.endpoint, path, keys_of(self._cloud_dir).secret)
        step = {
            "stepName": name,
            "startTime": now,
            "endTime": now,
            "status": "RUNNING",
            "logUrl": url,
        }
        with self._state.change():
            job["summary"]["status"] = "PROVISIONING" if name == "PROVISION" else "RUNNING"
            job["steps"].append(step)
        try:
            await do(log)
            step["status"] = "SUCCEED"
        except asyncio.CancelledError:
            step.update(status="CANCELLED", statusReason="It was stopped.")
            _write(log, "Stopped.")
            raise
        except UserProblem as problem:
            step.update(status="FAILED", statusReason=problem.what)
            _write(log, f"✗ {problem}")
            raise StepError from None
        finally:
            job.pop("process", None)
            with self._state.change():
                step["endTime"] = time.time()

    async def _forget(self, key: Key, app: Document, variables: Mapping[str, str]) -> None:
        self._waiting.pop(key, None)
        running = [task for each, task in self._running.items() if each[:2] == key]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._deployers.forget(key)
        try:
            repository = steps.repository_of(app)
            checkout = await asyncio.to_thread(steps.checkout_of, repository, *key, variables)
            await asyncio.to_thread(remove_worktree, repository, checkout.worktree)
        except UserProblem as problem:
            logger.warning("the worktree of %s stays: %s", key[1], problem)
        await asyncio.to_thread(shutil.rmtree, self._branch_folder(*key), True)
        try:
            await asyncio.to_thread(self._delete_backend, *key)
        except Exception:
            logger.exception("the backend of %s could not be deleted", key[1])

    # -- the state --------------------------------------------------------------------------------

    @property
    def _logs(self) -> Path:
        return self._state.folder / "logs"

    def _branch_folder(self, app_id: str, branch: str) -> Path:
        return self._logs / app_id / hashlib.sha256(branch.encode()).hexdigest()[:12]

    def _folder(self, app_id: str, branch: str, job_id: str) -> Path:
        return self._branch_folder(app_id, branch) / job_id

    def _job(self, key: Key, job_id: str) -> Document:
        found: Document = self._state.apps[key[0]]["branches"][key[1]]["jobs"][job_id]
        return found

    def _variables(self, app_id: str, branch: str) -> Mapping[str, str]:
        found = self._state.apps[app_id]
        own = found["branches"].get(branch, {}).get("branch", {})
        return {**found["app"]["environmentVariables"], **own.get("environmentVariables", {})}

    def _environment(
        self, key: Key, commit: str, variables: Mapping[str, str]
    ) -> Mapping[str, str]:
        return {
            **git_environment(),
            **variables,
            "CI": "1",
            "AWS_APP_ID": key[0],
            "AWS_BRANCH": key[1],
            COMMIT: commit,
            CLOUD_VARIABLE: str(self._cloud_dir),
        }

    def _note(self, job: Document, pid: int) -> None:
        with self._state.change():
            job["process"] = [pid, start_time(pid)]

    def _finish(self, key: Key, job_id: str, status: str) -> None:
        with self._state.change():
            branch = self._state.apps.get(key[0], {}).get("branches", {}).get(key[1])
            if branch is None or job_id not in branch["jobs"]:
                return
            branch["jobs"][job_id]["summary"].update(status=status, endTime=time.time())

    def _interrupted(self, job: Document, folder: Path) -> None:
        """Report a job whose process has ended, and end what it left behind."""
        pid, began = job.pop("process", [0, ""])
        if pid and end_leftover(pid, began):
            logger.warning("ended a process that a job had left")
        job["summary"].update(status="FAILED", endTime=time.time())
        for number, step in enumerate(job["steps"]):
            if step["status"] == "RUNNING":
                step.update(
                    status="FAILED",
                    endTime=time.time(),
                    statusReason="The local cloud was stopped in the middle of it.",
                )
                log = folder / f"{number}-{step['stepName'].lower()}.log"
                if log.parent.is_dir():
                    _write(log, "✗ The local cloud was stopped in the middle of this step.")


def _fingerprint(checkout: steps.Checkout, variables: Mapping[str, str]) -> str:
    """What a process that deploys was started with: the packages, and the variables' digest."""
    digest = hashlib.sha256(steps.packages_of(checkout.project).encode())
    digest.update(json.dumps(sorted(variables.items())).encode())
    return f"{checkout.project} {digest.hexdigest()}"


def _write(log: Path, line: str) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
