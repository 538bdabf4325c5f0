"""A scripted engine for the screens: the events of real deployments, at fixed times.

The real engine is driven in ``test_terminal.py``; here each event is chosen so that every pane has
something to show and snapshots stay the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

from screens.app import WorkbenchApp
from screens.ports import OpenedSandbox, SandboxInfo
from screens.sandbox.view_state import deployment_state
from screens.themes import load_themes
from workbench.aws.target import LocalTarget, Target
from workbench.branches.context import OpenedBranches
from workbench.functions.open_functions import OpenedFunctions
from workbench.journal.records import DeploymentRecord, StageTiming
from workbench.model.deployment import (
    DeploymentResult,
    Diff,
    Effect,
    Failure,
    LiveResource,
    Loss,
    Method,
    PropertyChange,
    ResourceChange,
    ResourceProgress,
)
from workbench.model.diagnostics import Diagnostic
from workbench.model.events import (
    AnyEvent,
    ConfirmationNeeded,
    DeploymentFinished,
    DeploymentStarted,
    DiagnosticsReported,
    DiffComputed,
    Emit,
    Level,
    LocalCloudReported,
    LogLine,
    LoopState,
    OutputsWritten,
    PlanMade,
    ResourceProgressed,
    ResourcesListed,
    Stage,
    StageFinished,
    StageStarted,
    StateChanged,
    StepFinished,
    StepStarted,
    Trigger,
)
from workbench.model.user_problem import UserProblem
from workbench.playground.api import PlaygroundApi
from workbench.project.models import BackendIdentity, Project
from workbench.project.node_runtime import NodeRuntime
from workbench.project.settings import Settings
from workbench.startup import Session
from workbench.users.open_pool import OpenedPool

NOW = 1_790_000_000.0


def no_api() -> PlaygroundApi:
    """A scripted sandbox has no API; the playground is tested on the local cloud's."""
    raise UserProblem("This sandbox is scripted.", "Open a real one.")


def no_pool() -> OpenedPool:
    """Nor has it a user pool."""
    raise UserProblem("This sandbox is scripted.", "Open a real one.")


def no_functions() -> OpenedFunctions:
    """Of a test that opens no functions pane."""
    raise UserProblem("There are no functions.", "Define some.")


def no_branches() -> OpenedBranches:
    """Nor environments."""
    raise UserProblem("This sandbox is scripted.", "Open a real one.")


STACK = "amplify-quickstart-me-sandbox-9c60c3d084"
DATA = ("data7552DF31",)
TODO = ("data7552DF31", "amplifyDataTodo72C6B9F4")
AUTH = ("auth179371D7",)
RESOURCES: tuple[tuple[tuple[str, ...], str, str, str, str], ...] = (
    ((), "auth179371D7", "auth.NestedStack/auth.NestedStackResource", "AWS::CloudFormation::Stack", f"{STACK}-auth179371D7-1Q"),  # noqa: E501
    (AUTH, "UserPool", "auth/amplifyAuth/UserPool/Resource", "AWS::Cognito::UserPool", "us-east-1_Zx81kPq2L"),  # noqa: E501
    (AUTH, "AppClient", "auth/amplifyAuth/UserPoolAppClient/Resource", "AWS::Cognito::UserPoolClient", "4c1q7v3f0k2m8d5s9r6t1w3y5z"),  # noqa: E501
    (AUTH, "IdentityPool", "auth/amplifyAuth/IdentityPool", "AWS::Cognito::IdentityPool", "us-east-1:6c6e2a30-3d1f-4a34-9a86-2f4b1c0d9e11"),  # noqa: E501
    (AUTH, "AuthRole", "auth/amplifyAuth/authenticatedUserRole/Resource", "AWS::IAM::Role", f"{STACK}-authenticatedUserRole"),  # noqa: E501
    ((), "data7552DF31", "data.NestedStack/data.NestedStackResource", "AWS::CloudFormation::Stack", f"{STACK}-data7552DF31-9F"),  # noqa: E501
    (DATA, "Api", "data/amplifyData/GraphQLAPI/Resource", "AWS::AppSync::GraphQLApi", "q3x7vd2rzbg5"),  # noqa: E501
    (DATA, "Schema", "data/amplifyData/GraphQLAPI/TransformerSchema", "AWS::AppSync::GraphQLSchema", "q3x7vd2rzbg5GraphQLSchema"),  # noqa: E501
    (DATA, "amplifyDataTodo72C6B9F4", "data/amplifyData/Todo.NestedStack/Todo.NestedStackResource", "AWS::CloudFormation::Stack", f"{STACK}-data-Todo-5K"),  # noqa: E501
    (TODO, "TodoTable", "data/amplifyData/Todo/TodoTable/Default/Default", "Custom::AmplifyDynamoDBTable", "Todo-q3x7vd2rzbg5-NONE"),  # noqa: E501
    (TODO, "TodoDataSource", "data/amplifyData/Todo/TodoDataSource/Resource", "AWS::AppSync::DataSource", "TodoTable"),  # noqa: E501
    (TODO, "getTodo", "data/amplifyData/Todo/queryGetTodoResolver", "AWS::AppSync::Resolver", "Query.getTodo"),  # noqa: E501
    (TODO, "listTodos", "data/amplifyData/Todo/queryListTodosResolver", "AWS::AppSync::Resolver", "Query.listTodos"),  # noqa: E501
    (TODO, "createTodo", "data/amplifyData/Todo/mutationCreateTodoResolver", "AWS::AppSync::Resolver", "Mutation.createTodo"),  # noqa: E501
    (DATA, "Bucket", "data/modelIntrospectionSchemaBucket/Resource", "AWS::S3::Bucket", "amplify-quickstart-me-introspection-7d1c2"),  # noqa: E501
)  # fmt: skip


