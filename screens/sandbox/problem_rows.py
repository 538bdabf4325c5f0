"""Current problems as rows: diagnostics with file and line, a failure with reason and fix. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.cells import cell_len

from screens.sandbox.view_state import SandboxState
from screens.widgets.format import short_path
from screens.widgets.row_list import Row
from screens.widgets.text_styles import ACCENT, FAIL, MUTED, STRONG, TEXT, WARN, Span
from workbench.model.deployment import Failure
from workbench.model.diagnostics import Diagnostic
from workbench.wording import plural

OFFER_WORDS = {
    "recreate": "recreate the sandbox (its data is lost)",
    "install": "install the packages",
    "start-local-cloud": "start the local cloud",
    "retry": "retry",
    "login": "sign in, then deploy",
    "target": "choose another target (T)",
}
OFFER_KEY = "x"


_LINE = 62
"""Characters of a source line that are shown: they fit into the pane at 80 columns."""


def problem_rows(state: SandboxState, offer_key: str = OFFER_KEY) -> list[Row]:
    """All problems, errors first."""
    rows: list[Row] = []
    found = merged(state.diagnostics)
    failure = own_failure(state.failure, found)
    if failure is not None:
        rows.extend(failure_rows(failure, offer_key))
        if found:
            rows.append(Row(()))
    rows.extend(diagnostic_rows(found))
    cloud = state.local_cloud
    if cloud is not None and cloud.status == "failed":
        spans: list[Span] = [("✗ ", FAIL), ("The local cloud stopped. ", STRONG)]
        spans.append((cloud.detail, TEXT))
        rows.append(Row(tuple(spans), key="local-cloud", copy=cloud.detail))
    rows.extend(
        Row((("! ", WARN), (damage, TEXT)), key=f"damage:{number}", copy=damage)
        for number, damage in enumerate(_damages(state))
    )
    return rows


def problem_title(state: SandboxState) -> str:
    """How many errors and warnings, in words."""
    found = merged(state.diagnostics)
    errors = sum(1 for one in found if one.severity == "error")
    errors += own_failure(state.failure, found) is not None
    warnings = sum(1 for one in found if one.severity == "warning") + len(_damages(state))
    parts = [plural(errors, "error")] if errors else []
    if warnings:
        parts.append(plural(warnings, "warning"))
    return ", ".join(parts) or "problem"


def _damages(state: SandboxState) -> tuple[str, ...]:
    """Saved files that the local cloud could not use at its start; shown for its whole run."""
    return () if state.local_cloud is None else state.local_cloud.damages


def merged(diagnostics: Mapping[str, Sequence[Diagnostic]]) -> list[Diagnostic]:
    """All diagnostics; a run-time error on the line of a type error is left out as the same."""
    types = diagnostics.get("types", ())
    typed = {(one.file, one.line) for one in types if one.severity == "error" and one.file}
    others = [
        one for source, reported in diagnostics.items() if source != "types" for one in reported
    ]
    return [*(one for one in others if (one.file, one.line) not in typed), *types]


def own_failure(failure: Failure | None, found: Iterable[Diagnostic]) -> Failure | None:
    """The failure, unless it only sums up the errors in the user's files, which say more."""
    if failure is None or failure.offer or failure.logical_id:
        return failure
    return None if any(one.severity == "error" for one in found) else failure


