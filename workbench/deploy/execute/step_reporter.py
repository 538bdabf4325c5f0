"""Reports a plan's execution: numbered steps and warnings."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.deploy.plan.instructions import Instruction, Plan
from workbench.model.events import (
    Emit,
    Level,
    LogLine,
    StepFinished,
    StepStarted,
)


class StepReporter:
    """Emits the events of one execution; safe to call from any thread, as ``emit`` is."""

    def __init__(self, emit: Emit, deployment: int | None, plan: Plan) -> None:
        self._emit = emit
        self._deployment = deployment
        # By identity: two equal instructions are still two steps.
        self._numbers = {id(step): number for number, step in enumerate(plan.steps, 1)}

    @contextmanager
    def step(self, *steps: Instruction) -> Iterator[None]:
        """Report the start and the end of steps that are carried out together."""
        start = time.monotonic()
        for step in steps:
            self.began(step)
        ok = False
        try:
            yield
            ok = True
        finally:
            for step in steps:
                self.ended(step, time.monotonic() - start, ok)

    def began(self, step: Instruction) -> None:
        """Report that a step began."""
        self._emit(
            StepStarted(
                at=time.time(),
                deployment=self._deployment,
                step=self._numbers.get(id(step), 0),
                title=step.title,
            )
        )

    def ended(self, step: Instruction, seconds: float, ok: bool) -> None:
        """Report how a step ended."""
        self._emit(
            StepFinished(
                at=time.time(),
                deployment=self._deployment,
                step=self._numbers.get(id(step), 0),
                title=step.title,
                seconds=seconds,
                ok=ok,
            )
        )

    def warn(self, text: str) -> None:
        """Put a warning into the log."""
        self._log(Level.WARNING, text)

    def say(self, text: str) -> None:
        """Put a line into the log."""
        self._log(Level.INFO, text)

    def _log(self, level: Level, text: str) -> None:
        self._emit(
            LogLine(
                at=time.time(),
                deployment=self._deployment,
                level=level,
                source="deploy",
                text=text,
            )
        )
