"""Environments as rows: what they are, what is billed, which were deleted, how two differ."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.cells import cell_len

from screens.branches.environment_list import EnvironmentList
from screens.branches.job_rows import job_mark, job_words
from screens.branches.time_words import age, ago, until
from screens.widgets.columns import column
from screens.widgets.row_list import Row
from screens.widgets.text_styles import ACCENT, FAIL, MUTED, OK, STRONG, TEXT, WARN, Span
from workbench.branches.compare import Difference
from workbench.branches.deletions import Deletion
from workbench.branches.environments import Environment
from workbench.branches.inventory import Inventory
from workbench.terminal_text import safe_line

_WIDEST_NAME = 26

_SIGNS = {"+": OK, "-": FAIL, "~": WARN}


def environment_rows(environments: EnvironmentList, selected_stack: str = "") -> list[Row]:
    """All environments; ``selected_stack`` is of the one that the workbench is switched to."""
    found = environments.all
    names = [cell_len(safe_line(shown_name(each, environments))) for each in found]
    jobs = [cell_len(job_words(each.job)) for each in found if each.job]
    widths = min(_WIDEST_NAME, max(names, default=0)), max(jobs, default=0)
    rows = [_environment_row(each, environments, selected_stack, widths) for each in found]
    if environments.denied:
        rows.append(Row(()))
        rows += [Row((("! ", WARN), (each, TEXT)), copy=each) for each in environments.denied]
        rows.append(Row((("  docs/aws.md has the policy to ask for: “Branches”.", MUTED),)))
    return rows


def _environment_row(
    each: Environment, environments: EnvironmentList, selected_stack: str, widths: tuple[int, int]
) -> Row:
    """One environment: its state, its last job, its last commit."""
    name_width, job_width = widths
    stack = each.stack.name if each.stack else ""
    is_marked = each.key in environments.marked
    is_deleting = bool(stack) and stack in environments.deleting
    mark = "●" if is_marked else "▶" if stack and stack == selected_stack else " "
    name = shown_name(each, environments)
    spans: list[Span] = [
        (mark, WARN),
        ("* " if each.is_current else "  ", ACCENT),
        (column(each.kind, 8), MUTED),
        (column(name, name_width) + " ", STRONG),
        (column("deleting", 14), WARN) if is_deleting else _state(each, environments),
    ]
    if each.kind == "sandbox" and each.stack is not None and each.stack.updated is not None:
        spans.append((f"updated {ago(each.stack.updated)}", MUTED))
        return Row(tuple(spans), each.key, copy=each.name)
    if each.job is not None:
        tone = job_mark(each.job)[1]
        spans.append((column(job_words(each.job), job_width) + "  ", tone))
    else:
        spans.append((" " * (job_width + 2), MUTED))
    if each.drift:
        spans.append((f"▲ {each.drift}  ", WARN))
    if each.hosted is not None and each.hosted.expires is not None:
        spans.append((f"deleted in {until(each.hosted.expires)}  ", WARN))
    if each.git is not None:
        commit = each.git.commit
        if each.git.ahead or each.git.behind:
            spans.append((f"↑{each.git.ahead} ↓{each.git.behind}  ", ACCENT))
        spans.append((f"{commit.short} {commit.subject}", TEXT))
        spans.append((f"  {commit.author}, {age(commit.at)}", MUTED))
        if each.site:
            spans.append((f"  {each.site}", MUTED))
    elif each.kind == "branch" and each.hosted is not None:
        spans.append(("the Git branch is deleted", WARN))
    elif each.kind == "branch":
        spans.append((f"of another app: {each.namespace}", MUTED))
    elif each.job is not None:
        spans.append((f"{each.job.commit[:8]} {each.job.message}", TEXT))
    return Row(tuple(spans), each.key, copy=each.name)


def shown_name(each: Environment, environments: EnvironmentList) -> str:
    """An environment's name; a sandbox is the user's own, or of a project."""
    if each.kind != "sandbox":
        return each.name
    return f"{each.name} (you)" if environments.is_own(each) else f"{each.name}, {each.namespace}"


def inventory_rows(each: Environment, inventory: Inventory) -> list[Row]:
    """An environment's stack and resources, and what is billed."""
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
        rows += [Row(()), Row((("billed by AWS", MUTED),))]
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
        return [Row((("No environment was deleted so far.", MUTED),))]
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
    """What the second adds, lacks or has different; a secret's value is never shown."""
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


def _state(each: Environment, environments: EnvironmentList) -> Span:
    if each.stack is None:
        words = "not deployed" if each.hosted else "not connected" if each.kind == "branch" else ""
        if words and not each.hosted and not environments.connections_known:
            words = "not known"
        return column(words, 14), MUTED
    status = each.stack.status
    if status.endswith("_IN_PROGRESS"):
        words = "deleting" if status.startswith("DELETE") else "deploying"
        return column(words, 14), ACCENT
    is_good = status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    return column("deployed" if is_good else status.lower(), 14), OK if is_good else FAIL
