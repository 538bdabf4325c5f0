"""What Python packages do when they are imported is part of every save: warm equals fresh."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio

from tests.synth.assemblies import different
from workbench.project.models import Project
from workbench.project.node_runtime import NodeRuntime
from workbench.project.scaffold import scaffold
from workbench.synth.synthesizer import Synthesizer

CONTEXT = {
    "amplify-backend-namespace": "chat",
    "amplify-backend-name": "me",
    "amplify-backend-type": "sandbox",
}

PACKAGES = {
    "dotenv_like": (
        "import os\nfrom pathlib import Path\n"
        "for line in Path('.env').read_text().splitlines():\n"
        "    name, _, value = line.partition('=')\n"
        "    os.environ.setdefault(name, value)\n"
    ),
    "counting": "count = 0\ndef next():\n    global count\n    count += 1\n    return count\n",
    "registry": "import sys\nsys.names = getattr(sys, 'names', []) + ['registered']\nnames = sys.names\n",  # noqa: E501
    "patches": (
        "import json, os, random, decimal\nimport aws_cdk\n"
        "dumps = json.dumps\n"
        "json.dumps = lambda *a, **k: dumps(*a, **k) + ' '\n"
        "before = aws_cdk.Stack.add_metadata\n"
        "wrapped = getattr(aws_cdk.Stack, 'wrapped', 0)\n"
        "aws_cdk.Stack.wrapped = wrapped + 1\n"
        "decimal.getcontext().prec += 1\nprec = decimal.getcontext().prec\n"
        "folder = os.getcwd()\nos.chdir('/')\nmask = os.umask(0o77)\n"
    ),
    "reads_a_file": (
        "import json\nfrom pathlib import Path\n"
        "SETTING = json.loads((Path(__file__).parents[4] / 'settings.json').read_text())\n"
    ),
}

BACKEND = """\
import os
import dotenv_like
from patches import folder, mask, prec, wrapped
import counting
import reads_a_file
import registry
from aws_cdk import CfnOutput, aws_lambda, aws_sqs

from auth.resource import auth
from data.resource import data
from functions.greeting.resource import greeting
from amplify_tui import define_backend

backend = define_backend(auth=auth, data=data, greeting=greeting)
stack = backend.create_stack("seen")
queue = aws_sqs.Queue(stack, "Queue")
seen = [counting.next(), counting.next(), registry.names, wrapped, prec, mask, folder,
        reads_a_file.SETTING, os.environ.get("LEFT"), aws_lambda.Runtime.PYTHON_3_12.name]
CfnOutput(stack, "Seen", value=repr(seen))
os.environ["LEFT"] = "by the run"
"""

GREETING = """\
import os
from amplify_tui import define_function
greeting = define_function(
    name="greeting", environment={"LEVEL": os.environ.get("LEVEL", "missing")}
)
"""


@dataclass
class Saves:
    """A project, its warm synthesizer and how to make a new one."""

    project: Project
    node: Path
    warm: Synthesizer

    async def seen_by_both(self) -> tuple[str, str]:
        """The backend's output and the function's LEVEL, byte for byte those of a new process."""
        warm = await self._assembly(self.warm, "cdk.out")
        new = Synthesizer(self.project, self.node, lambda _: None, rehearsals=0)
        try:
            fresh = await self._assembly(new, "cdk.new")
        finally:
            await new.close()
        assert different(warm, fresh) == []
        outputs, level = "", ""
        for file in warm.glob("*.template.json"):
            template = json.loads(file.read_text())
            outputs += template.get("Outputs", {}).get("Seen", {}).get("Value", "")
            for resource in template.get("Resources", {}).values():
                variables = resource.get("Properties", {}).get("Environment", {})
                level += variables.get("Variables", {}).get("LEVEL", "")
        return outputs, level

    async def _assembly(self, synthesizer: Synthesizer, name: str) -> Path:
        result = await synthesizer.synth(CONTEXT, self.project.assembly_dir.with_name(name))
        assert result.diagnostics == ()
        assert result.assembly is not None
        return result.assembly


@pytest_asyncio.fixture
async def saves(tmp_path: Path, node_runtime: NodeRuntime) -> AsyncIterator[Saves]:
    project = scaffold(tmp_path / "chat", "python", lambda _: None)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = project.root / ".venv" / "lib" / version / "site-packages"
    packages.mkdir(parents=True)
    (project.root / ".venv" / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).parent}\n")
    for name, text in PACKAGES.items():
        (packages / f"{name}.py").write_text(text)
    (project.root / "settings.json").write_text("1")
    (project.root / ".env").write_text("LEVEL=one\n")
    (project.amplify_dir / "backend.py").write_text(BACKEND)
    (project.amplify_dir / "functions/greeting/resource.py").write_text(GREETING)
    warm = Synthesizer(project, node_runtime.executable, lambda _: None, rehearsals=0)
    yield Saves(project, node_runtime.executable, warm)
    await warm.close()


async def test_every_save_sees_what_a_new_process_sees(saves: Saves) -> None:
    root = saves.project.root
    first = await saves.seen_by_both()
    assert first[1] == "one"
    assert first[0].startswith("[1, 2, ['registered'], 0, 29,")
    pid = saves.warm.worker_pid

    assert await saves.seen_by_both() == first
    (root / ".env").write_text("LEVEL=two\n")
    assert await saves.seen_by_both() == (first[0], "two")

    broken = BACKEND + "raise ValueError('after all')\n"
    (saves.project.amplify_dir / "backend.py").write_text(broken)
    failed = await saves.warm.synth(CONTEXT, saves.project.assembly_dir)
    assert "after all" in failed.diagnostics[0].message

    (root / ".env").write_text("")
    other = BACKEND.replace("PYTHON_3_12", "PYTHON_3_13")
    (saves.project.amplify_dir / "backend.py").write_text(other)
    assert (await saves.seen_by_both())[1] == "missing"
    (saves.project.amplify_dir / "backend.py").write_text(BACKEND)
    assert await saves.seen_by_both() == (first[0], "missing")
    assert saves.warm.worker_pid == pid


async def test_what_a_backend_starts_or_ends_is_its_own(saves: Saves) -> None:
    backend = saves.project.amplify_dir / "backend.py"
    await saves.seen_by_both()
    backend.write_text(BACKEND + "import sys\nsys.exit(3)\n")
    ended = await saves.warm.synth(CONTEXT, saves.project.assembly_dir)
    assert ended.diagnostics[0].severity == "error"
    backend.write_text(BACKEND + "os._exit(3)\n")
    gone = await saves.warm.synth(CONTEXT, saves.project.assembly_dir)
    assert "exited with code 3" in gone.diagnostics[0].message
    backend.write_text(BACKEND)
    assert (await saves.seen_by_both())[1] == "one"
