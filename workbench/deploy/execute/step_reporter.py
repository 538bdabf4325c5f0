"""Tell a plan's execution: stages, numbered steps, warnings."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from workbench.deploy.plan.instructions import Instruction, Plan
from workbench.model.events import (
    Emit,
    Level,
    LogLine,
    Stage,
    StageFinished,
    StageStarted,
    StepFinished,
    StepStarted,
)


class Narrator:
    """Emits the events of one execution; safe to call from any thread, as ``emit`` is."""

    def __init__(self, emit: Emit, deployment: int | None, plan: Plan) -> None:
        self._emit = emit
        self._deployment = deployment
        # By identity: two equal instructions are still two steps.
        self._numbers = {id(step): number for number, step in enumerate(plan.steps, 1)}

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[Callable[[str], None]]:
        """Tell a stage's beginning and end; the yielded function sets its note."""
        notes = [""]
        start = time.monotonic()
        self._emit(StageStarted(at=time.time(), deployment=self._deployment, stage=stage))
        ok = False
        try:
            yield notes.append
            ok = True
        finally:
            self._emit(
                StageFinished(
                    at=time.time(),
                    deployment=self._deployment,
                    stage=stage,
                    seconds=time.monotonic() - start,
                    ok=ok,
                    note=notes[-1],
                )
            )

    @contextmanager
    def step(self, *steps: Instruction) -> Iterator[None]:
        """Tell the beginning and the end of steps that are carried out together."""
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
        """Tell that a step began."""
        self._emit(
            StepStarted(
                at=time.time(),
                deployment=self._deployment,
                step=self._numbers.get(id(step), 0),
                title=step.title,
            )
        )

    def ended(self, step: Instruction, seconds: float, ok: bool) -> None:
        """Tell how a step ended."""
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
        """A warning for the log pane."""
        self._emit(
            LogLine(
                at=time.time(),
                deployment=self._deployment,
                level=Level.WARNING,
                source="deploy",
                text=text,
            )
        )
