"""What is asked of a sandbox's loop, and when that cancels what the loop is doing.

Saves, keys and other threads ask; what is asked before the loop gets to it becomes one deployment.

How a deployment is cancelled, which ``Sandbox._deploy`` does:

- A deployment is one task (``workbench.loop.deployment.deploy``). Until it begins to change the
  target, where it sets ``Deployment.committed``, a request that makes it pointless (``supersedes``)
  cancels the task, and with it the question that it may be waiting for. Its trigger is merged into
  the new request, so the next deployment names both causes.
- A committed deployment runs to its end, and the request waits. One that updates the stack several
  times, for a table's indexes, ends before the next update instead.
- The end of the loop cancels any deployment, but gives a committed one a moment to end by itself.
  What CloudFormation is doing goes on there, and the next start adopts it.
- Cancelling ends the waiting, never the work in a thread or a worker process: a call of
  ``in_thread`` runs on and its result is dropped; the worker finishes its evaluation; the type
  check goes on, and the next one uses what it learned.
- Only its own end says how it ended: ``Deployment.cancelled_as``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from workbench.model.events import Trigger

_WEIGHT: Final = ("manual", "start", "secret", "save", "branch", "adopt", "recreate")
_SUPERSEDING: Final = frozenset({"save", "branch", "secret", "recreate"})


def merge(first: Trigger | None, second: Trigger | None) -> Trigger | None:
    """One trigger for both: the weightier kind, all the paths."""
    if first is None or second is None:
        return first or second
    kind = max(first.kind, second.kind, key=_WEIGHT.index)
    return Trigger(kind, tuple(dict.fromkeys((*first.paths, *second.paths))))


class Requests:
    """Holds what is asked for; use it on the loop's thread only."""

    def __init__(self) -> None:
        self.stopping = False
        """The loop is to end."""
        self.recreate = False
        """The user is to be asked whether to delete everything and deploy again."""
        self.waiting: Trigger | None = None
        """The deployment that is asked for."""
        self._changed = asyncio.Event()
        self._served = asyncio.Event()

    @property
    def supersedes(self) -> bool:
        """Whether what is asked for makes a deployment pointless that has changed nothing yet."""
        return self.waiting is not None and self.waiting.kind in _SUPERSEDING

    def put(self, trigger: Trigger) -> None:
        """Ask for a deployment, together with what is asked for already."""
        self.waiting = merge(self.waiting, trigger)
        self._served.clear()
        self._changed.set()

    def put_back(self, trigger: Trigger) -> None:
        """Ask again for a deployment that was cancelled, ahead of what has been asked for since."""
        self.waiting = merge(trigger, self.waiting)
        self._served.clear()
        self._changed.set()

    def take(self) -> Trigger | None:
        """Return what is asked for, which is thereby taken up."""
        taken, self.waiting = self.waiting, None
        return taken

    def ask_to_recreate(self) -> None:
        """Ask for the question whether to recreate everything."""
        self.recreate = True
        self._served.clear()
        self._changed.set()

    def stop(self) -> None:
        """Ask the loop to end."""
        self.stopping = True
        self._changed.set()

    def rest(self) -> None:
        """Note that the loop has nothing left to do, unless something is asked for."""
        if self.waiting is None and not self.recreate:
            self._served.set()

    async def served(self) -> None:
        """Wait until all that is asked for has been done."""
        await self._served.wait()

    async def until(self, holds: Callable[[], bool], *tasks: asyncio.Task[Any]) -> None:
        """Wait until a request makes ``holds`` true, or one of the tasks is done."""
        while not holds() and not any(task.done() for task in tasks):
            self._changed.clear()
            changed = asyncio.create_task(self._changed.wait())
            try:
                await asyncio.wait({changed, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                changed.cancel()


async def cancel(*tasks: asyncio.Task[Any] | None) -> None:
    """Cancel the tasks that still run, and wait for their end; what they raise is ignored."""
    found = [task for task in tasks if task is not None]
    for task in found:
        task.cancel()
    await asyncio.gather(*found, return_exceptions=True)
