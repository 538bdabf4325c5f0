"""What the engine says while it works: one immutable event for each thing that happened.

Every stage emits events; the journal stores them, the screens and the headless commands show them.
They are plain dataclasses so that importing this module stays cheap before the first paint.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from workbench.model.clock import clock
from workbench.model.deployment import (
    DeploymentResult,
    Diff,
    Failure,
    LiveResource,
    Loss,
    Method,
    ResourceProgress,
)
from workbench.model.diagnostics import Diagnostic


class LoopState(StrEnum):
    """The one state of a sandbox loop, as the header shows it."""

    STARTING = "starting"
    WATCHING = "watching"
    SYNTHESIZING = "synthesizing"
    CHECKING = "checking"
    DEPLOYING = "deploying"
    FAILED = "failed"
    NEEDS_YOU = "needs you"
    ATTACHED = "attached"
    STOPPED = "stopped"


class Stage(StrEnum):
    """The stages of one deployment; synth and type check run side by side."""

    SYNTH = "synth"
    TYPE_CHECK = "type check"
    DIFF = "diff"
    ASSETS = "assets"
    DEPLOY = "deploy"
    OUTPUTS = "outputs"


class Level(StrEnum):
    """How much a log line matters."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Trigger:
    """Why a deployment began; ``paths`` are relative to the project's root."""

    kind: Literal["start", "save", "branch", "secret", "manual", "recreate", "adopt"]
    paths: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The reason in a few words, such as ``saved amplify/backend.ts and 1 more``."""
        if self.kind == "save" and self.paths:
            first, *others = self.paths
            return f"saved {first}" + (f" and {len(others)} more" if others else "")
        return {
            "start": "start",
            "save": "saved",
            "branch": "branch switched",
            "secret": "secret changed",
            "manual": "asked for",
            "recreate": "recreate",
            "adopt": "adopted a running deployment",
        }[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events: ``at`` in seconds since the epoch, ``deployment`` its number or None."""

    at: float
    deployment: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChanged(Event):
    """The loop entered a state."""

    state: LoopState
    detail: str = ""
    kind: Literal["state"] = "state"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentStarted(Event):
    """A change (or the start) began a deployment."""

    trigger: Trigger
    kind: Literal["deployment-started"] = "deployment-started"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStarted(Event):
    """A stage of the current deployment began."""

    stage: Stage
    kind: Literal["stage-started"] = "stage-started"


CANCELLED = "cancelled"
"""The note of a stage that a newer save or the end of the loop cut short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFinished(Event):
    """A stage ended; ``ok`` is False where it found or met an error.

    ``skipped``: it was not done, for the reason that ``note`` gives.
    """

    stage: Stage
    seconds: float
    ok: bool
    note: str = ""
    skipped: bool = False
    kind: Literal["stage-finished"] = "stage-finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticsReported(Event):
    """Synth or the type check reported what is wrong in the user's files (empty: all clear)."""

    source: Literal["synth", "types"]
    diagnostics: tuple[Diagnostic, ...]
    kind: Literal["diagnostics"] = "diagnostics"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffComputed(Event):
    """What the deployment will change."""

    diff: Diff
    kind: Literal["diff"] = "diff"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMade(Event):
    """How the change will be deployed, as display lines of the plan's instructions.

    ``updates`` are those of them that update the stack, if it takes more than one.
    """

    method: Method
    steps: tuple[str, ...]
    updates: tuple[str, ...] = ()
    kind: Literal["plan"] = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationNeeded(Event):
    """The deployment waits for the user: it would lose data, or needs a recreate."""

    question: Literal["losses", "recreate"]
    losses: tuple[Loss, ...] = ()
    reason: str = ""
    kind: Literal["confirmation-needed"] = "confirmation-needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationAnswered(Event):
    """Whether data may be lost was decided: by the user, a flag, or a newer save.

    ``how`` says by whom or what ("typed Message in /dev/pts/3", "--allow-destroy"); ``losses`` is
    what the decision was about.
    """

    allowed: bool
    question: Literal["losses", "recreate"] = "losses"
    how: str = ""
    losses: tuple[Loss, ...] = ()
    kind: Literal["confirmation-answered"] = "confirmation-answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted(Event):
    """An instruction of the plan began; ``step`` counts from 1."""

    step: int
    title: str
    kind: Literal["step-started"] = "step-started"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinished(Event):
    """An instruction of the plan ended."""

    step: int
    title: str
    seconds: float
    ok: bool
    kind: Literal["step-finished"] = "step-finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceProgressed(Event):
    """A resource of the stack changed its status."""

    resource: ResourceProgress
    kind: Literal["resource"] = "resource"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcesListed(Event):
    """The whole stack's resources as they stand."""

    stack_name: str
    resources: tuple[LiveResource, ...]
    kind: Literal["resources"] = "resources"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputsWritten(Event):
    """``amplify_outputs.json`` was written; not ``changed`` means that it held the same already.

    ``unconnected`` is the configuration file of a front end that still calls AWS, told once.
    """

    path: str
    changed: bool = True
    unconnected: str = ""
    kind: Literal["outputs"] = "outputs"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentFinished(Event):
    """A deployment ended."""

    result: DeploymentResult
    seconds: float
    failure: Failure | None = None
    kind: Literal["deployment-finished"] = "deployment-finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCloudReported(Event):
    """The local cloud's health; ``damages`` says what of its saved files could not be used.

    ``iam``: its callers are held to their policies.
    """

    status: Literal["starting", "running", "stopped", "failed"]
    endpoint: str = ""
    detail: str = ""
    damages: tuple[str, ...] = ()
    iam: bool = True
    kind: Literal["local-cloud"] = "local-cloud"


