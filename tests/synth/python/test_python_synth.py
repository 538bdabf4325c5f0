"""The warm Python worker on the scaffolded chat application."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from workbench.model.diagnostics import SynthResult
from workbench.model.events import AnyEvent, Level, LogLine
from workbench.project.models import Project
from workbench.project.node_runtime import NodeRuntime
from workbench.project.scaffold import scaffold
from workbench.synth.synthesizer import Synthesizer

CONTEXT = {
    "amplify-backend-namespace": "chat",
    "amplify-backend-name": "me",
    "amplify-backend-type": "sandbox",
}


@dataclass
class Workshop:
    """One project and its synthesizer."""

    project: Project
    synthesizer: Synthesizer
    events: list[AnyEvent] = field(default_factory=list)

    async def synth(self) -> SynthResult:
        return await self.synthesizer.synth(CONTEXT, self.project.assembly_dir)

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.project.amplify_dir / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    def templates(self) -> str:
        """All templates and schemas of the assembly, as one text."""
        files = sorted(self.project.assembly_dir.rglob("*"))
        return "\n".join(
            file.read_text()
            for file in files
            if file.is_file() and file.suffix in (".json", ".graphql")
        )

    def said(self, level: Level) -> list[str]:
        return [
            event.text
            for event in self.events
            if isinstance(event, LogLine) and event.level is level
        ]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def warm(
    tmp_path_factory: pytest.TempPathFactory, node_runtime: NodeRuntime
) -> AsyncIterator[Workshop]:
    project = scaffold(tmp_path_factory.mktemp("python") / "chat", "python", lambda _: None)
    # A front end beside the backend, as Vite's templates declare it.
    (project.root / "package.json").write_text('{"type": "module"}')
    events: list[AnyEvent] = []
    synthesizer = Synthesizer(project, node_runtime.executable, events.append, rehearsals=0)
    yield Workshop(project, synthesizer, events)
    await synthesizer.close()


@pytest.fixture
def workshop(warm: Workshop) -> Workshop:
    """The files as they were scaffolded, and nothing said yet."""
    for file in warm.project.amplify_dir.rglob("*"):
        if file.is_file():
            file.unlink()
    fresh = warm.project.root / "fresh"
    if not fresh.exists():
        scaffold(fresh, "python", lambda _: None)
    for file in (fresh / "amplify").rglob("*.py"):
        target = warm.project.amplify_dir / file.relative_to(fresh / "amplify")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    warm.events.clear()
    return warm


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_each_change_is_evaluated_in_the_same_process(workshop: Workshop) -> None:
    first = await workshop.synth()
    assert first.diagnostics == ()
    assert "type Chat" in workshop.templates()
    assert "amplify/data/resource.py" in first.inputs
    pid = workshop.synthesizer.worker_pid
    workshop.edit("data/resource.py", "    text: str\n", "    text: str\n    mood: str | None\n")
    assert (await workshop.synth()).diagnostics == ()
    assert "mood: String" in workshop.templates()
    workshop.edit("data/resource.py", "    mood: str | None\n", "")
    assert (await workshop.synth()).diagnostics == ()
    assert "mood" not in workshop.templates()
    assert workshop.synthesizer.worker_pid == pid
    assert not list(workshop.project.amplify_dir.rglob("__pycache__"))


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (
            ("data/resource.py", 'has_many("chat_id")', 'has_many("chat")'),
            "DefinitionError",
            "chat",
        ),
        (("data/resource.py", "    text: str\n", "    text: set\n"), "DefinitionError", "set"),
        (("data/resource.py", "class Chat(Model", "class Chat(Model("), "SyntaxError", ""),
        (
            ("backend.py", "from auth.resource", "from auth.nothing"),
            "ModuleNotFound",
            "auth.nothing",
        ),
        (("custom/map.py", "map_name=", "mapname="), "TypeError", "mapname"),
        (("backend.py", "add_map(backend)", "raise ValueError('mine')"), "ValueError", "mine"),
        (("backend.py", "add_map(backend)", "raise SystemExit(3)"), "ProcessExit", "ended"),
    ],
)
async def test_a_mistake_is_told_at_its_line_and_the_worker_goes_on(
    workshop: Workshop, change: tuple[str, str, str], code: str, words: str
) -> None:
    file, old, new = change
    await workshop.synth()
    before = workshop.templates()
    workshop.edit(file, old, new)
    text = (workshop.project.amplify_dir / file).read_text()
    failed = await workshop.synth()
    assert failed.assembly is None
    wrong = failed.diagnostics[0]
    assert (wrong.code, wrong.file) == (code, f"amplify/{file}")
    assert words in wrong.message
    assert 0 < wrong.line <= len(text.splitlines())
    assert workshop.templates() == before
    workshop.edit(file, new, old)
    assert (await workshop.synth()).diagnostics == ()


async def test_what_user_code_prints_is_logged_and_corrupts_nothing(workshop: Workshop) -> None:
    workshop.edit(
        "backend.py",
        "add_map(backend)",
        "add_map(backend)\nimport sys, os\nprint('{\"id\": 1}')\nos.write(1, b'raw\\n')\n"
        "print('to stderr', file=sys.stderr)",
    )
    assert (await workshop.synth()).diagnostics == ()
    await asyncio.sleep(0.3)
    assert '{"id": 1}' in workshop.said(Level.INFO)
    assert "raw" in workshop.said(Level.INFO)
    assert "to stderr" in workshop.said(Level.WARNING)


async def test_the_introspection_needs_no_npm(workshop: Workshop) -> None:
    await workshop.synth()
    (schema,) = [
        file
        for file in workshop.project.assembly_dir.rglob("*.graphql")
        if "@model" in file.read_text()
    ]
    found = await workshop.synthesizer.introspect(schema.read_text())
    models = found["models"]
    assert isinstance(models, dict)
    assert set(models) == {"Chat", "Message"}
    with pytest.raises(RuntimeError, match="cannot be read"):
        await workshop.synthesizer.introspect("type {")


async def test_an_endless_loop_is_ended(workshop: Workshop, node_runtime: NodeRuntime) -> None:
    workshop.edit("backend.py", "add_map(backend)", "while True: pass")
    hasty = Synthesizer(
        workshop.project, node_runtime.executable, workshop.events.append, timeout=1, rehearsals=0
    )
    try:
        (wrong,) = (await hasty.synth(CONTEXT, Path(workshop.project.root) / "other")).diagnostics
        assert wrong.code == "SynthTimeout"
        assert hasty.worker_pid is None
    finally:
        await hasty.close()


async def test_the_manifest_names_the_sandboxs_stack(workshop: Workshop) -> None:
    await workshop.synth()
    manifest = json.loads((workshop.project.assembly_dir / "manifest.json").read_text())
    stacks = [
        name
        for name, each in manifest["artifacts"].items()
        if each["type"] == "aws:cloudformation:stack"
    ]
    assert len(stacks) == 1
    assert stacks[0].startswith("amplify-chat-me-sandbox-")
