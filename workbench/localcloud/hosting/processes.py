"""A step's process: its output goes to a file as it comes, and it ends with all its children."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

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
            env=dict(environment),
            start_new_session=True,
        )
    on_start(process.pid)
    try:
        return await process.wait()
    except asyncio.CancelledError:
        await end_process(process)
        raise


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


def start_time(pid: int) -> str:
    """When a process began, in the kernel's own ticks; "" where there is none or it cannot be told.

    With the number it names a process for good, which the number alone does not.
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def end_leftover(pid: int, began: str) -> bool:
    """Kill the process group of an earlier run, if it is still that one."""
    if not began or start_time(pid) != began:
        return False
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
