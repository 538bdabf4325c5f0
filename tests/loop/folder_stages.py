"""Small real stages: the backend is a text file, and deploying it keeps it in another one."""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.deploy.hand_made import STACK, Writer, live_from
from workbench.aws.target import AwsTarget
from workbench.deploy.assembly.assembly import read_assembly
from workbench.deploy.diff.diff import compute_diff
from workbench.deploy.live.models import LiveStack
from workbench.deploy.live.resources import list_resources
from workbench.deploy.plan.data_loss import losses_of_deployment
from workbench.deploy.plan.plan import make_plan
from workbench.function_logs.functions import LoggedFunction
from workbench.loop.event_sink import EventSink
from workbench.loop.options import SandboxOptions
from workbench.loop.sandbox import Sandbox
from workbench.loop.stages import Prepared, Stages
from workbench.model.deployment import Failure, Loss
from workbench.model.diagnostics import CheckResult, Diagnostic, SynthResult
from workbench.model.events import (
    AnyEvent,
    DeploymentFinished,
    LoopState,
    ResourcesListed,
    StateChanged,
)
from workbench.project.models import BackendIdentity, Project
from workbench.project.node_runtime import NodeRuntime
from workbench.startup import Session


def make_session(root: Path) -> Session:
    amplify = root / "amplify"
    amplify.mkdir(exist_ok=True, parents=True)
    backend = amplify / "backend.ts"
    if not backend.exists():
        backend.write_text("one")
    return Session(
        project=Project(root, backend, "app"),
        identity=BackendIdentity("app", "me"),
        node=NodeRuntime(Path("/bin/true"), (20, 0, 0), ("npm",)),
        target=AwsTarget(region="us-east-1", account="111122223333"),
        target_chosen=True,
    )


