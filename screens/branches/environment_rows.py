"""Environments, jobs and differences as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from screens.widgets.columns import column
from screens.widgets.row_list import Row
from screens.widgets.text_styles import ACCENT, BUSY, FAIL, MUTED, OK, STRONG, TEXT, WARN, Span
from workbench.branches.compare import Difference
from workbench.branches.deletions import Deletion
from workbench.branches.environments import Environment
from workbench.branches.history import BetweenJobs
from workbench.branches.hosting_models import Job
from workbench.branches.inventory import Inventory

_JOB = {
    "SUCCEED": ("✓", OK),
    "FAILED": ("✗", FAIL),
    "CANCELLED": ("–", MUTED),
    "PENDING": ("…", MUTED),
    "CANCELLING": ("…", WARN),
}
_PIECES = "█▓▒░"
_TONES = (ACCENT, BUSY, OK, WARN)
_SIGNS = {"+": OK, "-": FAIL, "~": WARN}


def environment_row(
    each: Environment,
    now: datetime | None = None,
    *,
    own_stack: str = "",
    place_stack: str = "",
    is_marked: bool = False,
    is_leaving: bool = False,
    name_width: int = 22,
    job_width: int = 11,
) -> Row:
    """One environment: which, how it is, its last job, its last commit.

    ``own_stack`` is one's own sandbox, ``place_stack`` what the workbench is turned to.
    """
    stack = each.stack.name if each.stack else ""
    mark = "●" if is_marked else "▶" if stack and stack == place_stack else " "
    name = shown_name(each, own_stack)
    spans: list[Span] = [
        (mark, WARN),
        ("* " if each.is_current else "  ", ACCENT),
        (column(each.kind, 8), MUTED),
        (column(name, name_width) + " ", STRONG),
        (column("deleting", 14), WARN) if is_leaving else _state(each),
    ]
    if each.kind == "sandbox" and each.stack is not None and each.stack.updated is not None:
        spans.append((f"updated {ago(each.stack.updated, now)}", MUTED))
        return Row(tuple(spans), each.key, copy=each.name)
    if each.job is not None:
        tone = _JOB.get(each.job.status, ("▶", ACCENT))[1]
        spans.append((column(job_words(each.job), job_width) + "  ", tone))
    else:
        spans.append((" " * (job_width + 2), MUTED))
    if each.drift:
        spans.append((f"▲ {each.drift}  ", WARN))
    if each.hosted is not None and each.hosted.expires is not None:
        spans.append((f"goes in {until(each.hosted.expires, now)}  ", WARN))
    if each.git is not None:
        commit = each.git.commit
        if each.git.ahead or each.git.behind:
            spans.append((f"↑{each.git.ahead} ↓{each.git.behind}  ", ACCENT))
        spans.append((f"{commit.short} {commit.subject}", TEXT))
        spans.append((f"  {commit.author}, {age(commit.at, now)}", MUTED))
        if each.site:
            spans.append((f"  {each.site}", MUTED))
    elif each.kind == "branch" and each.hosted is not None:
        spans.append(("the Git branch is gone", WARN))
    elif each.kind == "branch":
        spans.append((f"of another app: {each.namespace}", MUTED))
    elif each.job is not None:
        spans.append((f"{each.job.commit[:8]} {each.job.message}", TEXT))
    return Row(tuple(spans), each.key, copy=each.name)


def job_words(job: Job) -> str:
    """A job's sign, number and time: ``✓ #1 1 min 45 s``."""
    return f"{_JOB.get(job.status, ('▶', ACCENT))[0]} #{job.id} {_span(job.seconds)}"


def shown_name(each: Environment, own_stack: str) -> str:
    """An environment's name; a sandbox is one's own, or of a project."""
    if each.kind != "sandbox":
        return each.name
    is_own = each.stack is not None and each.stack.name == own_stack
    return f"{each.name} (you)" if is_own else f"{each.name}, {each.namespace}"


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
        spans.append((f"{_span(job.seconds):>8}", TEXT))
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


