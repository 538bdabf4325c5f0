"""The journal's record of one deployment, without its events."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.model.deployment import DeploymentResult, Failure, Method
from workbench.model.events import Trigger


@dataclass(frozen=True, slots=True)
class DiffSummary:
    """Counts of the resources that a deployment changed, by effect."""

    created: int = 0
    updated: int = 0
    replaced: int = 0
    destroyed: int = 0

    def __str__(self) -> str:
        parts = (
            f"+{self.created}" if self.created else "",
            f"~{self.updated}" if self.updated else "",
            f"±{self.replaced}" if self.replaced else "",
            f"-{self.destroyed}" if self.destroyed else "",
        )
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class StageTiming:
    """A finished stage: its name (an ``events.Stage`` value), seconds and whether it succeeded."""

    stage: str
    seconds: float
    ok: bool
    note: str = ""
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class DeploymentRecord:
    """A deployment in a sandbox's history.

    ``started`` and ``finished`` are seconds since the epoch; ``result`` and ``finished`` are None
    while it runs, or if its process died.
    """

    number: int
    trigger: Trigger
    started: float
    finished: float | None = None
    result: DeploymentResult | None = None
    method: Method | None = None
    summary: DiffSummary | None = None
    stages: tuple[StageTiming, ...] = ()
    failure: Failure | None = None

    @property
    def seconds(self) -> float | None:
        """Wall-clock time from start to end."""
        return None if self.finished is None else self.finished - self.started
