"""Protocols through which the screens see the app and the engine.

The app: ``Shell``, reached with ``shell_of(node)``, or as ``self.shell`` by a screen that is a
``UsesShell``. What a screen wants of the app beyond it (another pane, another environment) it asks
for with a message of ``screens.messages``. No screen imports ``screens.app``.

The engine: a session's facts, its controls, and its past. The real ones are made in a thread by
``screens.sandbox_starter``, so that the screens import nothing heavy.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, cast

from textual.message_pump import MessagePump

from workbench.model.events import AnyEvent, Emit, ResourcesListed

if TYPE_CHECKING:
    from workbench.aws.target import AwsTarget, Target
    from workbench.branches.context import OpenedBranches
    from workbench.branches.selected_environment import SelectedEnvironment
    from workbench.functions.open_functions import OpenedFunctions
    from workbench.journal.records import DeploymentRecord
    from workbench.model.user_problem import UserProblem
    from workbench.playground.api import PlaygroundApi
    from workbench.startup import Session
    from workbench.users.open_pool import OpenedPool

Severity = Literal["information", "warning", "error"]


class Shell(Protocol):
    """The app, as every screen sees it. Call on the app's own thread."""

    @property
    def environment(self) -> SelectedEnvironment | None:
        """The selected environment; None for the user's own sandbox."""

    def say(self, text: str, severity: Severity = "information") -> None:
        """Show a short message at the edge of the screen, and keep it in the list of messages."""

    def show_problem(self, problem: UserProblem) -> None:
        """Show a problem in a dialog whose text can be copied.

        A worker or handler that lets a ``UserProblem`` out has the same done for it.
        """

    def copy(self, text: str, what: str) -> None:
        """Copy to the clipboard; ``what`` names it in the message."""

    def open_in_browser(self, url: str) -> None:
        """Open a web page, or copy its address where there is no browser."""

    @property
    def can_edit(self) -> bool:
        """Whether the terminal can be lent to an editor."""

    def edit(self, file: Path, line: int = 0, column: int = 0) -> None:
        """Open a file in the user's editor; returns when the editor ends."""

    def run_in_terminal(self, command: Sequence[str]) -> int | None:
        """Suspend the app and run a command that prints lines; returns its exit code.

        None if the terminal cannot be lent. Raises OSError if the command does not start.
        """

    def hold_keys(self, opening: Hashable) -> None:
        """Hold keys from now on: they are for what opens."""

    def release_keys(self, opening: Hashable) -> None:
        """Hand on the held keys: what ``opening`` names is there, or will not come."""


class _HasShell(Protocol):
    @property
    def shell(self) -> Shell: ...


def shell_of(node: MessagePump) -> Shell:
    """The shell of the app that a screen or widget belongs to."""
    return cast(_HasShell, node.app).shell


class UsesShell:
    """Gives a screen or widget ``self.shell``; name it before Textual's class."""

    @property
    def shell(self) -> Shell:
        """The app, as this screen sees it."""
        return shell_of(cast(MessagePump, self))


@dataclass(frozen=True, slots=True)
class SandboxInfo:
    """A sandbox's facts: what the header shows, and where its files are."""

    project: str
    root: Path
    identifier: str
    target: str
    stack_name: str
    branch: str = ""
    sandbox_dir: Path = Path()
    aws: AwsTarget | None = None
    """The account that it is deployed to; None on the local cloud."""
    edited_file: str = "amplify/data/resource.ts"
    """A file to edit, for hints; relative to the root."""


class Controls(Protocol):
    """The running sandbox's controls; all calls return at once."""

    def redeploy(self) -> None:
        """Deploy again, though nothing changed."""

    def answer(self, allowed: bool, how: str = "") -> None:
        """Answer the open question, saying how it was answered."""

    def recreate(self) -> None:
        """Delete everything and deploy again."""

    def stream_function_logs(self, on: bool, names: Sequence[str] | None = None) -> None:
        """Show what the functions log from now on (these alone, all by none), or no longer."""

    def stop(self) -> None:
        """End the loop; what CloudFormation is doing goes on there."""

    def join(self, seconds: float) -> bool:
        """Wait for the end; False if it takes longer."""


class Past(Protocol):
    """The journal's past; each call reads the disk, so it belongs in a thread."""

    def deployments(self) -> Sequence[DeploymentRecord]:
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
    """The sandbox's GraphQL API for the playground; blocks. Raises UserProblem."""
    open_pool: Callable[[], OpenedPool]
    """The sandbox's user pool; blocks. Raises UserProblem."""
    open_functions: Callable[[], OpenedFunctions]
    """The sandbox's functions; blocks. Raises UserProblem."""
    open_branches: Callable[[], OpenedBranches]
    """The project's environments; blocks. Raises UserProblem."""


class Starter(Protocol):
    """The steps from a folder to a running sandbox; each may block, so each runs in a thread.

    All raise UserProblem for what the user must fix first.
    """

    def prepare(self) -> Session:
        """Find and check the project; starts nothing."""

    def choose_target(self, session: Session, target: Target) -> Session:
        """Take the user's choice and save it for the project."""

    def profiles(self) -> Sequence[str]:
        """The AWS profiles on this machine."""

    def open(self, session: Session, emit: Emit) -> OpenedSandbox:
        """Start the sandbox's loop; it says by events how it goes."""

    def planned(self, language: str) -> Sequence[str]:
        """The steps that creating a project in the current folder takes, a line each."""

    def scaffold(self, language: str, say: Callable[[str], None]) -> None:
        """Create a new project in the current folder."""

    def install(
        self,
        root: Path | None,
        say: Callable[[str], None],
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Install the project's npm packages."""
