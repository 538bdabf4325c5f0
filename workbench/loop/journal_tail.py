"""Follows the journal of a sandbox that another terminal runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

from workbench.journal.store import Journal
from workbench.model.events import AnyEvent
from workbench.private_files import private_folder
from workbench.watch.file_events import FileEvents

_STEP_MS = 50
_LONGEST_MS = 100
_LOOK_ANYWAY = 5.0  # for file systems that report no changes, such as a network share

_Mark = tuple[int, int] | None  # mtime ns, size


async def follow_journal(journal: Journal) -> AsyncIterator[AnyEvent]:
    """Yield the last list of resources, the latest deployment's events, then each new event.

    Runs until cancelled.
    """
    listed = journal.latest_resources()
    if listed is not None:
        yield listed
    latest = journal.deployments(limit=1)
    first = journal.first_id_of(latest[0].number) if latest else 0
    position = max(first - 1, 0) if latest else journal.last_id()
    folder = journal.path.parent
    private_folder(folder)
    watch = FileEvents(
        (), [folder], step_ms=_STEP_MS, longest_ms=_LONGEST_MS, at_least_every=_LOOK_ANYWAY
    )
    before: tuple[_Mark, ...] | None = None
    async with aclosing(watch.bursts()) as bursts:
        async for burst in bursts:
            now = journal_marks(journal.path)
            if burst and now == before:
                continue  # as root, SQLite sets the owner of files that are read: our own doing
            before = now
            while True:
                position, events = journal.events_after(position)
                if not events:
                    break
                for event in events:
                    yield event


def journal_marks(path: Path) -> tuple[_Mark, ...]:
    """What a write to the journal changes, and a read does not."""
    return tuple(_mark(each) for each in (path, path.with_name(f"{path.name}-wal")))


def _mark(path: Path) -> _Mark:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size
