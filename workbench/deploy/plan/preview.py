"""Shows what a plan would do, as text lines, without doing any of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from workbench.deploy.plan.instructions import SWITCHED_OFF, Plan
from workbench.model.deployment import (
    Diff,
    Effect,
    Loss,
    Method,
    PropertyChange,
    ResourceChange,
)
from workbench.wording import plural

SIGNS = {Effect.CREATE: "+", Effect.UPDATE: "~", Effect.REPLACE: "±", Effect.DESTROY: "−"}
"""The sign before a change: added, updated in place, replaced, destroyed."""

_ORDER = (Effect.CREATE, Effect.UPDATE, Effect.REPLACE, Effect.DESTROY)
_WORDS = {
    Effect.CREATE: "to create",
    Effect.UPDATE: "to update",
    Effect.REPLACE: "to replace",
    Effect.DESTROY: "to destroy",
}
_PROPERTIES_SHOWN = 6
_HOW = {
    Method.NONE: "Nothing to deploy: what is live equals the project.",
    Method.HOTSWAP: "Deploys by hot-swap, without CloudFormation:",
    Method.CLOUDFORMATION: "Deploys with CloudFormation:",
}


def preview(diff: Diff, plan: Plan, losses: tuple[Loss, ...] = ()) -> tuple[str, ...]:
    """Everything a reader wants before deploying: changes, outputs, losses, assets, steps."""
    return tuple(_all(diff, plan, losses))


def summary(diff: Diff) -> str:
    """One line: ``2 to create, 1 to update`` or ``no changes``."""
    counts = Counter(change.effect for change in diff.changes)
    parts = [f"{counts[effect]} {_WORDS[effect]}" for effect in _ORDER if counts[effect]]
    if diff.outputs:
        parts.append(plural(len(diff.outputs), "output"))
    return ", ".join(parts) or "no changes"


def change_lines(change: ResourceChange) -> tuple[str, ...]:
    """A resource's change: one line for it, one (indented) for each property up to a few."""
    name = change.construct_path or change.logical_id
    lines = [f"{SIGNS[change.effect]} {name}  {change.type}"]
    lines.extend(f"    {property_line(each)}" for each in change.properties[:_PROPERTIES_SHOWN])
    more = len(change.properties) - _PROPERTIES_SHOWN
    if more > 0:
        lines.append(f"    … and {more} more")
    return tuple(lines)


def property_line(change: PropertyChange) -> str:
    """``Timeout: 3 → 20``, with what the service does about it in brackets."""
    if change.before is None and change.after is None:
        text = change.path
    elif change.before is None:
        text = f"{change.path}: + {change.after}"
    elif change.after is None:
        text = f"{change.path}: − {change.before}"
    elif change.before == change.after:
        text = f"{change.path}: {change.after}"
    else:
        text = f"{change.path}: {change.before} → {change.after}"
    remarks = [remark for remark in ("replaces" if change.replaces else "", change.note) if remark]
    return f"{text}  ({'; '.join(remarks)})" if remarks else text


def _all(diff: Diff, plan: Plan, losses: tuple[Loss, ...]) -> Iterator[str]:
    if diff.first:
        yield f"First deployment: {summary(diff)}."
    elif not diff.is_empty:
        yield f"Changes: {summary(diff)}."
    for stack, changes in _by_stack(diff).items():
        yield ""
        yield f"{stack}:" if stack else "root stack:"
        for change in changes:
            yield from (f"  {line}" for line in change_lines(change))
    if diff.outputs and not diff.first:
        yield ""
        yield "Outputs that change:"
        yield from (f"  ~ {name}" for name in diff.outputs)
    if losses:
        yield ""
        yield "Data that would be lost:"
        for loss in losses:
            contents = f", {loss.contents}" if loss.contents else ""
            yield f"  ! {loss.construct_path} ({loss.physical_id or loss.type}{contents})"
            yield f"    {loss.reason}"
    if diff.warnings:
        yield ""
        yield "Stored rows that no longer fit:"
        yield from (f"  ! {warning}" for warning in diff.warnings)
    if diff.assets:
        yield ""
        yield f"New assets: {len(diff.assets)}"
    if diff.changes or diff.outputs:
        yield ""
    yield _HOW[plan.method]
    yield from (f"  {number}. {title}" for number, title in enumerate(plan.titles, 1))
    if plan.reasons and plan.reasons != (SWITCHED_OFF,):
        yield "Why no hot-swap:"
        yield from (f"  - {reason}" for reason in plan.reasons)


def _by_stack(diff: Diff) -> dict[str, list[ResourceChange]]:
    """The changes by the construct path of their stack; whole new stacks stay together."""
    names = {
        (*change.stack, change.logical_id): change.construct_path
        for change in diff.changes
        if change.type == "AWS::CloudFormation::Stack"
    }
    grouped: dict[str, list[ResourceChange]] = {}
    for change in diff.changes:
        grouped.setdefault(_stack_name(change, names), []).append(change)
    return grouped


def _stack_name(change: ResourceChange, names: dict[tuple[str, ...], str]) -> str:
    if not change.stack:
        return ""
    known = names.get(change.stack)
    if known:
        return known
    return change.construct_path.partition("/")[0] or change.stack[-1]
