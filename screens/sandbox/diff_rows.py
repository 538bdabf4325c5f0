"""A diff as rows: what is created, changed, replaced and destroyed, by nested stack. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from screens.sandbox.view_state import DeploymentState, ResourceKey
from screens.widgets.format import EFFECT_SYMBOLS, EFFECT_TONES, short_path, status_mark
from screens.widgets.row_list import Row
from screens.widgets.text_styles import BUSY, FAIL, MUTED, OK, STRONG, TEXT, WARN, Span
from workbench.model.deployment import (
    Diff,
    Effect,
    Method,
    PropertyChange,
    ResourceChange,
    ResourceProgress,
)
from workbench.wording import plural

METHOD_WORDS = {
    Method.NONE: "nothing to deploy",
    Method.HOTSWAP: "hot-swap, no CloudFormation",
    Method.CLOUDFORMATION: "through CloudFormation",
}
_WORDS = {
    Effect.CREATE: "to create",
    Effect.UPDATE: "to update",
    Effect.REPLACE: "to replace",
    Effect.DESTROY: "to destroy",
}


def diff_summary(diff: Diff) -> str:
    """The diff in a few characters, for a title: ``+3 ~1 ±1``."""
    if diff.is_empty:
        return "no change"
    counts = dict.fromkeys(Effect, 0)
    for change in diff.changes:
        counts[change.effect] += 1
    parts = [f"{EFFECT_SYMBOLS[effect]}{count}" for effect, count in counts.items() if count]
    return " ".join(parts) or plural(len(diff.outputs), "output")


def diff_rows(deployment: DeploymentState) -> list[Row]:
    """All of a deployment's diff, with each resource's progress where it has begun."""
    diff = deployment.diff
    if diff is None:
        return []
    rows = [_heading(diff, deployment.method), Row(())]
    if diff.is_empty:
        return [Row((("= ", MUTED), ("No change: what is deployed equals the code.", TEXT)))]
    if diff.warnings:
        rows.append(Row((("stored rows that no longer fit", STRONG),)))
        rows.extend(
            Row((("  ! ", WARN), (warning, TEXT)), key=f"warning:{warning}", copy=warning)
            for warning in diff.warnings
        )
        rows.append(Row(()))
    keyed = sorted(diff.changes, key=lambda change: change.stack)
    for stack, changes in groupby(keyed, key=lambda change: change.stack):
        group = list(changes)
        place = _common_place(group)
        rows.append(Row(((place or "/".join(stack) or "root stack", STRONG),)))
        for change in group:
            rows.extend(_change_rows(change, place, deployment.progress))
        rows.append(Row(()))
    if diff.outputs:
        rows.append(Row((("outputs", STRONG),)))
        rows.extend(
            Row((("  ~ ", BUSY), (output, TEXT)), key=f"output:{output}", copy=output)
            for output in diff.outputs
        )
    while rows and not rows[-1].spans:
        rows.pop()
    return rows


def _heading(diff: Diff, method: Method | None) -> Row:
    counts = dict.fromkeys(Effect, 0)
    for change in diff.changes:
        counts[change.effect] += 1
    spans: list[Span] = []
    if diff.first:
        spans.append(("First deployment  ", STRONG))
    for effect, count in counts.items():
        if count:
            text = f"{EFFECT_SYMBOLS[effect]} {count} {_WORDS[effect]}  "
            spans.append((text, EFFECT_TONES[effect]))
    if diff.assets:
        spans.append((f"{plural(len(diff.assets), 'new asset')}  ", MUTED))
    if method is not None:
        spans.append((METHOD_WORDS[method], MUTED))
    return Row(tuple(spans))


def _common_place(changes: list[ResourceChange]) -> str:
    """The construct that holds all the changes, which names their nested stack for the reader."""
    places = [short_path(change.construct_path).split("/")[:-1] for change in changes]
    common = places[0]
    for place in places[1:]:
        same = 0
        while same < min(len(common), len(place)) and common[same] == place[same]:
            same += 1
        common = common[:same]
    return "/".join(common)


def _change_rows(
    change: ResourceChange, place: str, progress: Mapping[ResourceKey, ResourceProgress]
) -> list[Row]:
    tone = EFFECT_TONES[change.effect]
    path = short_path(change.construct_path) or change.logical_id
    name = path.removeprefix(f"{place}/") if place else path
    spans: list[Span] = [(f"  {EFFECT_SYMBOLS[change.effect]} ", tone), (name, TEXT)]
    spans.append((f"  {change.type}", MUTED))
    if change.effect in (Effect.REPLACE, Effect.DESTROY):
        word = "replaces" if change.effect is Effect.REPLACE else "destroys"
        if change.holds_data:
            spans.append((f"  {word}: its data is lost", FAIL))
        elif change.effect is Effect.REPLACE:
            spans.append(("  replaces", WARN))
    begun = progress.get((change.stack, change.logical_id))
    if begun is not None:
        mark, mark_tone = status_mark(begun.status)
        spans.append((f"  {mark}", mark_tone))
        if begun.reason and begun.status.endswith("_FAILED"):
            spans.append((f" {begun.reason}", FAIL))
    key = "/".join((*change.stack, change.logical_id))
    rows = [Row(tuple(spans), key=f"resource:{key}", copy=change.physical_id or path)]
    rows.extend(_property_row(prop, f"{key}.{prop.path}") for prop in change.properties)
    return rows


def _property_row(prop: PropertyChange, key: str) -> Row:
    spans: list[Span] = [(f"      {prop.path}  ", MUTED)]
    if prop.before is not None:
        spans.append((f"− {prop.before}", FAIL))
    if prop.before is not None and prop.after is not None:
        spans.append(("  →  ", MUTED))
    if prop.after is not None:
        spans.append((f"+ {prop.after}", OK))
    remarks = [remark for remark in ("replaces" if prop.replaces else "", prop.note) if remark]
    if remarks:
        spans.append((f"  {'; '.join(remarks)}", WARN))
    return Row(tuple(spans), key=f"property:{key}", copy=prop.after or prop.before or "")
