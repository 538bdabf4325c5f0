"""Copes with another tool (``ampx sandbox``) that deploys the same sandboxes.

Such a tool synthesises into the same assembly folder, and what it hot-swaps leaves no trace in
CloudFormation. The next deployment here therefore swaps again whatever could have been swapped:

1. Before each synth, which covers the traces, ``notice_foreign_deployment`` looks whether the
   assembly was signed by our synth (``workbench.synth.assembly_signature``). If not, it marks the
   sandbox and its neighbours (``workbench.deploy.live.snapshot``): nothing tells which one the
   other tool deployed.
2. While a sandbox is marked, ``with_uncertain_swaps`` makes its swappable resources uncertain, so
   that the diff has them and the plan swaps them.
3. The deployment's success clears the mark that ``mark_cleared_by`` returned for its plan.
"""

from __future__ import annotations

from pathlib import Path

from workbench.deploy.assembly.assembly import Assembly
from workbench.deploy.live.intrinsics import UnresolvableError
from workbench.deploy.live.models import LiveStack
from workbench.deploy.live.snapshot import mark_swaps_unknown, sandboxes_beside, unknown_swaps_mark
from workbench.deploy.plan.hotswap_builder import build_swaps, swappable
from workbench.deploy.plan.swap_work import Wanted
from workbench.model.deployment import Method, StackPath
from workbench.synth.assembly_signature import is_another_tools

NOTICE = "Another tool has deployed from this folder: what it may have hot-swapped is swapped again"


def notice_foreign_deployment(assembly_dir: Path, sandbox_dir: Path) -> bool:
    """Whether another tool may have swapped the sandbox, seen now or before; takes 1 ms."""
    if is_another_tools(assembly_dir):
        mark_foreign_deployment(sandbox_dir)
    return bool(unknown_swaps_mark(sandbox_dir))


def mark_foreign_deployment(sandbox_dir: Path) -> None:
    """Mark this sandbox and all others of the project."""
    for folder in {sandbox_dir, *sandboxes_beside(sandbox_dir)}:
        mark_swaps_unknown(folder)


def mark_cleared_by(method: Method, mark: str, *, complete: bool) -> str:
    """The mark that a deployment's success clears, given what ``with_uncertain_swaps`` returned.

    A CloudFormation deployment that is not ``complete`` clears none: it may create what the
    remaining swaps are waiting for.
    """
    return "" if method is Method.CLOUDFORMATION and not complete else mark


def with_uncertain_swaps(live: LiveStack, assembly: Assembly) -> tuple[LiveStack, bool]:
    """``live`` with each resource uncertain that a hot-swap can bring to what ``assembly`` says.

    The second value is False if others could have been swapped, too, but need an unknown value: of
    a resource that CloudFormation has yet to create, or one that is never known. Those stay as they
    are, since a plan would leave them to CloudFormation, which sees no change in them.
    """
    return _uncertain(live, live, assembly, ())


def _uncertain(
    here: LiveStack, root: LiveStack, assembly: Assembly, path: StackPath
) -> tuple[LiveStack, bool]:
    stack = assembly.stack(path)
    if stack is None:
        return here, True
    complete = True
    nested: dict[str, LiveStack] = {}
    for logical_id, child in here.nested.items():
        nested[logical_id], child_complete = _uncertain(child, root, assembly, (*path, logical_id))
        complete = complete and child_complete
    uncertain = set(here.uncertain)
    for logical_id, resource in here.effective_template.resources.items():
        wanted = stack.template.resources.get(logical_id)
        if wanted is None or wanted.type != resource.type or not swappable(wanted.type, root):
            continue
        try:
            build_swaps(assembly, root, Wanted(path, logical_id))
        except UnresolvableError:
            complete = False
        else:
            uncertain.add(logical_id)
    update = {"nested": nested, "uncertain": tuple(sorted(uncertain))}
    return here.model_copy(update=update), complete
