"""Reduces the events so far to the state that the panes show.

Pure: no widgets, no I/O, no clock. The same reduction serves the running sandbox and an old
deployment, from the journal's events.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from workbench.model.deployment import (
    DeploymentResult,
    Diff,
    Failure,
    LiveResource,
    Method,
    ResourceProgress,
    StackPath,
)
from workbench.model.diagnostics import Diagnostic
from workbench.model.events import (
    AnyEvent,
    BranchChanged,
    ConfirmationAnswered,
    ConfirmationNeeded,
    DeploymentFinished,
    DeploymentStarted,
    DiagnosticsReported,
    DiffComputed,
    LocalCloudReported,
    LogLine,
    LoopState,
    OutputsWritten,
    PlanMade,
    ResourceProgressed,
    ResourcesListed,
    SignedIn,
    Stage,
    StageFinished,
    StageStarted,
    StateChanged,
    StepFinished,
    StepStarted,
    Trigger,
)

if TYPE_CHECKING:
    from workbench.journal.records import DeploymentRecord

ResourceKey = tuple[StackPath, str]
"""A resource's place: its stack and its logical id."""


class Part(StrEnum):
    """A part of the screen that an event can change."""

    HEADER = "header"
    STAGES = "stages"
    DIFF = "diff"
    RESOURCES = "resources"
    HISTORY = "history"
    PROBLEMS = "problems"
    QUESTION = "question"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class StageRecord:
    """One stage of a deployment; ``seconds`` is None while it runs."""

    stage: Stage
    started: float
    seconds: float | None = None
    ok: bool | None = None
    note: str = ""
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One instruction of the plan; ``seconds`` is None while it runs."""

    title: str
    started: float
    seconds: float | None = None
    ok: bool | None = None


@dataclass(slots=True)
class DeploymentState:
    """One deployment as the screen shows it."""

    number: int
    started: float = 0.0
    trigger: Trigger = field(default_factory=lambda: Trigger("start"))
    stages: dict[Stage, StageRecord] = field(default_factory=dict)
    steps: dict[int, StepRecord] = field(default_factory=dict)
    plan: tuple[str, ...] = ()
    method: Method | None = None
    diff: Diff | None = None
    progress: dict[ResourceKey, ResourceProgress] = field(default_factory=dict)
    diagnostics: dict[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    result: DeploymentResult | None = None
    seconds: float = 0.0
    failure: Failure | None = None
    decisions: tuple[ConfirmationAnswered, ...] = ()
    """Whether data might be lost, as decided, with what it was about."""


ACTIVE_STATES = frozenset(
    {LoopState.STARTING, LoopState.SYNTHESIZING, LoopState.CHECKING, LoopState.DEPLOYING}
)
RUNS_THIS = " runs this sandbox"
"""The end of an attached terminal's detail, after who runs it."""
_STATES = {state.value: state for state in LoopState}
HISTORY_LENGTH = 200


