"""Assemblies of the real quickstart, synthesised with its real packages, and their deployment."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from workbench.aws.clients import Clients
from workbench.deploy.assembly.assembly import Assembly, read_assembly
from workbench.deploy.diff.diff import compute_diff
from workbench.deploy.execute.execute import execute
from workbench.deploy.live.models import LiveStack
from workbench.deploy.live.reader import read_live
from workbench.deploy.live.snapshot import snapshot_file
from workbench.deploy.outputs.outputs import OutputsRequest
from workbench.deploy.plan.instructions import Plan
from workbench.deploy.plan.plan import make_plan
from workbench.model.deployment import Diff
from workbench.model.events import AnyEvent
from workbench.project.identity import cdk_context, sandbox_identity, stack_name
from workbench.project.locate import find_project
from workbench.project.node_runtime import NodeRuntime
from workbench.synth.synthesizer import Synthesizer

Answer = TypeVar("Answer")
QUICKSTART = Path(__file__).parents[1] / "quickstart"


class Backend:
    """One project that is edited and synthesised again and again in one warm worker."""

    def __init__(self, root: Path, node: Path) -> None:
        self.root = root
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        project = find_project(root)
        self._identity = sandbox_identity(project, "tester")
        self.stack_name = stack_name(self._identity)
        self._synthesizer = self._run(self._make(project, node))
        self._count = 0

    async def _make(self, project: Any, node: Path) -> Synthesizer:
        return Synthesizer(project, node, lambda _: None, rehearsals=0)

    def _run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(120)

    def reset(self) -> None:
        """The quickstart's own files again."""
        shutil.rmtree(self.root / "amplify")
        shutil.copytree(QUICKSTART / "amplify", self.root / "amplify")

    def write(self, path: str, text: str) -> None:
        file = self.root / "amplify" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.root / "amplify" / path
        text = file.read_text("utf-8")
        assert old in text, f"{path} has no {old!r}"
        file.write_text(text.replace(old, new), encoding="utf-8")

    def synth(self) -> Assembly:
        self._count += 1
        outdir = self.root / ".amplify" / f"cdk.out-{self._count}"
        outdir.parent.mkdir(exist_ok=True)
        result = self._run(self._synthesizer.synth(cdk_context(self._identity, None), outdir))
        assert result.assembly is not None, result.diagnostics
        return read_assembly(result.assembly, self.stack_name)

    def introspect(self, schema: str) -> dict[str, Any]:
        return dict(self._run(self._synthesizer.introspect(schema)))

    def close(self) -> None:
        self._run(self._synthesizer.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


@dataclass
class Deployer:
    """Deploys assemblies to one local cloud as the sandbox loop does, and keeps the events."""

    clients: Clients
    backend: Backend
    folder: Path
    events: list[AnyEvent] = field(default_factory=list)

    @property
    def snapshot(self) -> Path:
        return snapshot_file(self.folder)

    @property
    def outputs_file(self) -> Path:
        return self.folder / "amplify_outputs.json"

    def live(self) -> LiveStack | None:
        return read_live(self.clients, self.backend.stack_name, self.snapshot)

    def existing(self) -> LiveStack:
        """The stack, which must be there."""
        found = self.live()
        assert found is not None
        return found

    def plan(self, assembly: Assembly, **options: Any) -> tuple[Diff, Plan]:
        live = self.live()
        diff = compute_diff(live, assembly)
        return diff, make_plan(diff, assembly, live, target_kind="local", **options)

    def deploy(self, assembly: Assembly, **options: Any) -> Plan:
        _, plan = self.plan(assembly, **options)
        self.events.clear()
        execute(
            plan,
            self.clients,
            self.events.append,
            snapshot=self.snapshot,
            outputs=OutputsRequest(self.folder, self.backend.introspect),
        )
        return plan

    def outputs(self) -> dict[str, Any]:
        return dict(json.loads(self.outputs_file.read_text("utf-8")))


@pytest.fixture(scope="session")
def session_backend(
    npm_modules: Path, node_runtime: NodeRuntime, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    root = tmp_path_factory.mktemp("backend") / "quickstart"
    shutil.copytree(QUICKSTART, root)
    (root / "node_modules").symlink_to(npm_modules, target_is_directory=True)
    # CDK bundles functions only in a folder with a lock file.
    (root / "package-lock.json").write_text('{"lockfileVersion": 3}')
    backend = Backend(root, node_runtime.executable)
    yield backend
    backend.close()


@pytest.fixture
def backend(session_backend: Backend) -> Backend:
    """The quickstart with its own files; editing it is each test's business."""
    session_backend.reset()
    return session_backend


@pytest.fixture(scope="session")
def quickstart(session_backend: Backend) -> Assembly:
    """The assembly of the untouched quickstart."""
    session_backend.reset()
    return session_backend.synth()


@pytest.fixture
def clients(local_clients: Clients) -> Clients:
    return local_clients


@pytest.fixture
def deployer(clients: Clients, session_backend: Backend, tmp_path: Path) -> Deployer:
    return Deployer(clients, session_backend, tmp_path / "sandbox")


@pytest.fixture
def deployed(deployer: Deployer, quickstart: Assembly) -> Deployer:
    """A local cloud with the quickstart deployed to it."""
    deployer.deploy(quickstart)
    return deployer


@pytest.fixture
def no_events() -> Callable[[AnyEvent], None]:
    return lambda _event: None
