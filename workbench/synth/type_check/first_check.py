"""The first type check of a project, made right after its packages were installed.

It parses some 7,000 declaration files, which takes about 10 s of two cores; made here, it is
answered from disk at the first start, which then deploys without waiting for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from workbench.model.events import AnyEvent
from workbench.project.models import Project
from workbench.synth.type_check.checker import TypeChecker


def check_types_once(project: Project, node: Path, say: Callable[[str], None]) -> None:
    """Check the project's types and remember the result on disk.

    What it finds is not told here: the first deployment tells it, with place and reason.
    """
    say("checking the types once, so that the first start is quick")
    asyncio.run(_check(project, node))


async def _check(project: Project, node: Path) -> None:
    checker = TypeChecker(project, node, _nowhere)
    try:
        await checker.check()
    finally:
        await checker.close()


def _nowhere(_event: AnyEvent) -> None:
    """There is no log yet to write to."""
