"""Decides how a diff is deployed: not at all, by hot-swap, or by CloudFormation.

A hot-swap takes a diff whose every change is swappable; a single other change leaves all of them to
CloudFormation, which would otherwise stop half way. What was swapped before and CloudFormation
believes unchanged is swapped again after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Literal

from workbench.deploy.assembly.assembly import Assembly
from workbench.deploy.assembly.asset_references import referenced_assets
from workbench.deploy.assembly.json_diff import differences
from workbench.deploy.assembly.template import TemplateResource
from workbench.deploy.diff.diff import ELSEWHERE, UNFINISHED
from workbench.deploy.live.intrinsics import UnresolvableError
from workbench.deploy.live.models import LiveStack
from workbench.deploy.plan.hotswap_builder import build_swaps, swappable
from workbench.deploy.plan.index_steps import IndexSteps, index_steps
from workbench.deploy.plan.instructions import (
    SWITCHED_OFF,
    DeployStack,
    Instruction,
    Plan,
    PublishAssets,
    Swap,
    SwapBucketContent,
    SwapDrifted,
    SwapFunctionCode,
    SwapSchema,
    WriteOutputs,
    swap_kind,
)
from workbench.deploy.plan.swap_work import Wanted
from workbench.model.deployment import Diff, Effect, Method, ResourceChange, StackPath

DENIED = "the credentials may not hot-swap it"
_REASONS_SHOWN = 5


def make_plan(
    diff: Diff,
    assembly: Assembly,
    live: LiveStack | None,
    *,
    target_kind: Literal["local", "aws"],
    allow_hotswap: bool = True,
    denied: AbstractSet[str] = frozenset(),
) -> Plan:
    """The plan for ``diff``, which must be of this ``live`` and ``assembly``.

    ``allow_hotswap=False`` leaves everything to CloudFormation, and so does a swap of a kind
    (``swap_kind``) that is ``denied``.
    """
    if live is None or diff.first:
        return _cloudformation(assembly, live, (), create=True)
    if not live.is_settled:
        reason = f"the stack is in state {live.status}"
        return _cloudformation(assembly, live, (reason,), create=False)
    if diff.is_empty:
        return Plan(Method.NONE, assembly, live)
    if not allow_hotswap:
        return _cloudformation(assembly, live, (SWITCHED_OFF,), create=False)
    reasons = _obstacles(diff, live)
    swaps: list[Swap] = []
    if not reasons:
        for change in diff.changes:
            try:
                found = build_swaps(assembly, live, _wanted(change, live))
            except UnresolvableError as why:
                reasons.append(f"{_name(change)}: {why}")
                continue
            swaps.extend(found)
            if any(swap_kind(swap) in denied for swap in found):
                reasons.append(f"{_name(change)}: {DENIED}")
    if reasons:
        shown = tuple(dict.fromkeys(reasons))[:_REASONS_SHOWN]
        return _cloudformation(assembly, live, shown, create=False)
    return _hotswap(assembly, live, swaps, target_kind)


def cloudformation_plan(assembly: Assembly, live: LiveStack, reason: str) -> Plan:
    """The plan that leaves everything to CloudFormation, where the stack exists."""
    return _cloudformation(assembly, live, (reason,), create=False)


def swaps_for(
    assembly: Assembly, live: LiveStack, resources: Iterable[tuple[StackPath, str]]
) -> tuple[Swap, ...]:
    """Instructions for ``SwapDrifted``, with ``live`` read again after CloudFormation.

    Raises UnresolvableError if a value cannot be known; the resource then keeps its former state.
    """
    swaps: list[Swap] = []
    for stack, logical_id in resources:
        swaps.extend(build_swaps(assembly, live, Wanted(stack, logical_id)))
    return _ordered(swaps)


def drifted(assembly: Assembly, live: LiveStack) -> tuple[tuple[StackPath, str], ...]:
    """The resources that CloudFormation would leave, in part, as an earlier hot-swap made them.

    It sets the properties that differ from what it believes, each as a whole. Resources whose state
    is uncertain are among those found: swapping them again does no harm.
    """
    found: list[tuple[StackPath, str]] = []
    for path, here in live.walk():
        stack = assembly.stack(path)
        if stack is None:
            continue
        for logical_id, wanted in stack.template.resources.items():
            if logical_id not in here.resources or not swappable(wanted.type, live):
                continue
            believed = here.template.resources.get(logical_id)
            really = here.effective_template.resources.get(logical_id)
            if believed is None or really is None:
                continue
            left: set[str] = set()
            if believed is not really and believed.properties != really.properties:
                left = _changed(really, wanted) - _changed(believed, wanted)
            if left or logical_id in here.uncertain:
                found.append((path, logical_id))
    return tuple(found)


def _changed(before: TemplateResource, after: TemplateResource) -> set[str]:
    """The properties that differ, by their top-level names."""
    return {each.path[0] for each in differences(before.properties, after.properties)}


def _obstacles(diff: Diff, live: LiveStack) -> list[str]:
    """Why the diff can't be hot-swapped, from the changes alone."""
    reasons: list[str] = []
    for change in diff.changes:
        allowed = swappable(change.type, live)
        if change.effect is not Effect.UPDATE:
            verb = {"create": "is new", "destroy": "is removed", "replace": "is replaced"}
            reasons.append(f"{_name(change)} {verb[change.effect.value]}")
        elif not allowed:
            reasons.append(f"{_name(change)} changes ({change.type})")
        else:
            other = sorted(
                each.path
                for each in change.properties
                if each.path != UNFINISHED
                and (_top(each.path) not in allowed or ELSEWHERE in {each.before, each.after})
            )
            if other:
                reasons.append(f"{_name(change)} changes {', '.join(other)}")
    reasons.extend(f"the output {name} changes" for name in diff.outputs)
    return reasons


