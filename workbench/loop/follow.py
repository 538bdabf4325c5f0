"""Attach to a sandbox that another terminal runs: its journal, as it grows."""

from __future__ import annotations

from collections.abc import AsyncIterator

from workbench.events import AnyEvent
from workbench.journal.store import Journal

_QUIET_MS = 25
_LONGEST_MS = 100


async def follow_journal(journal: Journal) -> AsyncIterator[AnyEvent]:
    """The last listed resources, the latest deployment's events, then each event as it is written.

    Woken by the file system, so that an idle sandbox costs nothing; runs until cancelled.
    """
    from watchfiles import awatch

    listed = journal.latest_resources()
    if listed is not None:
        yield listed
    latest = journal.deployments(limit=1)
    first = journal.first_id_of(latest[0].number) if latest else 0
    position = max(first - 1, 0) if latest else journal.last_id()
    folder = journal.path.parent
    folder.mkdir(parents=True, exist_ok=True)
    awakenings = awatch(
        folder,
        watch_filter=None,
        step=_QUIET_MS,
        debounce=_LONGEST_MS,
        recursive=False,
        rust_timeout=1000,
        yield_on_timeout=True,
    )
    # The first awakening comes without a change after a second at most; until then the catch-up
    # below has shown what there is.
    while True:
        async for event in _catch_up(journal, position):
            position, said = event
            yield said
        await anext(awakenings)


async def _catch_up(journal: Journal, position: int) -> AsyncIterator[tuple[int, AnyEvent]]:
    while True:
        position, events = journal.events_after(position)
        if not events:
            return
        for event in events:
            yield position, event
