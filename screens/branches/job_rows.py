"""Jobs as rows: their steps with a bar of the times, a branch's history, what is between two."""

from __future__ import annotations

from collections.abc import Sequence

from screens.branches.time_words import ago
from screens.widgets.columns import column
from screens.widgets.format import duration
from screens.widgets.row_list import Row
from screens.widgets.text_styles import ACCENT, BUSY, FAIL, MUTED, OK, STRONG, TEXT, WARN, Span
from workbench.branches.history import BetweenJobs
from workbench.branches.hosting_models import Job

_JOB = {
    "SUCCEED": ("✓", OK),
    "FAILED": ("✗", FAIL),
    "CANCELLED": ("–", MUTED),
    "PENDING": ("…", MUTED),
    "CANCELLING": ("…", WARN),
}
_PIECES = "█▓▒░"
_TONES = (ACCENT, BUSY, OK, WARN)


def job_mark(job: Job) -> tuple[str, str]:
    """A job's sign and its text style."""
    return _JOB.get(job.status, ("▶", ACCENT))


def job_words(job: Job) -> str:
    """A job's sign, number and time: ``✓ #1 1m 45s``."""
    return f"{_JOB.get(job.status, ('▶', ACCENT))[0]} #{job.id} {duration(job.seconds)}"


def job_rows(job: Job) -> list[Row]:
    """A job's steps with a bar of their times."""
    longest = max((step.seconds for step in job.steps), default=0.0) or 1.0
    rows = []
    for step in job.steps:
        sign, tone = _JOB.get(step.status, ("▶", ACCENT))
        bar = "█" * max(1, round(20 * step.seconds / longest))
        words = f"  {sign} {step.name:<10}"
        rows.append(
            Row(((words, tone), (f"{bar:<21}", ACCENT), (duration(step.seconds), MUTED)), step.name)
        )
        if step.reason:
            rows.append(Row(((f"    {step.reason}", FAIL),), copy=step.reason))
    return rows


def history_rows(jobs: Sequence[Job], marked: str) -> list[Row]:
    """The jobs, each with its steps in one bar; all bars are of one scale."""
    longest = max((job.seconds for job in jobs), default=0.0) or 1.0
    rows = []
    for job in jobs:
        sign, tone = _JOB.get(job.status, ("▶", ACCENT))
        spans: list[Span] = [
            ("●" if job.id == marked else " ", WARN),
            (f" {sign} {job.id:>4} ", tone),
            (f"{job.commit[:8]:<9}", MUTED),
            (column(job.message, 30) + " ", STRONG),
        ]
        width = 0
        for at, step in enumerate(job.steps):
            cells = round(24 * step.seconds / longest)
            spans.append((_PIECES[at % len(_PIECES)] * cells, _TONES[at % len(_TONES)]))
            width += cells
        spans.append((" " * max(1, 26 - width), MUTED))
        spans.append((f"{duration(job.seconds):>8}", TEXT))
        if job.started is not None:
            spans.append((f"  {ago(job.started)}", MUTED))
        rows.append(Row(tuple(spans), job.id, copy=job.commit))
    if jobs:
        names = max((job.steps for job in jobs), key=len)
        legend: list[Span] = [("  ", MUTED)]
        for at, step in enumerate(names):
            legend.append((_PIECES[at % len(_PIECES)], _TONES[at % len(_TONES)]))
            legend.append((f" {step.name.lower()}   ", MUTED))
        rows += [Row(()), Row(tuple(legend))]
    return rows


def between_rows(found: BetweenJobs) -> list[Row]:
    """What the newer of two jobs has: commits, files, times."""
    rows = []
    if not found.commits and not found.files:
        rows.append(Row((("Both deployed the same commit.", TEXT),)))
    if found.commits:
        rows.append(Row((("commits", MUTED),)))
    rows += [
        Row(
            ((f"  {each.short} ", MUTED), (each.subject, STRONG), (f"  {each.author}", MUTED)),
            copy=each.id,
        )
        for each in found.commits
    ]
    if found.files:
        rows.append(Row((("files", MUTED),)))
    signs = {"A": ("+", OK), "D": ("-", FAIL)}
    for file in found.files:
        sign, tone = signs.get(file.sign, ("~", WARN))
        rows.append(Row(((f"  {sign} ", tone), (file.path, TEXT)), copy=file.path))
    if found.seconds:
        rows.append(Row((("steps", MUTED),)))
    rows += [
        Row(((f"  {name:<10}", TEXT), (f"{seconds:+.1f} s", MUTED)))
        for name, seconds in found.seconds
    ]
    return rows
