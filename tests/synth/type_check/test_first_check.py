from __future__ import annotations

import asyncio
from pathlib import Path

from tests.synth.conftest import write_small_sources
from workbench.model.events import AnyEvent
from workbench.project.locate import find_project
from workbench.project.node_runtime import NodeRuntime
from workbench.synth.type_check.checker import TypeChecker
from workbench.synth.type_check.first_check import check_types_once


async def _answered_without_a_worker(root: Path, node: NodeRuntime) -> bool:
    events: list[AnyEvent] = []
    checker = TypeChecker(find_project(root), node.executable, events.append)
    try:
        result = await checker.check()
        return checker.worker_pid is None and not result.diagnostics and not result.skipped
    finally:
        await checker.close()


async def test_the_check_made_after_an_installation_answers_the_first_start(
    npm_project: Path, node_runtime: NodeRuntime
) -> None:

    write_small_sources(npm_project)
    said: list[str] = []
    project = find_project(npm_project)
    await asyncio.to_thread(check_types_once, project, node_runtime.executable, said.append)
    assert said
    assert await _answered_without_a_worker(npm_project, node_runtime)

    # Outputs are written by each deployment; they do not put the check out of date.
    (npm_project / "amplify_outputs.json").write_text("{}")
    assert await _answered_without_a_worker(npm_project, node_runtime)

    resource = npm_project / "amplify" / "data" / "resource.ts"
    resource.write_text(resource.read_text() + "\nexport const more: number = 1;\n")
    assert not await _answered_without_a_worker(npm_project, node_runtime)