def _wanted(change: ResourceChange, live: LiveStack) -> Wanted:
    """The properties to swap: the changed ones, or all if the resource's state is uncertain."""
    here = live.stack(change.stack)
    if here is not None and change.logical_id in here.uncertain:
        return Wanted(change.stack, change.logical_id)
    names = frozenset(_top(each.path) for each in change.properties)
    return Wanted(change.stack, change.logical_id, names)


def _top(path: str) -> str:
    return path if path == UNFINISHED else path.partition(".")[0].partition("[")[0]


def _name(change: ResourceChange) -> str:
    return change.construct_path or change.logical_id


def _hotswap(
    assembly: Assembly,
    live: LiveStack,
    swaps: list[Swap],
    target_kind: Literal["local", "aws"],
) -> Plan:
    steps: list[Instruction] = []
    there = referenced_assets(stack.template for _, stack in live.walk())
    needed = [swap.asset for swap in swaps if isinstance(swap, SwapFunctionCode) and swap.asset]
    if target_kind == "aws":
        contents = [swap for swap in swaps if isinstance(swap, SwapBucketContent)]
        needed += [source.asset for swap in contents for source in swap.sources]
    missing = tuple(dict.fromkeys(asset for asset in needed if asset not in there))
    if missing:
        files = tuple(asset for asset in missing if asset in assembly.assets)
        images = tuple(asset for asset in missing if asset in assembly.images)
        steps.append(PublishAssets(files, images))
    steps.extend(_ordered(swaps))
    steps.append(WriteOutputs())
    return Plan(Method.HOTSWAP, assembly, live, tuple(steps))


def _cloudformation(
    assembly: Assembly,
    live: LiveStack | None,
    reasons: tuple[str, ...],
    *,
    create: bool,
) -> Plan:
    there: frozenset[str] = frozenset()
    again: tuple[tuple[StackPath, str], ...] = ()
    if live is not None and not create:
        there = referenced_assets(stack.template for _, stack in live.walk())
        again = drifted(assembly, live)
    steps: list[Instruction] = []
    missing = tuple(key for key in assembly.assets if key not in there)
    images = tuple(key for key in assembly.images if key not in there)
    if missing or images:
        steps.append(PublishAssets(missing, images))
    changing = index_steps(live, assembly) if live is not None and not create else IndexSteps()
    steps.extend(changing.first)
    steps.append(DeployStack(assembly.stack_name, create, changing.last))
    if again:
        steps.append(SwapDrifted(again))
    steps.append(WriteOutputs())
    return Plan(Method.CLOUDFORMATION, assembly, live, tuple(steps), reasons)


def _ordered(swaps: Iterable[Swap]) -> tuple[Swap, ...]:
    """Schemas first: a resolver of a new field is refused while its field is unknown."""
    return tuple(sorted(swaps, key=lambda swap: not isinstance(swap, SwapSchema)))
