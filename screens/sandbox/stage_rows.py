"""A deployment's stages, plan steps and timings as rows of text. Pure."""

from __future__ import annotations

from collections.abc import Collection

from screens.sandbox.view_state import DeploymentState, StageRecord, StepRecord
from screens.widgets.format import (
    RESULT_MARKS,
    STAGE_WORDS,
    clock_time,
    duration,
    ticking,
)
from screens.widgets.row_list import Row
from screens.widgets.text_styles import BUSY, FAIL, MUTED, OK, STRONG, TEXT, WARN, Span, Spans
from workbench.model.deployment import DeploymentResult
from workbench.model.events import Stage

_NAME_WIDTH = 15


_FIRST = {
    Stage.SYNTH: "the first one starts Node and the CDK",
    Stage.TYPE_CHECK: "the first one reads all types",
}
_SLOW_SECONDS = 2.0


def stage_rows(
    deployment: DeploymentState | None, now: float, warm: Collection[Stage] = tuple(Stage)
) -> list[Row]:
    """The deployment's title, its six stages and, below ``deploy``, the plan's steps.

    ``warm``: the stages that this session has been through; the first time takes longer.
    """
    if deployment is None:
        return []
    rows = [title_row(deployment)]
    for stage in Stage:
        record = deployment.stages.get(stage)
        spans = _stage_spans(deployment, stage, record, now)
        if (
            record is not None
            and record.seconds is None
            and deployment.result is None
            and stage not in warm
            and now - record.started > _SLOW_SECONDS
        ):
            spans = (*spans, (f"  {_FIRST.get(stage, '')}", MUTED))
        rows.append(Row(spans, key=f"stage:{stage}"))
        if stage is Stage.DEPLOY:
            rows.extend(
                Row(_step_spans(step, now), key=f"step:{number}", copy=step.title)
                for number, step in sorted(deployment.steps.items())
            )
    return rows


def title_row(deployment: DeploymentState) -> Row:
    """``#12  saved amplify/data/resource.ts`` with the result once there is one."""
    spans: list[Span] = [(f"#{deployment.number} ", STRONG)]
    if deployment.result is not None:
        mark, tone = RESULT_MARKS[deployment.result]
        spans.append(
            (f"{mark} {deployment.result.value} in {duration(deployment.seconds)}  ", tone)
        )
    spans.append((deployment.trigger.text, TEXT))
    spans.append((f"  {clock_time(deployment.started)}", MUTED))
    return Row(tuple(spans), key=f"deployment:{deployment.number}")


def _stage_spans(
    deployment: DeploymentState, stage: Stage, record: StageRecord | None, now: float
) -> Spans:
    name = f"{STAGE_WORDS[stage]:<{_NAME_WIDTH}}"
    if record is None:
        return (("  ○ ", MUTED), (name, MUTED))
    if record.seconds is None:
        if deployment.result is not None:
            mark = "!" if deployment.result is not DeploymentResult.SUPERSEDED else "»"
            return ((f"  {mark} ", MUTED), (name, MUTED), ("not finished", MUTED))
        return (("  ◐ ", BUSY), (name, TEXT), (f"{ticking(now - record.started):>8}", BUSY))
    if record.skipped:
        return (("  – ", WARN), (name, TEXT), (record.note, MUTED))
    mark, tone = ("✓", OK) if record.ok else ("✗", FAIL)
    return (
        (f"  {mark} ", tone),
        (name, TEXT),
        (f"{duration(record.seconds):>8}", TEXT),
        (f"  {record.note}" if record.note else "", MUTED),
    )


def _step_spans(step: StepRecord, now: float) -> Spans:
    """A step with its duration first: titles are long and give way at the edge."""
    if step.seconds is None:
        spent = f"{ticking(now - step.started):>6}  "
        return (("      ◐ ", BUSY), (spent, BUSY), (step.title, TEXT))
    mark, tone = ("✓", OK) if step.ok else ("✗", FAIL)
    return ((f"      {mark} ", tone), (f"{duration(step.seconds):>6}  ", TEXT), (step.title, MUTED))


def history_rows(stories: list[DeploymentState]) -> list[Row]:
    """One row for each deployment, newest first: result, time, duration, trigger."""
    rows = []
    for deployment in sorted(stories, key=lambda one: one.number, reverse=True):
        mark, tone = ("◐", BUSY) if deployment.result is None else RESULT_MARKS[deployment.result]
        spent = duration(deployment.seconds) if deployment.result is not None else "running"
        rows.append(
            Row(
                (
                    (f"{mark} ", tone),
                    (f"#{deployment.number:<4}", STRONG),
                    (f"{clock_time(deployment.started)} ", MUTED),
                    (f"{spent:>8}  ", TEXT),
                    (deployment.trigger.text, TEXT),
                    ("" if deployment.result is None else f"  {deployment.result.value}", MUTED),
                ),
                key=f"deployment:{deployment.number}",
            )
        )
    return rows