@dataclass(slots=True)
class SandboxState:
    """The whole sandbox as the screen shows it."""

    loop: LoopState = LoopState.STARTING
    detail: str = ""
    loop_since: float = 0.0
    current: DeploymentState | None = None
    shown_diff: DeploymentState | None = None
    resources: dict[ResourceKey, LiveResource] = field(default_factory=dict)
    stack_name: str = ""
    history: dict[int, DeploymentState] = field(default_factory=dict)
    diagnostics: dict[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    failure: Failure | None = None
    question: ConfirmationNeeded | None = None
    local_cloud: LocalCloudReported | None = None
    signed_in: SignedIn | None = None
    outputs_path: str = ""
    branch: str = ""
    is_attached: bool = False
    warm: set[Stage] = field(default_factory=set)
    """The stages that were done in this session: what they load stays loaded."""
    owner: str = ""
    """Who deploys this sandbox where another terminal does: ``process 7 in /dev/pts/3``."""

    @property
    def needs_sign_in(self) -> bool:
        """Whether nothing can be deployed before the user has signed in to AWS."""
        failure = self.failure if self.loop is LoopState.FAILED else None
        return failure is not None and failure.offer == "login"

    @property
    def is_active(self) -> bool:
        """True while something runs whose elapsed time is worth showing."""
        return self.loop in ACTIVE_STATES

    def apply(self, event: AnyEvent) -> set[Part]:
        """Take in one event; returns the parts of the screen that it changes."""
        match event:
            case LogLine():
                return {Part.LOG}
            case StateChanged():
                return self._state_changed(event)
            case DeploymentStarted():
                return self._deployment_started(event)
            case DeploymentFinished():
                return self._deployment_finished(event)
            case StageStarted() | StageFinished() | StepStarted() | StepFinished() | PlanMade():
                apply_to_deployment(self._deployment(event), event)
                if isinstance(event, StageFinished) and event.note != "cancelled":
                    self.warm.add(event.stage)
                return {Part.STAGES, Part.DIFF} if isinstance(event, PlanMade) else {Part.STAGES}
            case DiagnosticsReported():
                self.diagnostics = {**self.diagnostics, event.source: event.diagnostics}
                apply_to_deployment(self._deployment(event), event)
                return {Part.PROBLEMS}
            case DiffComputed():
                deployment = self._deployment(event)
                apply_to_deployment(deployment, event)
                self.shown_diff = deployment
                return {Part.DIFF, Part.STAGES}
            case ConfirmationNeeded():
                self.question = event
                return {Part.QUESTION, Part.HEADER, Part.PROBLEMS}
            case ConfirmationAnswered():
                self.question = None
                if event.deployment is not None:
                    apply_to_deployment(self._deployment(event), event)
                return {Part.QUESTION, Part.HEADER, Part.PROBLEMS}
            case ResourceProgressed():
                deployment = self._deployment(event)
                apply_to_deployment(deployment, event)
                self._progress(event.resource)
                return {Part.RESOURCES, Part.STAGES, Part.DIFF}
            case ResourcesListed():
                self.resources = {(one.stack, one.logical_id): one for one in event.resources}
                self.stack_name = event.stack_name
                return {Part.RESOURCES}
            case OutputsWritten():
                self.outputs_path = event.path
                return {Part.STAGES}
            case LocalCloudReported():
                self.local_cloud = event
                return {Part.HEADER, Part.PROBLEMS}
            case SignedIn():
                self.signed_in = event
                return {Part.HEADER}
            case BranchChanged():
                self.branch = event.branch
                return {Part.HEADER}

    # -- one event each ---------------------------------------------------------------------------

    def _state_changed(self, event: StateChanged) -> set[Part]:
        state, detail = event.state, event.detail
        self.is_attached = state is LoopState.ATTACHED
        if self.is_attached and detail in _STATES:
            # Following another terminal: its own state comes in the detail.
            state, detail = _STATES[detail], ""
        elif self.is_attached:
            self.owner = detail.removesuffix(RUNS_THIS)
        if state != self.loop:
            self.loop_since = event.at
        self.loop, self.detail = state, detail
        parts = {Part.HEADER, Part.STAGES, Part.PROBLEMS}
        if state != LoopState.NEEDS_YOU and self.question is not None:
            self.question = None
            parts.add(Part.QUESTION)
        return parts

    def _deployment_started(self, event: DeploymentStarted) -> set[Part]:
        deployment = self._deployment(event)
        deployment.started, deployment.trigger = event.at, event.trigger
        self.current = deployment
        self.failure = None
        return {Part.HEADER, Part.STAGES, Part.HISTORY, Part.PROBLEMS}

    def _deployment_finished(self, event: DeploymentFinished) -> set[Part]:
        deployment = self._deployment(event)
        apply_to_deployment(deployment, event)
        self.question = None
        # An interrupted deployment is the past of an earlier process, not what is wrong now.
        interrupted = event.result is DeploymentResult.INTERRUPTED
        self.failure = None if interrupted else event.failure
        return {
            Part.HEADER,
            Part.STAGES,
            Part.DIFF,
            Part.HISTORY,
            Part.PROBLEMS,
            Part.QUESTION,
            Part.RESOURCES,
        }

    def _progress(self, progress: ResourceProgress) -> None:
        """Carry a status change into the resource list; a new resource is appended."""
        key = (progress.stack, progress.logical_id)
        known = self.resources.get(key)
        self.resources[key] = LiveResource(
            stack=progress.stack,
            logical_id=progress.logical_id,
            construct_path=progress.construct_path or (known.construct_path if known else ""),
            type=progress.type or (known.type if known else ""),
            status=progress.status,
            physical_id=progress.physical_id or (known.physical_id if known else ""),
            console_url=known.console_url if known else "",
        )

    def _deployment(self, event: AnyEvent) -> DeploymentState:
        """The event's deployment; created at its first event."""
        number = event.deployment
        if number is None:
            number = self.current.number if self.current is not None else 0
        deployment = self.history.get(number)
        if deployment is None:
            deployment = DeploymentState(number=number, started=event.at)
            self.history[number] = deployment
            while len(self.history) > HISTORY_LENGTH:
                del self.history[min(self.history)]
            if self.current is None or number > self.current.number:
                self.current = deployment
        return deployment


def apply_to_deployment(deployment: DeploymentState, event: AnyEvent) -> None:
    """Take one event into a deployment's deployment."""
    match event:
        case DeploymentStarted():
            deployment.started, deployment.trigger = event.at, event.trigger
        case StageStarted():
            deployment.stages[event.stage] = StageRecord(event.stage, event.at)
        case StageFinished():
            begun = deployment.stages.get(event.stage)
            deployment.stages[event.stage] = StageRecord(
                event.stage,
                begun.started if begun else event.at - event.seconds,
                event.seconds,
                event.ok,
                event.note,
                event.skipped,
            )
        case StepStarted():
            deployment.steps[event.step] = StepRecord(event.title, event.at)
        case StepFinished():
            step = deployment.steps.get(event.step)
            deployment.steps[event.step] = StepRecord(
                event.title,
                step.started if step else event.at - event.seconds,
                event.seconds,
                event.ok,
            )
        case PlanMade():
            deployment.plan, deployment.method = event.steps, event.method
        case DiffComputed():
            deployment.diff = event.diff
        case DiagnosticsReported():
            deployment.diagnostics[event.source] = event.diagnostics
        case ResourceProgressed():
            key = (event.resource.stack, event.resource.logical_id)
            known = deployment.progress.get(key)
            # A rollback brings a failed resource back; of this deployment it stays the failed one.
            if known is None or not known.status.endswith("_FAILED"):
                deployment.progress[key] = event.resource
        case ConfirmationAnswered():
            deployment.decisions = (*deployment.decisions, event)
        case DeploymentFinished():
            deployment.result, deployment.seconds = event.result, event.seconds
            deployment.failure = event.failure
        case _:
            pass


def deployment_state(number: int, events: Iterable[AnyEvent]) -> DeploymentState:
    """One deployment's deployment from its events, as the journal has them."""
    deployment = DeploymentState(number=number)
    for event in events:
        apply_to_deployment(deployment, event)
    return deployment


def recorded_state(record: DeploymentRecord) -> DeploymentState:
    """A journal's record as the screens show it; its diff is in the events only."""
    stages = {}
    for timing in record.stages:
        stage = Stage(timing.stage)
        stages[stage] = StageRecord(
            stage, record.started, timing.seconds, timing.ok, timing.note, timing.skipped
        )
    return DeploymentState(
        number=record.number,
        started=record.started,
        trigger=record.trigger,
        stages=stages,
        method=record.method,
        result=record.result,
        seconds=record.seconds or 0.0,
        failure=record.failure,
    )
