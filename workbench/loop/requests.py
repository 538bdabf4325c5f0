"""What the loop has been asked to do next: many requests, one deployment."""

from __future__ import annotations

import asyncio
from typing import Final

from workbench.model.events import Trigger

_WEIGHT: Final = ("manual", "start", "secret", "save", "branch", "adopt", "recreate")
_SUPERSEDING: Final = frozenset({"save", "branch", "secret", "recreate"})


def merge(first: Trigger | None, second: Trigger) -> Trigger:
    """One trigger for both: the weightier kind, all the paths."""
    if first is None:
        return second
    kind = max(first.kind, second.kind, key=_WEIGHT.index)
    return Trigger(kind, tuple(dict.fromkeys((*first.paths, *second.paths))))


class Inbox:
    """Holds at most one request; use it on the loop's thread only."""

    def __init__(self) -> None:
        self._waiting: Trigger | None = None
        self._woken = asyncio.Event()
        self._requested = asyncio.Event()
        self._superseding = asyncio.Event()

    def put(self, trigger: Trigger) -> None:
        """Ask for a deployment, together with what is asked for already."""
        self._waiting = merge(self._waiting, trigger)
        self._woken.set()
        self._requested.set()
        if self._waiting.kind in _SUPERSEDING:
            self._superseding.set()

    def wake(self) -> None:
        """Make ``woken`` return, without a request."""
        self._woken.set()

    def take(self) -> Trigger | None:
        """What is asked for, which is thereby taken up."""
        taken, self._waiting = self._waiting, None
        self._woken.clear()
        self._requested.clear()
        self._superseding.clear()
        return taken

    async def woken(self) -> None:
        """Return when there is a request, or a ``wake``."""
        await self._woken.wait()

    async def requested(self) -> None:
        """Return when a deployment is asked for."""
        await self._requested.wait()

    async def superseding(self) -> None:
        """Return when the request makes a deployment pointless that has changed nothing yet."""
        await self._superseding.wait()
