"""News of a repository's refs: commits, new branches, gone ones. Idle, it waits for the kernel."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from workbench.watch.file_events import file_events

_QUIET_MS = 200
"""Git writes a ref in several steps, and a rebase many refs; and a promotion starts its own job."""


async def ref_changes(folder: Path) -> AsyncGenerator[None]:
    """Yields after each change of the refs or of HEAD in a Git folder (the one that all worktrees share).

    Runs until it is cancelled; raises OSError where the folder cannot be watched. Git's hooks are
    not touched, and what comes and goes with every ``git status`` counts for nothing.
    """
    trees = [each for each in (folder / "refs", folder / "reftable") if each.is_dir()]
    async with aclosing(file_events(trees, [folder], quiet_ms=_QUIET_MS)) as bursts:
        async for burst in bursts:
            if any(
                path.name in ("packed-refs", "HEAD")
                or any(path.is_relative_to(tree) for tree in trees)
                for path in burst
            ):
                yield