def resources(status: str = "CREATE_COMPLETE", console: bool = False) -> tuple[LiveResource, ...]:
    return tuple(
        LiveResource(
            stack,
            logical_id,
            f"{STACK}/{path}",
            kind,
            status,
            physical_id,
            f"https://console.aws.amazon.com/{logical_id}" if console else "",
        )
        for stack, logical_id, path, kind, physical_id in RESOURCES
    )


def first_diff() -> Diff:
    return Diff(
        changes=tuple(
            ResourceChange(stack, logical_id, f"{STACK}/{path}", kind, Effect.CREATE)
            for stack, logical_id, path, kind, _ in RESOURCES
        ),
        assets=("0a91", "4c7f", "b2e0"),
        first=True,
    )


def model_diff(*, replaces: bool = False) -> Diff:
    schema = ResourceChange(
        DATA,
        "Schema",
        f"{STACK}/data/amplifyData/GraphQLAPI/TransformerSchema",
        "AWS::AppSync::GraphQLSchema",
        Effect.UPDATE,
        (PropertyChange("DefinitionS3Location", "schema 3f0c9a1b", "schema 91d07e52"),),
    )
    table = ResourceChange(
        TODO,
        "TodoTable",
        f"{STACK}/data/amplifyData/Todo/TodoTable/Default/Default",
        "Custom::AmplifyDynamoDBTable",
        Effect.REPLACE if replaces else Effect.UPDATE,
        (
            PropertyChange(
                "globalSecondaryIndexes", None, "byOwner (owner, createdAt)", replaces=replaces
            ),
        ),
        holds_data=True,
        physical_id="Todo-q3x7vd2rzbg5-NONE",
    )
    return Diff(changes=(schema, table), assets=("91d07e52",), outputs=("data:schemaS3Uri",))


def log(at: float, text: str, source: str = "synth", level: Level = Level.INFO) -> LogLine:
    return LogLine(at=at, level=level, source=source, text=text, deployment=1)


