"""Connects to a sandbox's target when it is first needed, and again after it was lost."""

from __future__ import annotations

import asyncio

from workbench.loop.daemon_threads import in_thread
from workbench.loop.stages import Stack, Target
from workbench.model.deployment import Failure

_TARGET_LOST = frozenset({"start-local-cloud", "login", "target"})
"""Offers of failures that the target's absence or refused credentials caused."""


class Connection:
    """Holds the connected stack; belongs to one event loop."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._stack: Stack | None = None
        self._lost = False
        self._turn = asyncio.Lock()

    @property
    def stack(self) -> Stack | None:
        """The stack as last connected; None before the first time."""
        return self._stack

    async def open(self) -> Stack:
        """Return the stack; connects the first time, and after a failure that lost the target.

        This starts a local cloud that has ended, and reads credentials that a new sign-in left.
        """
        async with self._turn:
            if self._stack is None or self._lost:
                return await self._connect()
            return self._stack

    async def reconnect(self) -> None:
        """Connect again, to a local cloud that may have moved."""
        async with self._turn:
            await self._connect()

    def explain(self, error: Exception) -> Failure:
        """Why this exception ended a deployment; the next ``open`` connects again if need be."""
        failure = self._target.explain(error)
        if failure.offer in _TARGET_LOST:
            self._lost = True
        return failure

    async def _connect(self) -> Stack:
        self._stack = await in_thread(self._target.connect, "connect")
        self._lost = False
        return self._stack
