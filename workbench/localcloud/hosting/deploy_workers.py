"""Processes that deploy a branch, kept warm between its jobs: a second one takes 1 s, not 8."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from workbench.guardian import own_guardian
from workbench.localcloud.hosting.processes import end_process

Key = tuple[str, str]

KEPT_SECONDS = 300.0
KEPT = 2
"""Most waiting processes; each has workers of 0.6 GB, 1.5 GB with TypeScript's checker."""

ROOM_BYTES = 3 << 30
"""None is kept where less memory than this is free: the editor and the sandbox need theirs."""

_LINE_BYTES = 1 << 20


@dataclass
class _Deployer:
    """``fingerprint`` is what it was started with: for another one a new process is made."""

    process: asyncio.subprocess.Process
    fingerprint: str
    ending: asyncio.TimerHandle | None = None


class Deployers:
    """One process for each branch that was deployed lately; used on the server's loop."""

    def __init__(self) -> None:
        self._kept: dict[Key, _Deployer] = {}

    async def deploy(
        self,
        key: Key,
        folder: Path,
        environment: Mapping[str, str],
        log: Path,
        *,
        fingerprint: str,
        volatile: Mapping[str, str],
        on_start: Callable[[int], None],
    ) -> int:
        """Deploy what ``folder`` holds as the branch ``key`` (app, branch); its exit code.

        ``environment`` is the process's, ``volatile`` what each evaluation finds besides.
        Cancelling ends the process with all it does.
        """
        deployer = self._kept.pop(key, None)
        if deployer is not None and (
            deployer.fingerprint != fingerprint or deployer.process.returncode is not None
        ):
            await self._end(deployer)
            deployer = None
        if deployer is None:
            deployer = _Deployer(await _start(key, folder, environment, log), fingerprint)
        if deployer.ending is not None:
            deployer.ending.cancel()
        on_start(deployer.process.pid)
        try:
            code = await _ask(deployer.process, {"log": str(log), "environment": dict(volatile)})
        except BaseException:
            await end_process(deployer.process)
            own_guardian().release(deployer.process.pid)
            raise
        if deployer.process.returncode is None and _has_room():
            await self._keep(key, deployer)
        else:
            await self._end(deployer)
        return code

    async def forget(self, key: Key) -> None:
        """End a branch's process."""
        deployer = self._kept.pop(key, None)
        if deployer is not None:
            await self._end(deployer)

    async def stop(self) -> None:
        """End all processes."""
        await asyncio.gather(*(self.forget(key) for key in list(self._kept)))

    async def _keep(self, key: Key, deployer: _Deployer) -> None:
        loop = asyncio.get_running_loop()
        deployer.ending = loop.call_later(KEPT_SECONDS, lambda: loop.create_task(self.forget(key)))
        self._kept[key] = deployer
        while len(self._kept) > KEPT:
            await self.forget(next(iter(self._kept)))

    async def _end(self, deployer: _Deployer) -> None:
        if deployer.ending is not None:
            deployer.ending.cancel()
        if deployer.process.stdin is not None:
            deployer.process.stdin.close()  # it ends by itself, and its workers with it
        with suppress(TimeoutError):
            await asyncio.wait_for(deployer.process.wait(), 2.0)
        await end_process(deployer.process)
        own_guardian().release(deployer.process.pid)


async def _start(
    key: Key, folder: Path, environment: Mapping[str, str], log: Path
) -> asyncio.subprocess.Process:
    app_id, branch = key
    words = [sys.executable, "-P", "-m", "workbench.cli.branch_deployer", branch, app_id]
    if nice := shutil.which("nice"):
        # A save in the sandbox goes first: nobody waits at the keyboard for a branch's job.
        words = [nice, "-n", "5", *words]
    with (log.parent.parent / "deployer.log").open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            cwd=folder,
            env=own_guardian().environment(environment),
            start_new_session=True,
            limit=_LINE_BYTES,
        )
    own_guardian().watch(process.pid)
    return process


async def _ask(process: asyncio.subprocess.Process, request: Mapping[str, object]) -> int:
    """Have it deploy once; 1 where it ended instead of answering."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        await process.stdin.drain()
    except ConnectionError:
        return 1
    line = await process.stdout.readline()
    if not line:
        await process.wait()
        _say_ended(Path(str(request["log"])), process.returncode or 0)
        return 1
    return int(json.loads(line)["code"])


def _has_room() -> bool:
    """Whether the system has memory to spare; where it does not say, it has."""
    try:
        facts = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return True
    free = next(line for line in facts.splitlines() if line.startswith("MemAvailable:"))
    return int(free.split()[1]) * 1024 > ROOM_BYTES


def _say_ended(log: Path, code: int) -> None:
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    with log.open("a", encoding="utf-8") as file:
        file.write(f"✗ The deploying process ended in the middle ({how}).\n")