def first_deployment(start: float = NOW) -> list[AnyEvent]:
    """The first deployment of the quickstart, from start to watching."""
    n = 1
    events: list[AnyEvent] = [
        StateChanged(at=start, state=LoopState.STARTING, detail="starting the local cloud"),
        LocalCloudReported(at=start, status="running", endpoint="http://127.0.0.1:45661"),
        DeploymentStarted(at=start, deployment=n, trigger=Trigger("start")),
        StateChanged(at=start, state=LoopState.SYNTHESIZING, deployment=n),
        StageStarted(at=start, deployment=n, stage=Stage.SYNTH),
        StageStarted(at=start, deployment=n, stage=Stage.TYPE_CHECK),
        log(start + 0.4, "defineBackend: auth, data"),
        StageFinished(at=start + 1.9, deployment=n, stage=Stage.SYNTH, seconds=1.9, ok=True),
        DiagnosticsReported(at=start + 1.9, deployment=n, source="synth", diagnostics=()),
        StateChanged(at=start + 1.9, state=LoopState.CHECKING, deployment=n),
        StageFinished(
            at=start + 2.4,
            deployment=n,
            stage=Stage.TYPE_CHECK,
            seconds=2.4,
            ok=True,
            note="4 files",
        ),
        DiagnosticsReported(at=start + 2.4, deployment=n, source="types", diagnostics=()),
        StageStarted(at=start + 2.4, deployment=n, stage=Stage.DIFF),
        DiffComputed(at=start + 2.41, deployment=n, diff=first_diff()),
        PlanMade(
            at=start + 2.42,
            deployment=n,
            method=Method.CLOUDFORMATION,
            steps=("publish 3 assets", f"deploy {STACK}"),
        ),
        StageFinished(at=start + 2.42, deployment=n, stage=Stage.DIFF, seconds=0.02, ok=True),
        StateChanged(at=start + 2.42, state=LoopState.DEPLOYING, deployment=n),
        StageStarted(at=start + 2.42, deployment=n, stage=Stage.ASSETS),
        StageFinished(
            at=start + 2.6, deployment=n, stage=Stage.ASSETS, seconds=0.18, ok=True, note="3 of 3"
        ),
        StageStarted(at=start + 2.6, deployment=n, stage=Stage.DEPLOY),
        StepStarted(at=start + 2.6, deployment=n, step=1, title=f"Deploy {STACK}"),
    ]
    for index, one in enumerate(resources()):
        progress = ResourceProgress(
            one.stack, one.logical_id, one.construct_path, one.type, one.status, one.physical_id
        )
        events.append(
            ResourceProgressed(at=start + 2.7 + index * 0.05, deployment=n, resource=progress)
        )
    events += [
        StepFinished(
            at=start + 3.6, deployment=n, step=1, title=f"Deploy {STACK}", seconds=1.0, ok=True
        ),
        StageFinished(at=start + 3.6, deployment=n, stage=Stage.DEPLOY, seconds=1.0, ok=True),
        StageFinished(at=start + 3.7, deployment=n, stage=Stage.OUTPUTS, seconds=0.04, ok=True),
        OutputsWritten(at=start + 3.7, deployment=n, path="amplify_outputs.json"),
        ResourcesListed(at=start + 3.7, deployment=n, stack_name=STACK, resources=resources()),
        DeploymentFinished(
            at=start + 3.7, deployment=n, result=DeploymentResult.SUCCEEDED, seconds=3.7
        ),
        StateChanged(at=start + 3.7, state=LoopState.WATCHING),
    ]
    return events


def save_begins(start: float = NOW + 60, number: int = 2) -> list[AnyEvent]:
    """A saved model: synth and diff are done, the deployment runs."""
    return [
        DeploymentStarted(
            at=start, deployment=number, trigger=Trigger("save", ("amplify/data/resource.ts",))
        ),
        StateChanged(at=start, state=LoopState.SYNTHESIZING, deployment=number),
        StageStarted(at=start, deployment=number, stage=Stage.SYNTH),
        StageStarted(at=start, deployment=number, stage=Stage.TYPE_CHECK),
        StageFinished(at=start + 0.5, deployment=number, stage=Stage.SYNTH, seconds=0.48, ok=True),
        StageFinished(
            at=start + 0.5,
            deployment=number,
            stage=Stage.TYPE_CHECK,
            seconds=0.31,
            ok=True,
            note="1 file",
        ),
        StageFinished(at=start + 0.5, deployment=number, stage=Stage.DIFF, seconds=0.01, ok=True),
        DiffComputed(at=start + 0.5, deployment=number, diff=model_diff()),
        PlanMade(
            at=start + 0.5,
            deployment=number,
            method=Method.HOTSWAP,
            steps=("publish 1 asset", "swap the schema"),
        ),
        StateChanged(at=start + 0.5, state=LoopState.DEPLOYING, deployment=number),
        StageFinished(
            at=start + 0.6,
            deployment=number,
            stage=Stage.ASSETS,
            seconds=0.05,
            ok=True,
            note="1 of 12",
        ),
        StageStarted(at=start + 0.6, deployment=number, stage=Stage.DEPLOY),
        StepStarted(at=start + 0.6, deployment=number, step=1, title="Swap the GraphQL schema"),
        log(start + 0.6, "schema 91d07e52 uploaded", "deploy"),
        log(start + 0.65, "retrying after a throttled call", "deploy", Level.WARNING),
    ]


def save_ends(start: float = NOW + 60, number: int = 2) -> list[AnyEvent]:
    return [
        StepFinished(
            at=start + 0.9,
            deployment=number,
            step=1,
            title="Swap the GraphQL schema",
            seconds=0.3,
            ok=True,
        ),
        StageFinished(at=start + 0.9, deployment=number, stage=Stage.DEPLOY, seconds=0.3, ok=True),
        StageFinished(
            at=start + 0.9, deployment=number, stage=Stage.OUTPUTS, seconds=0.01, ok=True
        ),
        DeploymentFinished(
            at=start + 0.92, deployment=number, result=DeploymentResult.SUCCEEDED, seconds=0.92
        ),
        StateChanged(at=start + 0.92, state=LoopState.WATCHING),
    ]


