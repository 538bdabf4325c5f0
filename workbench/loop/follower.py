"""Follows the terminal that runs the sandbox, and takes its place when it ends."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from workbench.journal.store import Journal, journal_path
from workbench.loop.event_sink import EventSink
from workbench.loop.journal_tail import follow_journal
from workbench.loop.options import SandboxOptions
from workbench.loop.requests import Requests, cancel
from workbench.model.deployment import DeploymentResult
from workbench.model.events import DeploymentFinished, Level, LoopState, StateChanged
from workbench.ownership import Ownership, owner, wait_to_own


class Follower:
    """Passes the owner's events on; the owner's states come as details of ``ATTACHED``."""

    def __init__(
        self, sandbox_dir: Path, target: str, options: SandboxOptions, sink: EventSink
    ) -> None:
        self._folder = sandbox_dir
        self._target = target
        self._options = options
        self._sink = sink
        self._journal = Journal(journal_path(sandbox_dir))
        self._last: DeploymentResult | None = None

    async def until_free(
        self, requests: Requests
    ) -> tuple[Ownership | None, DeploymentResult | None]:
        """Return the owner's place when it ends, or None with how its last deployment ended.

        With ``once`` it ends as soon as the owner deploys nothing.
        """
        who = owner(self._folder)
        by = f"process {who.pid}" if who and who.pid else "another terminal"
        if who and who.terminal:
            by += f" in {who.terminal}"
        self._enter(f"{by} runs this sandbox")
        once = self._options.once
        if once and not self._journal.unfinished():
            latest = self._journal.deployments(limit=1)
            return None, latest[0].result if latest else None
        takes_over = self._options.take_over and not once
        following = asyncio.create_task(self._pass_on())
        waiting = asyncio.create_task(wait_to_own(self._folder, self._target))
        ends: list[asyncio.Task[Any]] = [waiting] if takes_over else [waiting, following]
        try:
            await requests.until(lambda: requests.stopping, *ends)
            if not waiting.done():
                return None, self._last
            if requests.stopping or not takes_over:
                waiting.result().release()
                return None, self._last
            self._sink.tell(Level.INFO, f"{by} ended; this terminal deploys now")
            return waiting.result(), None
        finally:
            await cancel(following, waiting)

    async def _pass_on(self) -> None:
        async for event in follow_journal(self._journal):
            if isinstance(event, StateChanged):
                self._enter(event.state.value, event.deployment)
                continue
            self._sink(event)
            if isinstance(event, DeploymentFinished):
                self._last = event.result
                if self._options.once and not self._journal.unfinished():
                    return

    def _enter(self, detail: str, deployment: int | None = None) -> None:
        self._sink(
            StateChanged(
                at=time.time(), deployment=deployment, state=LoopState.ATTACHED, detail=detail
            )
        )
