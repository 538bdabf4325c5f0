"""The stages that a deployment goes through, as the loop sees them.

The loop knows this protocol only; ``real_stages`` wires it to synth, deploy and the targets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from workbench.model.deployment import Diff, Failure, Loss, Method
from workbench.model.diagnostics import CheckResult, SynthResult
from workbench.model.events import ResourcesListed


@dataclass(frozen=True, slots=True)
class Prepared:
    """A deployment that is ready to run: what changes, what it would lose, how it is done.

    ``steps`` are display lines. ``plan`` belongs to the stages that made it.
    """

    diff: Diff
    method: Method
    steps: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()
    plan: object = field(default=None, repr=False)


class Stages(Protocol):
    """One sandbox's stages. Coroutines run on the loop; the other calls block, in a thread.

    Whatever a stage finds wrong with the deployment it says by raising
    ``workbench.deploy.failure.failure.DeploymentProblem``; other exceptions are explained by ``explain``.
    """

    async def open(self) -> None:
        """Make ready what all deployments need: the target answers, the workers are warm."""

    async def reconnect(self) -> None:
        """Connect to the target anew, starting the local cloud where it has ended."""

    async def synth(self, deployment: int) -> SynthResult:
        """Evaluate the backend. Cancelling it abandons the evaluation."""

    async def check(self, deployment: int) -> CheckResult:
        """Type-check the backend. Cancelling it abandons the check."""

    def prepare(self, assembly: Path, deployment: int) -> Prepared:
        """Compare the assembly with what is live, and plan."""

    def publish(self, prepared: Prepared, deployment: int) -> tuple[Prepared, str]:
        """Publish the plan's assets ahead: the deployment that need not, and a note for the stage.

        Assets are content-addressed, so this changes nothing of what runs on the target.
        """

    def execute(self, prepared: Prepared, deployment: int) -> None:
        """Carry the plan out, outputs included."""

    def place_empty_outputs(self) -> None:
        """Put an outputs file without contents where there is none yet."""

    def ensure_outputs(self, deployment: int) -> None:
        """Write the outputs file where it is missing, though nothing was deployed."""

    def adopt(self, deployment: int) -> None:
        """Follow the deployment that CloudFormation is running to its end."""

    def is_busy(self) -> bool:
        """Whether CloudFormation is working on the stack."""

    def delete(self, deployment: int) -> None:
        """Delete the stack and everything it made."""

    def contents(self) -> tuple[Loss, ...]:
        """What deleting the stack would lose."""

    def resources(self) -> ResourcesListed | None:
        """What is deployed; None where there is no stack."""

    def explain(self, error: Exception) -> Failure:
        """Why this exception ended a deployment, in plain words."""

    async def close(self) -> None:
        """End the workers."""
