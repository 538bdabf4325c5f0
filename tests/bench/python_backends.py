"""Measure Python backends: synth cold and warm, a save to its deployment, cost by models.

    python -m tests.bench.python_backends [--saves 8] [--without-loop]

The project is the scaffolded chat application; for the cost by models its data is replaced by as
many models with an owner, a relation and an index. Prints Markdown.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.loop_process import Ours
from workbench.localcloud.lifecycle import stop
from workbench.model.events import AnyEvent
from workbench.project.models import Project
from workbench.project.node_runtime import NodeRuntime, find_node
from workbench.project.scaffold import scaffold
from workbench.synth.synthesizer import Synthesizer

MODELS = (1, 10, 50, 200)
WARM = 5
CONTEXT = {
    "amplify-backend-namespace": "chat",
    "amplify-backend-name": "bench",
    "amplify-backend-type": "sandbox",
}
MODEL = """
class Thing{n}(Model, rules=[allow.owner(), allow.authenticated().to("read")],
               indexes=[index("kind", sort="rank")]):
    kind: str
    rank: int | None
    note: str | None
    parts: "list[Part{n}]" = has_many("thing_id")


class Part{n}(Model, rules=[allow.owner()]):
    thing_id: Id | None
    thing: "Thing{n} | None" = belongs_to("thing_id")
"""


def main() -> int:
    """Run what the flags ask for and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.python_backends")
    parser.add_argument("--saves", type=int, default=8, help="edits of the chat's model")
    parser.add_argument("--without-loop", action="store_true", help="only synth")
    arguments = parser.parse_args()
    node = find_node()
    lines = [
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, Node {'.'.join(map(str, node.version))}.",
        "",
    ]
    with tempfile.TemporaryDirectory(prefix="amplify-tui-bench-") as home:
        project = scaffold(Path(home) / "chat", "python", _quiet_line)
        cold, warm = asyncio.run(synth_seconds(project, node))
        lines += ["| synth | cold | warm |", "|---|---|---|"]
        lines.append(f"| the chat application | {cold:.2f} s | {warm:.2f} s |")
        for count in MODELS:
            sized = _sized(Path(home) / f"models-{count}", count)
            cold, warm = asyncio.run(synth_seconds(sized, node))
            lines.append(f"| {count} models | {cold:.2f} s | {warm:.2f} s |")
        if not arguments.without_loop:
            first, saves = _saves(project, arguments.saves)
            lines += [
                "",
                f"First deployment, from the start of the command: {first:.2f} s. A field added to a "  # noqa: E501
                f"model, save to deployed: {statistics.median(saves):.2f} s "
                f"({min(saves):.2f} to {max(saves):.2f}, {len(saves)} saves).",
            ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


async def synth_seconds(project: Project, node: NodeRuntime) -> tuple[float, float]:
    """The first synth in a new process, and the median of the next ones."""
    synthesizer = Synthesizer(project, node.executable, _quiet, rehearsals=0)
    try:
        took = []
        for _ in range(1 + WARM):
            began = time.perf_counter()
            result = await synthesizer.synth(CONTEXT, project.assembly_dir)
            assert result.assembly is not None, result.diagnostics
            took.append(time.perf_counter() - began)
    finally:
        await synthesizer.close()
    return took[0], statistics.median(took[1:])


def _sized(root: Path, count: int) -> Project:
    """A project whose API has ``count`` models, in pairs but for a single one."""
    project = scaffold(root, "python", _quiet_line)
    names = [name for n in range((count + 1) // 2) for name in (f"Thing{n}", f"Part{n}")]
    text = "from amplify_tui import Id, Model, allow, belongs_to, define_data, has_many, index\n"
    if count == 1:
        names = ["Thing0"]
        text += "class Thing0(Model, rules=[allow.owner()]):\n    kind: str\n"
    else:
        text += "".join(MODEL.format(n=n) for n in range(count // 2))
    text += f"data = define_data(models=[{', '.join(names)}], default_authorization='user_pool')\n"
    (project.amplify_dir / "data" / "resource.py").write_text(text)
    return project


def _saves(project: Project, count: int) -> tuple[float, list[float]]:
    began = time.perf_counter()
    loop = Ours(project.root)
    try:
        loop.deployed(timeout=120)
        first = time.perf_counter() - began
        loop.watching(timeout=60)
        resource = project.amplify_dir / "data" / "resource.py"
        took = []
        for number in range(count):
            time.sleep(1.5)
            text = resource.read_text()
            began = time.perf_counter()
            resource.write_text(
                text.replace("    text: str\n", f"    text: str\n    more{number}: str | None\n", 1)
            )
            loop.deployed(timeout=60)
            took.append(time.perf_counter() - began)
            loop.watching(timeout=60)
        return first, took
    finally:
        loop.process.stop()
        stop(project.local_cloud_dir)


def _quiet(_event: AnyEvent) -> None:
    """Only times are wanted."""


def _quiet_line(_line: str) -> None:
    """Only times are wanted."""


if __name__ == "__main__":
    sys.exit(main())
