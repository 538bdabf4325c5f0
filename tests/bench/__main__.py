"""Measure amplify-tui against ``ampx sandbox`` on one local cloud; prints Markdown.

    python -m tests.bench [--rounds 5] [--cold 3] [--paints 5] [--without-ampx]

Both watch a copy of the same project, the quickstart with one function. Rounds are interleaved:
an edit for one, then the same edit for the other, while the other idles. The time runs from
the write of the file to the tool's own word that the deployment is finished; after each one the
deployed schema or function is asked whether the edit is really there.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import edits, processes
from tests.bench.first_paint import first_paint
from tests.bench.loop_process import Ampx, Ours
from tests.quickstart_project import cached_node_modules
from workbench.aws.target import LocalTarget
from workbench.localcloud.env_vars import process_environment
from workbench.localcloud.lifecycle import stop
from workbench.project.locate import find_project
from workbench.project.node_runtime import NodeRuntime, find_node

PEER = "bench-ampx"
SETTLE_SECONDS = 2.0
IDLE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Edit:
    """A kind of edit, and how to see that it is deployed."""

    name: str
    make: Callable[[Path, int], None]
    is_live: Callable[[LocalTarget, str, int], bool]


EDITS = (
    Edit("model", edits.edit_model, edits.model_is_live),
    Edit("handler", edits.edit_handler, edits.handler_is_live),
)


@dataclass(frozen=True, slots=True)
class Side:
    """One tool with its copy of the project, its running loop and its stack's name."""

    name: str
    project: Path
    loop: Ours | Ampx
    stack: str


@dataclass(slots=True)
class Figures:
    """Measured values by name; seconds, MB or percent, as the name says."""

    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        """Take a value, and tell it at once."""
        self.values.setdefault(name, []).append(value)
        sys.stderr.write(f"{name}: {value:.2f}\n")

    def median(self, name: str) -> float | None:
        """The median, None where nothing was measured."""
        values = self.values.get(name)
        return statistics.median(values) if values else None

    def span(self, name: str, unit: str, digits: int = 2) -> str:
        """``median (min to max)`` for a table's cell."""
        values = self.values.get(name)
        if not values:
            return ""
        text = f"{statistics.median(values):.{digits}f} {unit}"
        low, high = min(values), max(values)
        return text if len(values) == 1 else f"{text} ({low:.{digits}f} to {high:.{digits}f})"