def diagnostic_rows(diagnostics: Iterable[Diagnostic]) -> list[Row]:
    """Two or three rows for each diagnostic: file and line, message, hint."""
    rows: list[Row] = []
    for one in sorted(diagnostics, key=lambda found: found.severity):
        mark, tone = ("✗ ", FAIL) if one.severity == "error" else ("! ", WARN)
        place = one.place
        quoted = _quoted(one)
        code = f"  {one.code}" if one.code else ""
        lines = one.message.splitlines() or [""]
        key = _row_key(one)
        if place:
            rows.append(Row(((mark, tone), (place, STRONG), (code, MUTED)), key=key, copy=place))
            rows.append(Row(((f"  {lines[0]}", TEXT),), key=f"{key}:0", copy=one.message))
        else:
            spans = ((mark, tone), (lines[0], TEXT), (code, MUTED))
            rows.append(Row(spans, key=key, copy=one.message))
        rows.extend(
            Row(((f"  {line}", MUTED),), key=f"{key}:{number}", copy=one.message)
            for number, line in enumerate(lines[1:], 1)
        )
        rows.extend(quoted)
        if one.hint:
            rows.extend(
                Row((("  → " if not number else "    ", ACCENT), (line, TEXT)), copy=one.hint)
                for number, line in enumerate(one.hint.splitlines())
            )
    return rows


def _quoted(one: Diagnostic) -> list[Row]:
    """The line of the file, and below it a mark at the column."""
    if not one.source.strip():
        return []
    key = _row_key(one)
    indent = len(one.source) - len(one.source.lstrip())
    text = one.source.strip()
    number = f"{one.line} │ "
    shown, at = _around(text, one.column - 1 - indent)
    rows = [Row((("  ", TEXT), (number, MUTED), (shown, TEXT)), key=f"{key}:source", copy=text)]
    if 0 <= at <= len(shown):
        gap = " " * (2 + len(number) - 2 + cell_len(shown[:at]))
        rows.append(
            Row(
                (
                    (gap[: len(number)], TEXT),
                    ("│ ", MUTED),
                    (gap[len(number) :], TEXT),
                    ("^", FAIL),
                ),
                key=f"{key}:mark",
            )
        )
    return rows


def _around(text: str, at: int) -> tuple[str, int]:
    """The part of a long line around the column, on one row: wrapped, it would lose its mark."""
    if len(text) <= _LINE:
        return text, at
    start = min(max(0, at - _LINE // 2), len(text) - _LINE)
    cut = text[start : start + _LINE]
    if start:
        cut = "…" + cut[1:]
    if start + _LINE < len(text):
        cut = cut[:-1] + "…"
    return cut, at - start


def diagnostic_at(state: SandboxState, key: str) -> Diagnostic | None:
    """The diagnostic of the row with this key, else the first one; only with a file."""
    found = [one for one in merged(state.diagnostics) if one.file]
    found.sort(key=lambda one: one.severity)
    for one in found:
        if key.startswith(_row_key(one)):
            return one
    return found[0] if found else None


def _row_key(diagnostic: Diagnostic) -> str:
    return f"diagnostic:{diagnostic.place}:{diagnostic.message}"


def failure_rows(failure: Failure, offer_key: str = OFFER_KEY) -> list[Row]:
    """The failure's title, its place, the reason, the fix, and the key for what is offered."""
    rows = [Row((("✗ ", FAIL), (failure.title, STRONG)), key="failure", copy=failure.title)]
    where = short_path(failure.construct_path) or failure.logical_id
    if where:
        kind = f"  {failure.type}" if failure.type else ""
        rows.append(Row((("  at ", MUTED), (where, TEXT), (kind, MUTED)), copy=where))
    rows.extend(
        Row(((f"  {line}", TEXT),), key=f"failure:reason:{number}", copy=failure.reason)
        for number, line in enumerate(failure.reason.splitlines())
    )
    rows.extend(
        Row((("  → " if not number else "    ", ACCENT), (line, TEXT)), copy=failure.fix)
        for number, line in enumerate(failure.fix.splitlines())
    )
    if failure.offer:
        words = OFFER_WORDS[failure.offer]
        rows.append(Row((("  press ", MUTED), (offer_key, ACCENT), (f" to {words}", TEXT))))
        if failure.offer == "login":
            words = "choose another target, such as the local cloud"
            rows.append(Row((("  press ", MUTED), ("T", ACCENT), (f" to {words}", TEXT))))
    rows.extend(
        Row(((f"  {line}", MUTED),), copy=line)
        for line in failure.details
        if line.strip() not in failure.reason
    )
    return rows
