"""Deploys one branch again and again with warm workers: the process behind the local cloud's jobs.

Run as ``python -P -m workbench.cli.branch_deployer BRANCH APP_ID`` in the project's folder.
Reads one JSON object a line, ``{"log": FILE, "environment": {…}}``, deploys the folder as it then
is, writes to the log, and answers ``{"code": 0}``, or 1 for a failure. Ends with its standard
input.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from workbench.cli.branch_deployment import BRANCH_OPTIONS, link_branch
from workbench.cli.colours import Paint
from workbench.cli.event_text import HumanLines
from workbench.cli.loop_run import SUCCESSES
from workbench.cli.pulse import Pulse
from workbench.loop.sandbox import Sandbox
from workbench.model.deployment import DeploymentResult
from workbench.model.events import AnyEvent, DeploymentFinished, DeploymentStarted
from workbench.model.user_problem import UserProblem
from workbench.project.models import BackendIdentity
from workbench.startup import Flags, Session, for_branch, prepare


@dataclass
class _Job:
    """The log and the environment of the job that is deploying now."""

    log: Path = Path(os.devnull)
    environment: Mapping[str, str] = field(default_factory=dict)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def write(self, lines: list[str]) -> None:
        """Append to the log, if it was not deleted with its branch."""
        try:
            with self.turn, self.log.open("a", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in lines)
        except FileNotFoundError:
            return


def main() -> None:
    """Serve until the standard input closes."""
    branch, app_id = sys.argv[1:3]
    asyncio.run(_serve(Path.cwd(), BackendIdentity(app_id, branch, "branch")))
    # A thread that waits for CloudFormation must not hold up the end.
    os._exit(0)


async def _serve(folder: Path, identity: BackendIdentity) -> None:
    requests: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(requests.put_nowait, json.loads(line))
        loop.call_soon_threadsafe(requests.put_nowait, None)

    threading.Thread(target=read, daemon=True).start()
    job = _Job()
    branch: _Branch | None = None
    while (request := await requests.get()) is not None:
        job.log, job.environment = Path(request["log"]), request["environment"]
        try:
            if branch is None:
                session = for_branch(prepare(folder, Flags(local=True)), identity)
                branch = _Branch(session, job)
            code = await branch.deploy()
        except UserProblem as problem:
            job.write([f"✗ {problem}"])
            code = 1
        sys.stdout.write(json.dumps({"code": code}) + "\n")
        sys.stdout.flush()


class _Branch:
    """The branch's loop, which deploys on request."""

    def __init__(self, session: Session, job: _Job) -> None:
        self._session = session
        self._job = job
        self._ended: asyncio.Queue[DeploymentResult | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._human = HumanLines(Paint.of(sys.stderr), once=True)
        options = replace(BRANCH_OPTIONS, watch=False, environment=lambda: job.environment)
        self._sandbox = Sandbox(session, options, self._emit)
        self._adopted: set[int] = set()
        self._running: asyncio.Task[Any] | None = None
        self._pulse = Pulse()
        self._beating: asyncio.Task[None] | None = None

    async def deploy(self) -> int:
        """Deploy the folder as it is now; 0 for success."""
        identity = self._session.identity
        label, stack = self._session.target.label, self._session.stack_name
        self._job.write([f"{identity.name} · {label} · {stack}"])
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat())
        if self._running is None:
            self._running = asyncio.create_task(self._sandbox.run())
            self._running.add_done_callback(lambda _: self._ended.put_nowait(None))
        else:
            self._sandbox.redeploy()
        if await self._ended.get() not in SUCCESSES:
            return 1
        if self._session.project.language == "python":
            await asyncio.to_thread(link_branch, self._session)
        return 0

    async def _beat(self) -> None:
        """Log what is in progress whenever nothing else is logged."""
        while True:
            await asyncio.sleep(1)
            if line := self._pulse.line(time.monotonic()):
                self._job.write([line])

    def _emit(self, event: AnyEvent) -> None:
        lines = list(self._human.lines(event))
        if lines:
            self._job.write(lines)
        self._pulse.see(event, time.monotonic(), has_line=bool(lines))
        if isinstance(event, DeploymentStarted) and event.trigger.kind == "adopt":
            self._adopted.add(event.deployment or 0)
        if isinstance(event, DeploymentFinished) and event.deployment not in self._adopted:
            self._loop.call_soon_threadsafe(self._ended.put_nowait, event.result)


if __name__ == "__main__":
    main()
