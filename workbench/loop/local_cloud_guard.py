"""Starts the local cloud again when it ends under a running sandbox."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

from workbench.loop.connection import Connection
from workbench.loop.daemon_threads import in_thread
from workbench.loop.event_sink import EventSink
from workbench.model.events import Level, LocalCloudReported

_PAUSE = 1.0
_PAUSE_AFTER_FAILURE = 5.0


async def keep_running(
    folder: Path, connection: Connection, sink: EventSink, restarted: Callable[[], None]
) -> None:
    """Start the local cloud of ``folder`` and connect to it whenever it has ended.

    Calls ``restarted`` after each time; runs until cancelled.
    """
    try:
        await connection.open()
    except Exception as error:  # noqa: BLE001 - the deployment under way fails with it, too
        sink.tell(Level.DEBUG, f"The local cloud did not start at once: {error}")
    while True:
        await _ended(folder)
        sink(
            LocalCloudReported(
                at=time.time(), status="failed", detail="it ended; starting it again"
            )
        )
        try:
            await connection.reconnect()
        except Exception as error:  # noqa: BLE001 - said in plain words, tried again
            sink.tell(Level.ERROR, f"The local cloud does not start: {error}")
            await asyncio.sleep(_PAUSE_AFTER_FAILURE)
            continue
        restarted()
        await asyncio.sleep(_PAUSE)


async def _ended(folder: Path) -> None:
    """Return when the running local cloud has ended (at once if none runs).

    If the kernel reports a process's end (Linux), waiting costs nothing; elsewhere its health is
    asked for every two seconds.
    """
    from workbench.localcloud.lifecycle import status, watch_health  # 0.1 s

    now = await in_thread(lambda: status(folder), "local-cloud-status")
    if now.state == "stopped":
        return
    if hasattr(os, "pidfd_open") and now.pid:
        await _process_ended(now.pid)
        return
    async for seen in watch_health(folder):
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