SAVED = first_deployment() + save_begins() + save_ends()
"""The first deployment, and a save that was hot-swapped."""


def type_error(start: float = NOW + 120, number: int = 3) -> list[AnyEvent]:
    """A save that does not type-check."""
    found = Diagnostic(
        severity="error",
        message="Type 'string' is not assignable to type 'ModelField<Nullable<string>>'.",
        code="TS2322",
        file="amplify/data/resource.ts",
        line=8,
        column=7,
        hint="Fields are made with `a`: write `content: a.string()`.",
    )
    return [
        DeploymentStarted(
            at=start, deployment=number, trigger=Trigger("save", ("amplify/data/resource.ts",))
        ),
        StateChanged(at=start, state=LoopState.SYNTHESIZING, deployment=number),
        StageStarted(at=start, deployment=number, stage=Stage.SYNTH),
        StageFinished(at=start + 0.5, deployment=number, stage=Stage.SYNTH, seconds=0.47, ok=True),
        StageFinished(
            at=start + 0.6,
            deployment=number,
            stage=Stage.TYPE_CHECK,
            seconds=0.6,
            ok=False,
            note="1 error",
        ),
        DiagnosticsReported(
            at=start + 0.6, deployment=number, source="types", diagnostics=(found,)
        ),
        DeploymentFinished(
            at=start + 0.6, deployment=number, result=DeploymentResult.FAILED, seconds=0.6
        ),
        StateChanged(at=start + 0.6, state=LoopState.FAILED, detail="the types do not check"),
    ]


FAILURE = Failure(
    title="The user pool could not be updated.",
    reason="Cognito refuses to change the sign-in attributes of a pool that exists: "
    "Updates are not allowed for property - UsernameAttributes.",
    fix="Undo the change in amplify/auth/resource.ts, or recreate the sandbox.",
    construct_path=f"{STACK}/auth/amplifyAuth/UserPool/Resource",
    logical_id="UserPool",
    type="AWS::Cognito::UserPool",
    offer="recreate",
)


def failed_resource(start: float = NOW + 120, number: int = 3) -> list[AnyEvent]:
    """A resource that AWS refuses, with an offer."""
    progress = ResourceProgress(
        AUTH,
        "UserPool",
        f"{STACK}/auth/amplifyAuth/UserPool/Resource",
        "AWS::Cognito::UserPool",
        "UPDATE_FAILED",
        "us-east-1_Zx81kPq2L",
        "Updates are not allowed for property - UsernameAttributes.",
    )
    return [
        DeploymentStarted(
            at=start, deployment=number, trigger=Trigger("save", ("amplify/auth/resource.ts",))
        ),
        StateChanged(at=start, state=LoopState.DEPLOYING, deployment=number),
        StageFinished(at=start + 0.5, deployment=number, stage=Stage.SYNTH, seconds=0.5, ok=True),
        StageStarted(at=start + 0.6, deployment=number, stage=Stage.DEPLOY),
        ResourceProgressed(at=start + 1.1, deployment=number, resource=progress),
        StageFinished(at=start + 1.3, deployment=number, stage=Stage.DEPLOY, seconds=0.7, ok=False),
        DeploymentFinished(
            at=start + 1.3,
            deployment=number,
            result=DeploymentResult.FAILED,
            seconds=1.3,
            failure=FAILURE,
        ),
        StateChanged(at=start + 1.3, state=LoopState.FAILED),
    ]


def losing_save(start: float = NOW + 120, number: int = 3) -> list[AnyEvent]:
    """A save that would replace a table with data: the engine asks."""
    loss = Loss(
        f"{STACK}/data/amplifyData/Todo/TodoTable/Default/Default",
        "Custom::AmplifyDynamoDBTable",
        "Todo-q3x7vd2rzbg5-NONE",
        "a changed index replaces the table",
        "214 items",
    )
    return [
        DeploymentStarted(
            at=start, deployment=number, trigger=Trigger("save", ("amplify/data/resource.ts",))
        ),
        StageFinished(at=start + 0.5, deployment=number, stage=Stage.SYNTH, seconds=0.5, ok=True),
        DiffComputed(at=start + 0.5, deployment=number, diff=model_diff(replaces=True)),
        StateChanged(at=start + 0.5, state=LoopState.NEEDS_YOU, deployment=number),
        ConfirmationNeeded(at=start + 0.5, deployment=number, question="losses", losses=(loss,)),
    ]


