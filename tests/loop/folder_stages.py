"""Small real stages: the backend is a text file, deploying it copies it into a folder."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from workbench.aws.target import AwsTarget
from workbench.loop.event_sink import EventHub
from workbench.loop.options import SandboxOptions
from workbench.loop.sandbox import Sandbox
from workbench.loop.stages import Prepared
from workbench.model.deployment import (
    Diff,
    Effect,
    Failure,
    LiveResource,
    Loss,
    Method,
    ResourceChange,
)
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
        target=AwsTarget(),
        target_chosen=True,
    )


@dataclass
class FolderStages:
    """``backend.ts`` holding ``!synth`` or ``!type`` is wrong; ``!lose`` would lose a table."""

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

    @property
    def live(self) -> Path:
        return self.root / ".live"

    def _text(self) -> str:
        return (self.root / "amplify" / "backend.ts").read_text()

    async def open(self) -> None:
        return None

    async def reconnect(self) -> None:
        return None

    async def synth(self, deployment: int) -> SynthResult:
        self.synths += 1
        text = self._text()
        await asyncio.sleep(self.synth_seconds)
        if "!synth" in text:
            wrong = Diagnostic("error", "Unexpected token", file="amplify/backend.ts", line=1)
            return SynthResult(None, (wrong,), 0.0)
        out = self.root / ".assembly"
        out.write_text(text)
        return SynthResult(out, (), self.synth_seconds)

    async def check(self, deployment: int) -> CheckResult:
        text = self._text()
        await asyncio.sleep(self.check_seconds)
        if "!type" in text:
            wrong = Diagnostic("error", "Type 'a' is not 'b'", code="TS2322", line=1)
            return CheckResult((wrong,), 0.0)
        return CheckResult((), 0.0)

    def prepare(self, assembly: Path, deployment: int) -> Prepared:
        text = assembly.read_text()
        if self.live.exists() and self.live.read_text() == text:
            return Prepared(Diff(), Method.NONE)
        change = ResourceChange((), "File", "app/File", "Test::File", Effect.UPDATE)
        losses = (Loss("app/Table", "Test::Table", "t", "it goes"),) if "!lose" in text else ()
        return Prepared(Diff((change,)), Method.CLOUDFORMATION, ("copy",), losses, text)

    def publish(self, prepared: Prepared, deployment: int) -> tuple[Prepared, str]:
        if self.publish_fails:
            raise RuntimeError("the bucket said no")
        self.published.append(str(prepared.plan))
        return prepared, "1 of 1 published"

    def execute(self, prepared: Prepared, deployment: int) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if self.execute_seconds:
            self.release.wait(self.execute_seconds)
        if "!fail" in str(prepared.plan):
            self.at_once -= 1
            raise RuntimeError("the disk said no")
        self.live.write_text(str(prepared.plan))
        self.deployed.append(str(prepared.plan))
        self.at_once -= 1

    def place_empty_outputs(self) -> None:
        (self.root / "amplify_outputs.json").touch()

    def ensure_outputs(self, deployment: int) -> None:
        (self.root / "amplify_outputs.json").touch()

    def adopt(self, deployment: int) -> None:
        self.busy = False

    def is_busy(self) -> bool:
        return self.busy

    def delete(self, deployment: int) -> None:
        self.live.unlink(missing_ok=True)
        self.deleted += 1

    def contents(self) -> tuple[Loss, ...]:
        return (Loss("app/Table", "Test::Table", "t", "deleted", "3 items"),)

    def resources(self) -> ResourcesListed | None:
        file = LiveResource((), "File", "app/File", "Test::File", "UPDATE_COMPLETE", "f")
        return ResourcesListed(at=time.time(), stack_name="stack", resources=(file,))

    def explain(self, error: Exception) -> Failure:
        offer = "recreate" if self.offer_recreate else ""
        return Failure("It failed", str(error), "Save again", offer=offer)

    async def close(self) -> None:
        return None


class Running:
    """A sandbox that runs as a task, with what it said so far."""

    def __init__(self, root: Path, stages: FolderStages, options: SandboxOptions) -> None:
        self.root = root
        self.stages = stages
        self.events: list[AnyEvent] = []
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()

        def make(_session: Session, _options: SandboxOptions, _hub: EventHub) -> FolderStages:
            return stages

        self.sandbox = Sandbox(make_session(root), options, self._take, make_stages=make)
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

    async def until(self, holds: object, seconds: float = 10.0) -> None:
        async with asyncio.timeout(seconds):
            while not holds():  # type: ignore[operator]
                self._changed.clear()
                await self._changed.wait()

    async def stop(self) -> None:
        self.sandbox.stop()
        async with asyncio.timeout(10):
            await self.task
