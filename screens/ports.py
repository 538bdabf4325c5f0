"""What the screens need of the engine: a session's facts, its controls, and its past.

The screens know these small protocols only, so that they import nothing heavy; the real ones are
made in a thread by ``screens.sandbox_starter``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from screens.sandbox.view_state import DeploymentStory
from workbench.model.events import AnyEvent, Emit, ResourcesListed

if TYPE_CHECKING:
    from workbench.aws.target import Target
    from workbench.branches.context import OpenedBranches
    from workbench.playground.api import PlaygroundApi
    from workbench.startup import Session
    from workbench.users.open_pool import OpenedPool


@dataclass(frozen=True, slots=True)
class SandboxInfo:
    """What the header shows of a sandbox, and where its files are."""

    project: str
    root: Path
    identifier: str
    target: str
    stack_name: str
    branch: str = ""
    sandbox_dir: Path = Path()
    sign_in: tuple[str, ...] = ()
    """The command that gives the target's profile new credentials; empty on the local cloud."""
    edited_file: str = "amplify/data/resource.ts"
    """A file to edit, for hints; relative to the root."""


class Controls(Protocol):
    """What a user can ask of the running sandbox; all calls return at once."""

    def redeploy(self) -> None:
        """Deploy again, though nothing changed."""

    def answer(self, allowed: bool, how: str = "") -> None:
        """Answer the open question, saying how it was answered."""

    def recreate(self) -> None:
        """Delete everything and deploy anew."""

    def stop(self) -> None:
        """End the loop; what CloudFormation is doing goes on there."""

    def join(self, seconds: float) -> bool:
        """Wait for the end; False where it takes longer."""


class Past(Protocol):
    """What the journal knows; each call reads the disk, so it belongs in a thread."""

    def deployments(self) -> Sequence[DeploymentStory]:
        """The latest deployments, without their events."""

    def events_of(self, number: int) -> Iterable[AnyEvent]:
        """One deployment's events in order."""

    def resources(self) -> ResourcesListed | None:
        """The stack's resources when last listed."""


@dataclass(frozen=True, slots=True)
class OpenedSandbox:
    """A sandbox that runs (or that another terminal runs, seen from here)."""

    info: SandboxInfo
    controls: Controls
    past: Past
    open_api: Callable[[], PlaygroundApi]
    """The sandbox's GraphQL API for the playground; blocks. Raises ProjectProblem."""
    open_pool: Callable[[], OpenedPool]
    """The sandbox's user pool; blocks. Raises ProjectProblem."""
    open_branches: Callable[[], OpenedBranches]
    """The project's environments; blocks. Raises ProjectProblem."""


class Starter(Protocol):
    """The steps from a folder to a running sandbox; each may block, so each runs in a thread.

    All raise ``workbench.project.models.ProjectProblem`` for what the user must mend first.
    """

    def prepare(self) -> Session:
        """Find and check the project; starts nothing."""

    def choose_target(self, session: Session, target: Target) -> Session:
        """Take the user's choice and remember it for the project."""

    def profiles(self) -> Sequence[str]:
        """The AWS profiles on this machine."""

    def open(self, session: Session, emit: Emit) -> OpenedSandbox:
        """Start the sandbox's loop; it says by events how it goes."""

    def planned(self, language: str) -> Sequence[str]:
        """What making a project in the current folder will do, a line for each step."""

    def scaffold(self, language: str, say: Callable[[str], None]) -> None:
        """Make a new project in the current folder."""

    def install(
        self,
        root: Path | None,
        say: Callable[[str], None],
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Install the project's npm packages."""