@dataclass
class ScriptedControls:
    """Remembers what the screen asked for."""

    asked: list[str] = field(default_factory=list)

    def redeploy(self) -> None:
        self.asked.append("redeploy")

    def answer(self, allowed: bool, how: str = "") -> None:
        self.asked.append(f"answer {allowed}: {how}")

    def recreate(self) -> None:
        self.asked.append("recreate")

    def stream_function_logs(self, on: bool, names: Sequence[str] | None = None) -> None:
        which = "" if not names else f" of {', '.join(names)}"
        self.asked.append(f"function logs {on}{which}")

    def stop(self) -> None:
        self.asked.append("stop")

    def join(self, seconds: float) -> bool:
        return "stop" in self.asked


def record_of(number: int, events: Sequence[AnyEvent]) -> DeploymentRecord:
    """What the journal keeps of a deployment beside its events."""
    state = deployment_state(number, events)
    return DeploymentRecord(
        number=number,
        trigger=state.trigger,
        started=state.started,
        finished=state.started + state.seconds,
        result=state.result,
        method=state.method,
        stages=tuple(
            StageTiming(each.stage, each.seconds or 0.0, bool(each.ok), each.note, each.skipped)
            for each in state.stages.values()
        ),
        failure=state.failure,
    )


@dataclass
class ScriptedPast:
    """What a journal would have."""

    stories: dict[int, list[AnyEvent]] = field(default_factory=dict)

    def deployments(self) -> Sequence[DeploymentRecord]:
        return [record_of(number, events) for number, events in self.stories.items()]

    def events_of(self, number: int) -> Iterable[AnyEvent]:
        return self.stories.get(number, [])

    def resources(self) -> ResourcesListed | None:
        return None


@dataclass
class ScriptedStarter:
    """Starts at once, or stops with a problem until it is mended."""

    folder: Path
    problem: UserProblem | None = None
    target_chosen: bool = True
    past: ScriptedPast = field(default_factory=ScriptedPast)
    controls: ScriptedControls = field(default_factory=ScriptedControls)
    chosen: list[Target] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    slow_install: bool = False
    emit: Emit | None = None
    open_api: Callable[[], PlaygroundApi] = no_api
    open_pool: Callable[[], OpenedPool] = no_pool
    open_functions: Callable[[], OpenedFunctions] = no_functions
    open_branches: Callable[[], OpenedBranches] = no_branches

    def prepare(self) -> Session:
        if self.problem is not None:
            raise self.problem
        project = Project(self.folder, self.folder / "amplify/backend.ts", "quickstart")
        node = NodeRuntime(Path("/usr/bin/node"), (20, 0, 0), ("npm",))
        return Session(
            project, BackendIdentity("quickstart", "me"), node, LocalTarget(""), self.target_chosen
        )

    def choose_target(self, session: Session, target: Target) -> Session:
        self.chosen.append(target)
        return session

    def profiles(self) -> Sequence[str]:
        return ["default", "staging", "work"]

    def open(self, session: Session, emit: Emit) -> OpenedSandbox:
        self.emit = emit
        info = SandboxInfo(
            project="quickstart",
            root=self.folder,
            identifier="me",
            target="local cloud",
            stack_name=STACK,
            branch="main",
            sandbox_dir=self.folder / ".amplify/workbench/me/local",
        )
        return OpenedSandbox(
            info,
            self.controls,
            self.past,
            self.open_api,
            self.open_pool,
            self.open_functions,
            self.open_branches,
        )

    def planned(self, language: str) -> Sequence[str]:
        return [f"writes amplify/ in {language}"]

    def scaffold(self, language: str, say: Callable[[str], None]) -> None:
        self.mended.append(f"scaffold {language}")
        say("wrote amplify/backend.ts")

    def install(
        self,
        root: Path | None,
        say: Callable[[str], None],
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self.mended.append("install")
        if self.slow_install:
            deadline = monotonic() + 30
            while not cancelled() and monotonic() < deadline:
                sleep(0.02)
            self.mended.append("stopped")
            raise UserProblem("The installation was stopped.", "Go on.", offer="install")
        say("added 812 packages")
        self.problem = None


def scripted_app(
    starter: ScriptedStarter,
    *,
    theme: str = "dark",
    now: float = NOW + 61.2,
    settings: Settings | None = None,
    remember: Callable[[str], None] | None = None,
    unasked_seconds: float = 0.0,
) -> WorkbenchApp:
    themes, _ = load_themes()
    return WorkbenchApp(
        starter,
        themes=themes,
        theme=theme,
        clock=lambda: now,
        settings=settings,
        remember_theme=remember,
        unasked_seconds=unasked_seconds,
    )
