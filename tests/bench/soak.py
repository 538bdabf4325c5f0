"""What a long day leaves: memory of each process and size of ``.amplify`` after many saves.

    python -m tests.bench.soak [--saves 1000] [--language python|typescript]

Each save renames a field of a model and is deployed to the local cloud. Memory is the resident size
after the first saves, the largest after any later one, and the last; MB. Prints Markdown, and exits
with 1 where a process ended more than 30 MB above its size after the first saves.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import edits, processes
from tests.bench.loop_process import Ours
from tests.quickstart_project import cached_node_modules
from workbench.localcloud.lifecycle import stop
from workbench.project.locate import find_project
from workbench.project.models import Project
from workbench.project.node_runtime import find_node
from workbench.project.scaffold import scaffold

FIRST = 25
"""Saves until each process has loaded and compiled what it needs."""

LOOK_EVERY = 25
GROWTH = 30.0
FIELDS = {
    "python": re.compile(r"text\d*: str\n"),
    "typescript": re.compile(r"content\d*: a\.string\(\)"),
}
RENAMED = {"python": "text{n}: str\n", "typescript": "content{n}: a.string()"}


def main() -> int:
    """Run the saves and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak")
    parser.add_argument("--saves", type=int, default=1000)
    parser.add_argument("--language", choices=sorted(FIELDS), default="python")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="amplify-tui-soak-") as home:
        project = _project(Path(home) / "app", arguments.language)
        looks, took = _run(project, arguments.saves, arguments.language)
    first, last = looks[0], looks[-1]
    print(
        f"{arguments.saves} saves, median {statistics.median(took):.2f} s; first {FIRST}: ", end=""
    )
    print(
        f"{statistics.median(took[:FIRST]):.2f} s, last {FIRST}: {statistics.median(took[-FIRST:]):.2f} s\n"  # noqa: E501
    )
    print(f"| | after {FIRST} | largest | last |\n|---|---|---|---|")
    for name in first:
        largest = max(look.get(name, 0.0) for look in looks)
        print(f"| {name} | {first[name]:.0f} | {largest:.0f} | {last.get(name, 0.0):.0f} |")
    grown = [n for n in first if n != ".amplify" and last.get(n, 0.0) > first[n] + GROWTH]
    return 1 if grown else 0


def _project(root: Path, language: str) -> Project:
    if language == "python":
        return scaffold(root, "python", lambda _line: None)
    return find_project(edits.make_project(root, cached_node_modules(find_node())))


def _run(project: Project, saves: int, language: str) -> tuple[list[dict[str, float]], list[float]]:
    resource = next((project.amplify_dir / "data").glob("resource.*"))
    looks: list[dict[str, float]] = []
    took: list[float] = []
    loop = Ours(project.root)
    try:
        loop.deployed(timeout=240)
        loop.watching(timeout=120)
        for number in range(1, saves + 1):
            text = resource.read_text()
            began = time.perf_counter()
            resource.write_text(
                FIELDS[language].sub(RENAMED[language].format(n=number), text, count=1)
            )
            loop.deployed(timeout=120)
            took.append(time.perf_counter() - began)
            loop.watching(timeout=120)
            if number in {FIRST, saves} or (number > FIRST and number % LOOK_EVERY == 0):
                time.sleep(3)
                looks.append(_look(project, loop.process.pid))
                sys.stderr.write(f"{number}: {looks[-1]}\n")
        return looks, took
    finally:
        loop.process.stop()
        stop(project.local_cloud_dir)


def _look(project: Project, loop: int) -> dict[str, float]:
    """Resident MB by process, and MB of files."""
    sizes: dict[str, float] = {}
    for pid in (*processes.tree(loop), edits.server_pid(project.root)):
        name = "local cloud" if pid == edits.server_pid(project.root) else _name(pid, loop)
        sizes[name] = sizes.get(name, 0.0) + _resident_mb(pid)
    files = sum(path.lstat().st_size for path in project.dot_amplify.rglob("*"))
    return {**sizes, ".amplify": files / 2**20}


def _name(pid: int, loop: int) -> str:
    if pid == loop:
        return "loop"
    command = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    known = {
        "synth_worker": "synth",
        "synth.python.worker": "synth",
        "type_check": "type check",
        "jsii-runtime": "jsii",
        "max-old-space-size": "jsii, the CDK",
        "guardian": "guardian",
    }
    text = " ".join(command)
    named = next((name for part, name in known.items() if part in text), "")
    return named or " ".join(Path(part).name for part in command if not part.startswith("-"))[:40]


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    sys.exit(main())
