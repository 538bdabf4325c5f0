"""Sees the local cloud die, so that the loop can start it again."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from workbench.loop.daemon_threads import in_thread


async def local_cloud_ended(state_dir: Path) -> None:
    """Return when the running local cloud has ended (at once where none runs).

    Where the kernel can tell of a process's end (Linux), waiting costs nothing; elsewhere its
    health is asked for every two seconds.
    """
    from workbench.localcloud.lifecycle import status, watch_health

    now = await in_thread(lambda: status(state_dir), "local-cloud-status")
    if now.state == "stopped":
        return
    if hasattr(os, "pidfd_open") and now.pid:
        await _process_ended(now.pid)
        return
    async for seen in watch_health(state_dir):
        if seen.state == "stopped":
            return


async def _process_ended(pid: int) -> None:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