ENDS_SOON_SECONDS = 600.0
"""So long before a session's end it is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Event):
    """Who deploys to AWS: profile, account, region, and the role's or user's name.

    ``until`` is when they must sign in again, in seconds since the epoch; None if unknown or never.
    """

    profile: str
    account: str
    region: str
    name: str
    until: float | None = None
    kind: Literal["signed-in"] = "signed-in"

    @property
    def ends_soon_at(self) -> float | None:
        """When it is time to say that the session ends."""
        return None if self.until is None else self.until - ENDS_SOON_SECONDS

    @property
    def text(self) -> str:
        """All of it, such as ``dev · 123456789012 · eu-west-1 · Admin · until 14:32``."""
        return " · ".join(self.parts)

    @property
    def parts(self) -> tuple[str, ...]:
        """The words of ``text``."""
        words = (self.profile, self.account, self.region, self.name)
        return (*words, f"until {clock(self.until)}") if self.until is not None else words


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchChanged(Event):
    """Another Git branch is checked out (a short commit where none is); the backend is the same."""

    branch: str
    kind: Literal["branch"] = "branch"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine(Event):
    """A line for the log pane.

    ``source`` names who said it (synth, cloudformation, local cloud).
    """

    level: Level
    source: str
    text: str
    kind: Literal["log"] = "log"


AnyEvent = (
    StateChanged
    | DeploymentStarted
    | StageStarted
    | StageFinished
    | DiagnosticsReported
    | DiffComputed
    | PlanMade
    | ConfirmationNeeded
    | ConfirmationAnswered
    | StepStarted
    | StepFinished
    | ResourceProgressed
    | ResourcesListed
    | OutputsWritten
    | DeploymentFinished
    | LocalCloudReported
    | SignedIn
    | BranchChanged
    | LogLine
)

Emit = Callable[[AnyEvent], None]
"""Where a stage sends its events; safe to call from any thread."""


def discard(_event: AnyEvent) -> None:
    """An emit that drops events."""


__all__ = [
    "CANCELLED",
    "ENDS_SOON_SECONDS",
    "AnyEvent",
    "BranchChanged",
    "ConfirmationAnswered",
    "ConfirmationNeeded",
    "DeploymentFinished",
    "DeploymentStarted",
    "DiagnosticsReported",
    "DiffComputed",
    "Emit",
    "Event",
    "Level",
    "LocalCloudReported",
    "LogLine",
    "LoopState",
    "OutputsWritten",
    "PlanMade",
    "ResourceProgressed",
    "ResourcesListed",
    "SignedIn",
    "Stage",
    "StageFinished",
    "StageStarted",
    "StateChanged",
    "StepFinished",
    "StepStarted",
    "Trigger",
    "discard",
]
