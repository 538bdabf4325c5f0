"""Attach to a sandbox that another terminal runs: its journal, as it grows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from workbench.journal.store import Journal
from workbench.model.events import AnyEvent
from workbench.private_files import private_folder
from workbench.watch.file_events import file_events

_QUIET_MS = 25
_LONGEST_MS = 100
_LOOK_ANYWAY = 5.0  # where the file system tells nothing: a network share


async def follow_journal(journal: Journal) -> AsyncIterator[AnyEvent]:
    """The last listed resources, the latest deployment's events, then each event as it is written.

    Woken by the file system, so that an idle sandbox costs nothing; runs until cancelled.
    """
    listed = journal.latest_resources()
    if listed is not None:
        yield listed
    latest = journal.deployments(limit=1)
    first = journal.first_id_of(latest[0].number) if latest else 0
    position = max(first - 1, 0) if latest else journal.last_id()
    folder = journal.path.parent
    private_folder(folder)
    awakenings = file_events((), [folder], quiet_ms=_QUIET_MS, longest_ms=_LONGEST_MS)
    awakening: asyncio.Task[set[Path]] | None = None
    try:
        while True:
            if awakening is None:
                awakening = asyncio.create_task(anext(awakenings))
                await asyncio.sleep(0)  # the watch stands before the look at what is there
            async for event in _catch_up(journal, position):
                position, said = event
                yield said
            done, _ = await asyncio.wait({awakening}, timeout=_LOOK_ANYWAY)
            if done:
                awakening.result()
                awakening = None
    finally:
        if awakening is not None:
            awakening.cancel()
            await asyncio.gather(awakening, return_exceptions=True)
        await awakenings.aclose()


async def _catch_up(journal: Journal, position: int) -> AsyncIterator[tuple[int, AnyEvent]]:
    while True:
        position, events = journal.events_after(position)
        if not events:
            return
        for event in events:
            yield position, event
