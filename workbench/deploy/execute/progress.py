"""Turns stack events and hot-swaps into the engine's events, with construct paths, no secrets."""

from __future__ import annotations

import time

from workbench.deploy.assembly.assembly import Assembly
from workbench.deploy.live.models import LiveStack
from workbench.deploy.live.stack_events import StackEvent
from workbench.deploy.plan.instructions import SwapTarget
from workbench.model.deployment import ResourceProgress, StackPath
from workbench.model.events import Emit, ResourceProgressed
from workbench.redaction.secret_shapes import redact


class Progress:
    """Emits what happens to resources in one deployment of one assembly."""

    def __init__(
        self,
        emit: Emit,
        deployment: int | None,
        assembly: Assembly | None = None,
        live: LiveStack | None = None,
    ) -> None:
        self._emit = emit
        self._deployment = deployment
        self._assembly = assembly
        self._live = live

    def construct(self, stack: StackPath, logical_id: str) -> str:
        """A resource's construct path, from the assembly or from what was deployed before."""
        if self._assembly:
            found = self._assembly.construct_paths.get(stack, {}).get(logical_id)
            if found:
                return found
        before = self._live.stack(stack) if self._live else None
        if before and logical_id in before.construct_paths:
            return before.construct_paths[logical_id]
        return "/".join((*stack, logical_id))

    def of_stack(self, event: StackEvent) -> None:
        """Emit a stack event; a stack's events about itself belong to its parent's list."""
        if event.is_own and event.stack:
            return
        own = event.is_own
        self._say(
            ResourceProgress(
                stack=event.stack,
                logical_id=event.logical_id,
                construct_path="" if own else self.construct(event.stack, event.logical_id),
                type=event.type,
                status=event.status,
                physical_id=event.physical_id,
                reason=redact(event.reason),
            )
        )

    def of_swap(self, target: SwapTarget, status: str, reason: str = "") -> None:
        """Emit a hot-swap's status in CloudFormation's words."""
        self._say(
            ResourceProgress(
                stack=target.stack,
                logical_id=target.logical_id,
                construct_path=target.construct_path,
                type=target.type,
                status=status,
                physical_id=target.physical_id,
                reason=redact(reason),
            )
        )

    def _say(self, progress: ResourceProgress) -> None:
        self._emit(
            ResourceProgressed(at=time.time(), deployment=self._deployment, resource=progress)
        )
