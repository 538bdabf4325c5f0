"""The product's own engine on the AWS under test, without a project's code being evaluated."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.aws_moto.aws import REGION
from tests.aws_moto.backends import IDENTIFIER, NAMESPACE, Backend
from workbench.aws.clients import Clients
from workbench.aws.target import AwsTarget
from workbench.deploy.live.models import LiveStack
from workbench.loop.event_sink import EventSink
from workbench.loop.options import SandboxOptions
from workbench.loop.project_stages import SessionTarget
from workbench.loop.sandbox import Sandbox
from workbench.loop.sandbox_stack import SandboxStack
from workbench.loop.stages import Prepared, Stages
from workbench.model.diagnostics import CheckResult, SynthResult
from workbench.model.events import AnyEvent, DeploymentFinished
from workbench.project.models import BackendIdentity, Project
from workbench.project.node_runtime import NodeRuntime
from workbench.redaction.redactor import Redactor
from workbench.startup import Session
from workbench.synth.python.diagnostics import introspect_python


def make_session(root: Path, target: AwsTarget) -> Session:
    """A project of its own in ``root``: the sandbox that the backends here are synthesised for."""
    amplify = root / "amplify"
    amplify.mkdir(parents=True, exist_ok=True)
    backend = amplify / "backend.py"
    if not backend.exists():
        backend.write_text("")
    (root / "pyproject.toml").write_text(f'[project]\nname = "{NAMESPACE}"\nversion = "1"\n')
    return Session(
        project=Project(root, backend, NAMESPACE),
        identity=BackendIdentity(NAMESPACE, IDENTIFIER),
        node=NodeRuntime(Path("/bin/true"), (22, 0, 0), ("npm",)),
        target=target,
        target_chosen=True,
    )


@dataclass
class Deployer:
    """Deploys assemblies, stage by stage and without a loop around it; keeps the events."""

    root: Path
    target: AwsTarget
    options: SandboxOptions = field(default_factory=SandboxOptions)
    events: list[AnyEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session = make_session(self.root, self.target)
        self.clients = Clients(self.target)
        self.stack = self._new_stack()
        self._numbers = itertools.count(1)
        self.backend = Backend.load("python")
        """What was deployed last."""

    @property
    def stack_name(self) -> str:
        """The root stack's name."""
        return self.session.stack_name

    def restart(self) -> None:
        """As a new session begins: nothing is remembered but what is on disk."""
        self.clients = Clients(self.target)
        self.stack = self._new_stack()

    def prepare(self, backend: Backend) -> Prepared:
        """Compare and plan."""
        folder = self.root / ".amplify" / f"assembly-{next(self._numbers)}"
        return self.stack.prepare(backend.write(folder))

    def deploy(self, backend: Backend) -> Prepared:
        """Deploy; returns what was planned. Raises what the deployment raises."""
        self.events.clear()
        prepared = self.prepare(backend)
        self.backend = backend.copy()
        self.stack.execute(prepared, 1)
        return prepared

    def edited(self) -> Backend:
        """What was deployed last, to be edited and deployed again."""
        return self.backend.copy()

    def delete(self) -> None:
        """Delete the sandbox."""
        self.stack.delete(1)

    def live(self) -> LiveStack | None:
        """What stands, as the product reads it."""
        return self.stack._read_live()

    @property
    def outputs(self) -> dict[str, Any]:
        """``amplify_outputs.json``."""
        return dict(json.loads((self.root / "amplify_outputs.json").read_text("utf-8")))

    def _new_stack(self) -> SandboxStack:
        sink = EventSink(self.events.append, Redactor())
        return SandboxStack(self.session, self.clients, self.options, sink, introspect_python)


@dataclass
class AssemblyEvaluator:
    """Evaluates a project to the backend that ``backend`` holds; a save is a call of ``save``."""

    root: Path
    backend: Backend
    evaluations: int = 0

    def warm(self) -> None:
        """Nothing to start."""

    async def synth(self, _context: Mapping[str, object], _deployment: int) -> SynthResult:
        self.evaluations += 1
        folder = self.root / ".amplify" / f"evaluated-{self.evaluations}"
        return SynthResult(self.backend.write(folder), (), 0.0)

    async def check(self, _deployment: int, synth: Awaitable[object]) -> CheckResult:
        return CheckResult((), 0.0)

    async def close(self) -> None:
        """Nothing to end."""


class Loop:
    """The whole loop of ``amplify-tui sandbox`` in a thread; saves go through the real watcher."""

    def __init__(
        self,
        root: Path,
        target: AwsTarget,
        backend: Backend,
        options: SandboxOptions | None = None,
        emit: Callable[[AnyEvent], None] = lambda _: None,
    ) -> None:
        self.root = root
        self.events: list[AnyEvent] = []
        self.evaluator = AssemblyEvaluator(root, backend)
        self._emit = emit
        self._changed = threading.Condition()
        self.session = make_session(root, target)
        self.sandbox = Sandbox(
            self.session, options or SandboxOptions(), self._take, make=self._stages
        )
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self.sandbox.run()), name="loop", daemon=True
        )

    def __enter__(self) -> Loop:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.sandbox.stop()
        self._thread.join(20)

    def save(self, backend: Backend) -> None:
        """Save a file, which evaluates to this backend."""
        self.evaluator.backend = backend
        saved = self.root.with_name(f"{self.root.name}-saved.py")
        saved.write_text(f"# {self.evaluator.evaluations}\n")
        saved.replace(self.session.project.backend_file)  # one event, however slow the machine is

    @property
    def finished(self) -> list[DeploymentFinished]:
        """The deployments that have ended."""
        return [event for event in list(self.events) if isinstance(event, DeploymentFinished)]

    def until_finished(self, count: int, seconds: float = 60) -> DeploymentFinished:
        """Wait for the ``count``-th deployment to end."""
        self.until(lambda: len(self.finished) >= count, seconds)
        return self.finished[count - 1]

    def until_seen(self) -> None:
        """Wait until every save so far was deployed or found unchanged."""
        running = self.sandbox._loop
        assert running is not None
        asyncio.run_coroutine_threadsafe(self.sandbox.idle(), running).result(20)

    def until_asked(self) -> None:
        """Wait until the loop has heard of a save while it deploys."""
        running, asked = self.sandbox._loop, self.sandbox._requests
        assert running is not None
        hearing = asked.until(lambda: asked.supersedes)
        asyncio.run_coroutine_threadsafe(hearing, running).result(20)

    def until(self, holds: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until it holds, asked after each event."""
        with self._changed:
            assert self._changed.wait_for(holds, seconds), self.events[-5:]

    def _take(self, event: AnyEvent) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()
        self._emit(event)

    def _stages(self, session: Session, options: SandboxOptions, sink: EventSink) -> Stages:
        return Stages(self.evaluator, SessionTarget(session, options, sink, introspect_python))


def aws_target(profile: str, region: str = REGION) -> AwsTarget:
    """The target that ``--profile`` gives, once connected."""
    return AwsTarget(profile=profile, region=region)
