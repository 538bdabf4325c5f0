"""Environments, jobs and differences as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.cells import set_cell_size

from screens.widgets.row_list import Row
from screens.widgets.tones import ACCENT, FAIL, MUTED, OK, STRONG, TEXT, WARN, Span
from workbench.branches.compare import Difference
from workbench.branches.environments import Environment
from workbench.branches.hosting import Job

_JOB = {
    "SUCCEED": ("✓", OK),
    "FAILED": ("✗", FAIL),
    "CANCELLED": ("–", MUTED),
    "PENDING": ("…", MUTED),
    "CANCELLING": ("…", WARN),
}
_SIGNS = {"+": OK, "-": FAIL, "~": WARN}


def environment_row(each: Environment, now: datetime | None = None) -> Row:
    """One environment: which, how it is, its last job, its last commit."""
    spans: list[Span] = [
        ("* " if each.is_current else "  ", ACCENT),
        (set_cell_size(each.kind, 8), MUTED),
        (set_cell_size(each.name, 22) + " ", STRONG),
        _state(each),
    ]
    if each.job is not None:
        sign, tone = _JOB.get(each.job.status, ("▶", ACCENT))
        words = f"{sign} job {each.job.id} {_span(each.job.seconds)}"
        spans.append((set_cell_size(words, 17), tone))
    else:
        spans.append((" " * 17, MUTED))
    if each.drift:
        spans.append((f"▲ {each.drift}  ", WARN))
    if each.git is not None:
        commit = each.git.commit
        spans.append((f"{commit.short} {commit.subject}", TEXT))
        spans.append((f"  {commit.author}, {age(commit.at, now)}", MUTED))
    elif each.kind == "branch":
        spans.append(("the Git branch is gone", WARN))
    return Row(tuple(spans), f"{each.kind}:{each.name}", copy=each.name)


def job_rows(job: Job) -> list[Row]:
    """A job's steps with a bar of their times."""
    longest = max((step.seconds for step in job.steps), default=0.0) or 1.0
    rows = []
    for step in job.steps:
        sign, tone = _JOB.get(step.status, ("▶", ACCENT))
        bar = "█" * max(1, round(20 * step.seconds / longest))
        words = f"  {sign} {step.name:<10}"
        rows.append(
            Row(((words, tone), (f"{bar:<21}", ACCENT), (_span(step.seconds), MUTED)), step.name)
        )
        if step.reason:
            rows.append(Row(((f"    {step.reason}", FAIL),), copy=step.reason))
    return rows


def difference_rows(found: Sequence[Difference], first: str, second: str) -> list[Row]:
    """What the second has more, less or else."""
    if not found:
        return [Row(((f"{first} and {second} are the same.", TEXT),))]
    rows = []
    kind = ""
    for each in found:
        if each.kind != kind:
            kind = each.kind
            rows.append(Row(((f"{kind}s", MUTED),)))
        rows.append(
            Row(((f"  {each.sign} ", _SIGNS[each.sign]), (each.what, TEXT)), copy=each.what)
        )
    return rows


def age(at: datetime, now: datetime | None = None) -> str:
    """How long ago, in the largest unit."""
    seconds = ((now or datetime.now(UTC)) - at).total_seconds()
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return "now"


def _state(each: Environment) -> Span:
    if each.stack is None:
        words = "not deployed" if each.hosted else "not connected" if each.kind == "branch" else ""
        return set_cell_size(words, 15), MUTED
    status = each.stack.status
    if status.endswith("_IN_PROGRESS"):
        return set_cell_size("deploying", 15), ACCENT
    is_good = status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    return set_cell_size("deployed" if is_good else status.lower(), 15), OK if is_good else FAIL


def _span(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60)} s"