def inventory_rows(each: Environment, inventory: Inventory) -> list[Row]:
    """What an environment is, and what of it costs."""
    facts = [("stack", each.stack.name if each.stack else "")]
    if each.stack is not None:
        facts.append(("status", each.stack.status))
        if each.stack.updated is not None:
            facts.append(("updated", f"{each.stack.updated:%Y-%m-%d %H:%M}"))
    facts.append(("owner" if each.kind == "sandbox" else "branch", each.name))
    facts.append(("project" if each.kind == "sandbox" else "app", each.namespace))
    if each.git is not None:
        facts.append(("author", each.git.commit.author))
        facts.append(("upstream", each.git.upstream or "none"))
    facts += [("site", each.site), ("resources", str(inventory.total))]
    rows = [Row(((f"{name:<12}", MUTED), (text, TEXT)), copy=text) for name, text in facts if text]
    if inventory.costly:
        rows += [Row(()), Row((("what AWS charges for", MUTED),))]
    rows += [
        Row(
            (
                (f"  {count:>3} × ", STRONG),
                (column(kind.removeprefix("AWS::"), 34), TEXT),
                (about, WARN if about.startswith("by the") else MUTED),
            )
        )
        for kind, count, about in inventory.costly
    ]
    return rows


def deletion_rows(found: Sequence[Deletion]) -> list[Row]:
    """The record of deleted environments: when, which, by whom, and what was lost."""
    if not found:
        return [Row((("No environment was deleted here so far.", MUTED),))]
    rows = []
    for each in found:
        tone = OK if each.outcome == "deleted" else FAIL
        at = datetime.fromisoformat(each.at).astimezone().strftime("%Y-%m-%d %H:%M")
        what = f"{each.kind} {each.name}"
        by = f"by {each.by}, {each.how}"
        whole = f"{each.at} {what} {each.outcome} {by}"
        spans = [(f"{at}  ", MUTED), (what, STRONG), (f"  {each.outcome}", tone)]
        rows.append(Row(tuple(spans), copy=whole))
        rows.append(Row(((f"    {by}", TEXT),), copy=whole))
        rows += [Row(((f"    {line}", MUTED),), copy=line) for line in each.lost]
    return rows


def difference_rows(
    found: Sequence[Difference], first: str, second: str, *, shows_values: bool = False
) -> list[Row]:
    """What the second has more, less or else; a secret's value is never there to be shown."""
    if not found:
        return [Row(((f"{first} and {second} are the same.", TEXT),))]
    rows = []
    kind = ""
    for each in found:
        if each.kind != kind:
            kind = each.kind
            rows.append(Row(((f"{kind}s", MUTED),)))
        spans: list[Span] = [(f"  {each.sign} ", _SIGNS[each.sign]), (each.what, TEXT)]
        if shows_values and each.kind == "variable":
            values = {"+": each.second, "-": each.first}
            spans.append((f"  {values.get(each.sign, f'{each.first} → {each.second}')}", MUTED))
        elif each.kind == "secret" and each.sign == "~":
            spans.append(("  another value", MUTED))
        elif each.kind == "field":
            types = {"+": each.second, "-": each.first}
            spans.append((f"  {types.get(each.sign, f'{each.first} → {each.second}')}", MUTED))
        rows.append(Row(tuple(spans), copy=each.what))
        for changed in each.properties:
            change = f"{_value(changed.first)} → {_value(changed.second)}"
            spans = [(f"      {changed.path}  ", TEXT), (change, MUTED)]
            rows.append(Row(tuple(spans), copy=f"{changed.path}: {change}"))
    return rows


def _value(text: str | None) -> str:
    return "–" if text is None else text


def age(at: datetime, now: datetime | None = None) -> str:
    """How long ago, in the largest unit."""
    return _largest(((now or datetime.now(UTC)) - at).total_seconds()) or "now"


def ago(at: datetime, now: datetime | None = None) -> str:
    """``2 h ago``, or ``just now``."""
    words = age(at, now)
    return "just now" if words == "now" else f"{words} ago"


def until(at: datetime, now: datetime | None = None) -> str:
    """How long still, in the largest unit."""
    return _largest((at - (now or datetime.now(UTC))).total_seconds()) or "a moment"


def _largest(seconds: float) -> str:
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return ""


def _state(each: Environment) -> Span:
    if each.stack is None:
        words = "not deployed" if each.hosted else "not connected" if each.kind == "branch" else ""
        return column(words, 14), MUTED
    status = each.stack.status
    if status.endswith("_IN_PROGRESS"):
        words = "deleting" if status.startswith("DELETE") else "deploying"
        return column(words, 14), ACCENT
    is_good = status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    return column("deployed" if is_good else status.lower(), 14), OK if is_good else FAIL


def _span(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60)} s"
