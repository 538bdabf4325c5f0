"""Checks the types of a new project, right after its packages were installed.

The first check parses some 7,000 declaration files, which takes about 10 s of two cores. The first
start then reads its result from disk and deploys without waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from workbench.model.events import AnyEvent
from workbench.project.models import Project
from workbench.synth.type_check.checker import TypeChecker


def check_types_once(project: Project, node: Path, say: Callable[[str], None]) -> None:
    """Check the project's types and save the result on disk.

    Does not report what it finds: the first deployment does.
    """
    say("checking the types once, for a fast first start")
    asyncio.run(_check(project, node))


async def _check(project: Project, node: Path) -> None:
    checker = TypeChecker(project, node, _nowhere)
    try:
        await checker.check()
    finally:
        await checker.close()


def _nowhere(_event: AnyEvent) -> None:
    """Discard an event: there is no log yet."""
