"""A step's process: its output goes to a file as it comes, and it ends with all its children."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from workbench.guardian import own_guardian
from workbench.guardian_process import end_group, start_time

_GRACE_SECONDS = 5.0


async def run_process(
    command: Sequence[str] | str,
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    on_start: Callable[[int], None] = lambda _pid: None,
) -> int:
    """Run a command (a text: by the shell) and return its exit code; cancelling ends it.

    Its whole process group is asked to end (SIGINT, SIGTERM), and after 5 s each it is killed.
    """
    # A text is for the shell: amplify.yml's commands are written so.
    words = ("/bin/sh", "-c", command) if isinstance(command, str) else tuple(command)
    if nice := shutil.which("nice"):
        # A save in the sandbox goes first: nobody waits at the keyboard for a branch's job.
        words = (nice, "-n", "5", *words)
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            cwd=folder,
            env=own_guardian().environment(environment),
            start_new_session=True,
        )
    own_guardian().watch(process.pid)
    on_start(process.pid)
    try:
        return await process.wait()
    except asyncio.CancelledError:
        await end_process(process)
        raise
    finally:
        own_guardian().release(process.pid)


async def end_process(process: asyncio.subprocess.Process) -> None:
    """End a process with its whole group: asked twice, then killed. One that has ended is fine."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            await asyncio.wait_for(asyncio.shield(process.wait()), _GRACE_SECONDS)
            break
        except TimeoutError:
            continue


def end_leftover(pid: int, began: str) -> bool:
    """Kill the process group of an earlier run, if it is still that one."""
    return bool(began) and start_time(pid) == began and end_group(pid, began)
