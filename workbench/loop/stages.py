"""A sandbox's stages as the loop sees them: evaluating the project's code, and the deployed stack.

``workbench.loop.project_stages`` makes the real ones; tests put a text file and a folder in their
place.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from workbench.model.deployment import Diff, Failure, Loss
from workbench.model.diagnostics import CheckResult, SynthResult
from workbench.model.events import ResourcesListed

if TYPE_CHECKING:
    # Pydantic takes 0.2 s to import, and front ends import the loop before they paint.
    from workbench.deploy.plan.instructions import Plan
    from workbench.function_logs.functions import LoggedFunction


@dataclass(frozen=True, slots=True)
class Prepared:
    """A deployment that is ready to run: what changes, how it is done, what it would lose.

    ``published`` says that the plan's assets are in place already. ``clears`` is the mark of
    another tool's deployment that success clears (``workbench.deploy.plan.foreign_deployments``).
    """

    diff: Diff
    plan: Plan
    losses: tuple[Loss, ...] = ()
    clears: str = ""
    published: bool = False


class Evaluator(Protocol):
    """Evaluates and type-checks the project's code, in processes that stay warm."""

    def warm(self) -> None:
        """Start the processes ahead of the first deployment."""

    async def synth(self, context: Mapping[str, object], deployment: int) -> SynthResult:
        """Evaluate the backend with this CDK context. Cancelling abandons the evaluation."""

    async def check(self, deployment: int, synth: Awaitable[object]) -> CheckResult:
        """Type-check the backend beside ``synth``, which may change generated types."""

    async def close(self) -> None:
        """End the processes."""


class Stack(Protocol):
    """The sandbox's stack on its connected target; every method blocks.

    A method that fails raises; ``Target.explain`` puts any exception into words.
    """

    def synth_context(self) -> Mapping[str, object]:
        """Return the CDK context that the backend is evaluated with."""

    def prepare(self, assembly: Path) -> Prepared:
        """Compare the assembly with what is deployed, and plan."""

    def publish(self, prepared: Prepared) -> str:
        """Publish the plan's assets ahead of the deployment; returns a note for the stage.

        Assets are content-addressed, so this changes nothing of what runs on the target.
        """

    def execute(self, prepared: Prepared, deployment: int, superseded: Callable[[], bool]) -> bool:
        """Carry out the plan, outputs included.

        False if it ended between two steps, since ``superseded`` held there.
        """

    def write_missing_outputs(self, deployment: int) -> None:
        """Write the outputs file if it is missing, though nothing was deployed."""

    def is_busy(self) -> bool:
        """Whether CloudFormation is working on the stack."""

    def adopt(self, deployment: int) -> None:
        """Follow the operation that CloudFormation is running to its end."""

    def delete(self, deployment: int) -> None:
        """Delete the stack with everything it made."""

    def losses_of_deletion(self) -> tuple[Loss, ...]:
        """What deleting the stack would lose."""

    def resources(self) -> ResourcesListed | None:
        """List what is deployed; None if there is no stack."""

    def functions(self) -> Sequence[LoggedFunction]:
        """The deployed functions that the user has written."""

    @property
    def logs(self) -> Any:
        """The target's CloudWatch Logs."""

    def live_logs(self) -> Any:
        """A new client of it, which gives up soon."""

    @property
    def is_local(self) -> bool:
        """True on the local cloud."""


class Target(Protocol):
    """Where the stack is deployed: the local cloud, or an AWS account."""

    def connect(self) -> Stack:
        """Make the target answer, starting the local cloud if it has ended. Blocks."""

    def explain(self, error: Exception) -> Failure:
        """Why this exception ended a deployment, in plain words."""


@dataclass(frozen=True, slots=True)
class Stages:
    """Both halves of one sandbox."""

    evaluator: Evaluator
    target: Target
