"""Synth and type check on a fresh copy of the real quickstart project."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.quickstart_project import QUICKSTART, copy_quickstart
from workbench.model.events import AnyEvent, LogLine
from workbench.project.models import Project
from workbench.project.node_runtime import NodeRuntime
from workbench.synth.synthesizer import Synthesizer

CONTEXT = {
    "amplify-backend-namespace": "quickstart",
    "amplify-backend-name": "me",
    "amplify-backend-type": "sandbox",
}
STACK = "amplify-quickstart-me-sandbox-9c60c3d084"


class Bench:
    """A project, its synthesizer and everything that it said."""

    def __init__(self, project: Project, node: Path) -> None:
        self.project = project
        self.node = node
        self.events: list[AnyEvent] = []
        self.synthesizer = self.another()

    def another(self, **options: float) -> Synthesizer:
        settings = {"rehearsals": 0, **options}
        return Synthesizer(self.project, self.node, self.events.append, **settings)  # type: ignore[arg-type]

    def write(self, name: str, text: str) -> None:
        path = self.project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        return (self.project.root / name).read_text(encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = self.read(name)
        assert old in text
        self.write(name, text.replace(old, new))

    def graphql(self) -> str:
        """The API's schema in the assembly."""
        schemas = self.project.assembly_dir.glob("asset.*.graphql")
        return "\n".join(path.read_text() for path in schemas)

    def lines(self, level: str | None = None) -> str:
        logs = [event for event in self.events if isinstance(event, LogLine)]
        return "\n".join(line.text for line in logs if level in {None, str(line.level)})


def write_small_sources(root: Path) -> None:
    """Replace the backend by plain TypeScript: without Amplify's types a check takes a second.

    ``amplify/data/resource.ts`` calls ``trim()``.
    """
    shutil.rmtree(root / "amplify" / "auth")
    resource = root / "amplify" / "data" / "resource.ts"
    resource.write_text("export const data = ' text '.trim();\n", encoding="utf-8")
    backend = root / "amplify" / "backend.ts"
    backend.write_text("export { data } from './data/resource.js';\n", encoding="utf-8")


@pytest.fixture
def small_project(project: Project) -> Project:
    write_small_sources(project.root)
    return project


@pytest.fixture
def project(npm_project: Path) -> Project:
    (npm_project / "package-lock.json").write_text('{"lockfileVersion": 3}')
    return Project(npm_project, npm_project / "amplify" / "backend.ts", "quickstart")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_bench(
    npm_modules: Path, node_runtime: NodeRuntime, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Bench]:
    root = copy_quickstart(tmp_path_factory.mktemp("warm") / "quickstart", npm_modules)
    made = Bench(
        Project(root, root / "amplify" / "backend.ts", "quickstart"), node_runtime.executable
    )
    yield made
    await made.synthesizer.close()


@pytest_asyncio.fixture(loop_scope="module")
async def warm_bench(module_bench: Bench) -> Bench:
    """The quickstart's own files in a process that runs already; a cold start takes 4 s.

    Its tests run in the module's event loop: ``pytest.mark.asyncio(loop_scope="module")``.
    """
    root = module_bench.project.root
    shutil.rmtree(root / "amplify")
    shutil.copytree(QUICKSTART / "amplify", root / "amplify")
    module_bench.events.clear()
    return module_bench


@pytest_asyncio.fixture
async def bench(project: Project, node_runtime: NodeRuntime) -> AsyncIterator[Bench]:
    made = Bench(project, node_runtime.executable)
    yield made
    await made.synthesizer.close()