@dataclass
class FolderStages:
    """Both halves of a sandbox: the backend is a text file, which deploying keeps in another one.

    Assemblies, diffs, plans and losses are real. ``backend.ts`` holding ``!synth`` or ``!type`` is
    wrong, ``!fail`` fails to deploy, and one with ``!lose`` has no table any more.
    """

    root: Path
    synth_seconds: float = 0.05
    execute_seconds: float = 0.0
    release: threading.Event = field(default_factory=threading.Event)
    at_once: int = 0
    most_at_once: int = 0
    deployed: list[str] = field(default_factory=list)
    synths: int = 0
    busy: bool = False
    deleted: int = 0
    offer_recreate: bool = False
    check_seconds: float = 0.0
    publish_fails: bool = False
    published: list[str] = field(default_factory=list)
    logged: list[LoggedFunction] = field(default_factory=list)
    log_service: Any = None
    in_steps: bool = False
    """Whether the stack is updated several times, and may be superseded in between."""

    def stages(self, _session: Session, _options: SandboxOptions, _sink: EventSink) -> Stages:
        return Stages(self, self)

    # the code

    def warm(self) -> None:
        return None

    async def synth(self, context: Mapping[str, object], deployment: int) -> SynthResult:
        self.synths += 1
        text = self._text()
        await asyncio.sleep(self.synth_seconds)
        if "!synth" in text:
            wrong = Diagnostic("error", "Unexpected token", file="amplify/backend.ts", line=1)
            return SynthResult(None, (wrong,), 0.0)
        resources = {"File": {"Type": "Custom::File", "Properties": {"Text": text}}}
        if "!lose" not in text:
            resources["Orders"] = {"Type": "AWS::DynamoDB::Table", "Properties": {}}
        folder = Path(tempfile.mkdtemp(dir=self.root)) / "assembly"
        Writer(folder).write({"Resources": resources})
        return SynthResult(folder, (), self.synth_seconds)

    async def check(self, deployment: int, synth: Awaitable[object]) -> CheckResult:
        text = self._text()
        await asyncio.sleep(self.check_seconds)
        if "!type" in text:
            wrong = Diagnostic("error", "Type 'a' is not 'b'", code="TS2322", line=1)
            return CheckResult((wrong,), 0.0)
        return CheckResult((), 0.0)

    async def close(self) -> None:
        return None

    # the functions' logs

    def functions(self) -> tuple[LoggedFunction, ...]:
        return tuple(self.logged)

    @property
    def logs(self) -> Any:
        return self.log_service

    def live_logs(self) -> Any:
        return self.log_service

    @property
    def is_local(self) -> bool:
        return True

    # the target, and the stack on it

    def connect(self) -> FolderStages:
        return self

    def explain(self, error: Exception) -> Failure:
        offer: Literal["", "recreate"] = "recreate" if self.offer_recreate else ""
        return Failure("It failed", str(error), "Save again", offer=offer)

    def synth_context(self) -> Mapping[str, object]:
        return {}

    def prepare(self, assembly: Path) -> Prepared:
        new, live = read_assembly(assembly, STACK), self._live()
        diff = compute_diff(live, new)
        plan = make_plan(diff, new, live, target_kind="local")
        return Prepared(diff, plan, losses_of_deployment(diff, live))

    def publish(self, prepared: Prepared) -> str:
        if self.publish_fails:
            raise RuntimeError("the bucket said no")
        self.published.append(_text_of(prepared))
        return "1 of 1 published"

    def execute(self, prepared: Prepared, deployment: int, superseded: Callable[[], bool]) -> bool:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if self.execute_seconds:
            self.release.wait(self.execute_seconds)
        self.at_once -= 1
        if self.in_steps and superseded():
            return False
        text = _text_of(prepared)
        if "!fail" in text:
            raise RuntimeError("the disk said no")
        self._live_file.write_text(live_from(prepared.plan.assembly).model_dump_json(by_alias=True))
        self.deployed.append(text)
        return True

    def write_missing_outputs(self, deployment: int) -> None:
        return None

    def is_busy(self) -> bool:
        return self.busy

    def adopt(self, deployment: int) -> None:
        self.busy = False

    def delete(self, deployment: int) -> None:
        self._live_file.unlink(missing_ok=True)
        self.deleted += 1

    def losses_of_deletion(self) -> tuple[Loss, ...]:
        return (Loss("Orders", "AWS::DynamoDB::Table", "orders-1", "deleted", "3 items"),)

    def resources(self) -> ResourcesListed | None:
        live = self._live()
        if live is None:
            return None
        listed = list_resources(live, None, AwsTarget())
        return ResourcesListed(at=time.time(), stack_name=STACK, resources=listed)

    @property
    def _live_file(self) -> Path:
        return self.root / ".live"

    def _live(self) -> LiveStack | None:
        if not self._live_file.exists():
            return None
        return LiveStack.model_validate_json(self._live_file.read_text())

    def _text(self) -> str:
        return (self.root / "amplify" / "backend.ts").read_text()


def _text_of(prepared: Prepared) -> str:
    return str(prepared.plan.assembly.root.template.resources["File"].properties["Text"])


class Running:
    """A sandbox that runs as a task, with what it said so far."""

    def __init__(self, root: Path, stages: FolderStages, options: SandboxOptions) -> None:
        self.root = root
        self.stages = stages
        self.events: list[AnyEvent] = []
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()

        self.sandbox = Sandbox(make_session(root), options, self._take, make=stages.stages)
        self.task = asyncio.create_task(self.sandbox.run())

    def _take(self, event: AnyEvent) -> None:
        self.events.append(event)
        self._loop.call_soon_threadsafe(self._changed.set)

    def save(self, text: str) -> None:
        (self.root / "amplify" / "backend.ts").write_text(text)

    @property
    def finished(self) -> list[DeploymentFinished]:
        return [event for event in self.events if isinstance(event, DeploymentFinished)]

    @property
    def states(self) -> list[LoopState]:
        return [event.state for event in self.events if isinstance(event, StateChanged)]

    async def until(self, holds: Callable[[], bool], seconds: float = 10.0) -> None:
        async with asyncio.timeout(seconds):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    async def idle(self) -> None:
        """Wait until every save so far is deployed or found unchanged."""
        async with asyncio.timeout(20):
            await self.sandbox.idle()

    async def stop(self) -> None:
        self.sandbox.stop()
        async with asyncio.timeout(10):
            await self.task
