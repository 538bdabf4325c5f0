"""Keeps in mind that another tool may have hot-swapped a sandbox, until we deployed over it.

CloudFormation knows nothing of hot-swaps, so neither it nor our snapshot can say what such a tool
left. The doubt is a file beside the snapshot: it outlives the process, failed synths and failed
deployments, and a diff.
"""

from __future__ import annotations

import time
from pathlib import Path

from workbench.deploy.assembly.assembly import Assembly
from workbench.deploy.live.intrinsics import Unresolvable
from workbench.deploy.live.models import LiveStack
from workbench.deploy.plan.hotswap_builder import SWAPPABLE, Wanted, build_swaps
from workbench.model.deployment import StackPath
from workbench.private_files import private_folder, write_private

_DOUBT = "another-tool-deployed"
_SNAPSHOT = "live.json"


def raise_doubt(sandbox_dir: Path) -> None:
    """Doubt this sandbox and its neighbours: nothing tells which of them the other tool deployed."""
    neighbours = [found.parent for found in sandbox_dir.parent.glob(f"*/{_SNAPSHOT}")]
    for folder in {sandbox_dir, *neighbours}:
        doubt_one(folder)


def doubt_one(sandbox_dir: Path) -> None:
    """Doubt this sandbox alone."""
    private_folder(sandbox_dir)
    write_private(sandbox_dir / _DOUBT, str(time.time_ns()))


def doubt_of(sandbox_dir: Path) -> str:
    """The open doubt, to give to ``settle_doubt``; empty where there is none."""
    try:
        return (sandbox_dir / _DOUBT).read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


def settle_doubt(sandbox_dir: Path, doubt: str) -> None:
    """Forget ``doubt``; one that was raised since stays."""
    if doubt and doubt_of(sandbox_dir) == doubt:
        (sandbox_dir / _DOUBT).unlink(missing_ok=True)


def doubt_swappable(live: LiveStack, assembly: Assembly) -> tuple[LiveStack, bool]:
    """``live`` with each resource uncertain that a hot-swap can bring to what ``assembly`` says.

    The second value is False where others could have been swapped, too, but need a value that is
    not known: of a resource that CloudFormation has yet to make, or at all. Those stay as they are,
    since a plan would leave them to CloudFormation, which sees no change in them.
    """
    return _doubt(live, live, assembly, ())


def _doubt(
    here: LiveStack, root: LiveStack, assembly: Assembly, path: StackPath
) -> tuple[LiveStack, bool]:
    stack = assembly.stack(path)
    if stack is None:
        return here, True
    complete = True
    nested: dict[str, LiveStack] = {}
    for logical_id, child in here.nested.items():
        nested[logical_id], all_of_it = _doubt(child, root, assembly, (*path, logical_id))
        complete = complete and all_of_it
    uncertain = set(here.uncertain)
    for logical_id, resource in here.effective_template.resources.items():
        wanted = stack.template.resources.get(logical_id)
        if resource.type not in SWAPPABLE or wanted is None or wanted.type != resource.type:
            continue
        try:
            build_swaps(assembly, root, Wanted(path, logical_id))
        except Unresolvable:
            complete = False
        else:
            uncertain.add(logical_id)
    update = {"nested": nested, "uncertain": tuple(sorted(uncertain))}
    return here.model_copy(update=update), complete