def main() -> int:
    """Run what the flags ask for and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="edits of each kind for each tool")
    parser.add_argument("--cold", type=int, default=3, help="first deployments from nothing")
    parser.add_argument("--paints", type=int, default=5, help="starts of the app in a terminal")
    parser.add_argument("--without-ampx", action="store_true", help="measure only our side")
    arguments = parser.parse_args()
    node = find_node()
    modules = cached_node_modules(node)
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="amplify-tui-bench-") as home:
        for number in range(arguments.cold):
            measure_cold_start(Path(home) / f"cold-{number}", modules, figures)
        measure_edits(
            Path(home), modules, node, figures, arguments.rounds, peer=not arguments.without_ampx
        )
        measure_paints(Path(home) / "ours", figures, arguments.paints)
    sys.stdout.write(report(figures, node))
    return 0


def measure_cold_start(folder: Path, modules: Path, figures: Figures) -> None:
    """From the command to the end of the first deployment, the local cloud not yet running."""
    project = edits.make_project(folder, modules)
    with _local_cloud_stopped_after(project):
        loop = Ours(project, "--once")
        try:
            figures.add("cold ours", loop.deployed(timeout=300) - loop.process.started)
        finally:
            loop.process.stop()


def measure_edits(
    home: Path, modules: Path, node: NodeRuntime, figures: Figures, rounds: int, *, peer: bool
) -> None:
    """Save to deployed, both tools interleaved, then memory and idle CPU."""
    ours_project = edits.make_project(home / "ours", modules)
    with _local_cloud_stopped_after(ours_project):
        target = edits.local_target(ours_project)
        ours = Ours(ours_project)
        theirs = None
        try:
            ours.deployed(timeout=300)
            sides = [Side("ours", ours_project, ours, edits.stack_of(ours_project, None))]
            if peer:
                peer_project = edits.make_project(home / "ampx", modules)
                variables = process_environment(target, node.environment())
                theirs = Ampx(peer_project, variables, node.executable, PEER)
                figures.add("cold ampx", theirs.deployed(timeout=600) - theirs.process.started)
                theirs.watching(timeout=60)
                stack = edits.stack_of(peer_project, PEER)
                sides.append(Side("ampx", peer_project, theirs, stack))
            for number in range(1, rounds + 1):
                for edit in EDITS:
                    for side in sides:
                        _one_edit(edit, side, number, target, figures)
            _measure_standing(ours_project, ours, theirs, figures)
        finally:
            ours.process.stop()
            if theirs is not None:
                theirs.process.stop()


def _one_edit(edit: Edit, side: Side, number: int, target: LocalTarget, figures: Figures) -> None:
    time.sleep(SETTLE_SECONDS)
    began = time.monotonic()
    edit.make(side.project, number)
    figures.add(f"{edit.name} {side.name}", side.loop.deployed(timeout=300) - began)
    if not edit.is_live(target, side.stack, number):
        raise AssertionError(f"{side.name} says {edit.name} {number} is deployed; it is not there")
    if isinstance(side.loop, Ampx):
        side.loop.watching(timeout=60)


def _measure_standing(project: Path, ours: Ours, theirs: Ampx | None, figures: Figures) -> None:
    time.sleep(SETTLE_SECONDS)
    mine = processes.tree(ours.process.pid)
    server = processes.tree(edits.server_pid(project))
    before, server_before = processes.cpu_seconds(mine), processes.cpu_seconds(server)
    time.sleep(IDLE_SECONDS)
    used, server_used = processes.cpu_seconds(mine), processes.cpu_seconds(server)
    figures.add("idle cpu ours %", (used - before) / IDLE_SECONDS * 100)
    figures.add("idle cpu local cloud %", (server_used - server_before) / IDLE_SECONDS * 100)
    figures.add("memory ours", processes.memory_mb(mine))
    figures.add("memory local cloud", processes.memory_mb(server))
    if theirs is not None:
        figures.add("memory ampx", processes.memory_mb(processes.tree(theirs.process.pid)))


def measure_paints(project: Path, figures: Figures, count: int) -> None:
    """Start the app in a deployed project, again and again."""
    with _local_cloud_stopped_after(project):
        for _ in range(count):
            paint = first_paint(project)
            figures.add("first text", paint.text)
            figures.add("full screen", paint.screen)


def report(figures: Figures, node: NodeRuntime) -> str:
    """The figures as Markdown: median, with the smallest and the largest."""
    lines = [
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, Node {'.'.join(map(str, node.version))}. "
        "Median (smallest to largest).",
        "",
        "| save to deployed | amplify-tui | ampx sandbox | times faster |",
        "|---|---|---|---|",
    ]
    for what, label in (
        ("model", "a field added to a model"),
        ("handler", "a function's handler edited"),
        ("cold", "first deployment, from the command"),
    ):
        ours, theirs = figures.median(f"{what} ours"), figures.median(f"{what} ampx")
        ratio = f"{theirs / ours:.1f}" if ours and theirs else ""
        cells = [label, figures.span(f"{what} ours", "s"), figures.span(f"{what} ampx", "s"), ratio]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "| standing | amplify-tui | local cloud | ampx sandbox |", "|---|---|---|---|"]
    memory = [figures.span(f"memory {who}", "MB", 0) for who in ("ours", "local cloud", "ampx")]
    idle = [figures.span(f"idle cpu {who} %", "%", 1) for who in ("ours", "local cloud")]
    lines.append(f"| memory (proportional) | {' | '.join(memory)} |")
    lines.append(f"| CPU while idle | {' | '.join(idle)} | |")
    lines += ["", "| the app's start | |", "|---|---|"]
    lines.append(f"| first text in the terminal | {figures.span('first text', 's')} |")
    lines.append(f"| the full screen | {figures.span('full screen', 's')} |")
    return "\n".join(lines) + "\n"


@contextmanager
def _local_cloud_stopped_after(project: Path) -> Iterator[None]:
    try:
        yield
    finally:
        stop(find_project(project).local_cloud_dir)


if __name__ == "__main__":
    sys.exit(main())
