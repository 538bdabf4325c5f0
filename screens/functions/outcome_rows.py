"""What an invocation came to, as rows. Pure, no widgets."""

from __future__ import annotations

import json
from collections.abc import Sequence

from screens.widgets.format import LEVEL_MARKS
from screens.widgets.row_list import Row
from screens.widgets.text_styles import FAIL, MUTED, OK, STRONG, TEXT, Span
from workbench.function_logs.log_book import report_text
from workbench.functions.invoke import Outcome, Summary
from workbench.terminal_text import safe_log
from workbench.wording import plural

_MOST_LINES = 5_000
_WORDS = {"sync": "succeeded", "async": "queued", "dry": "you may invoke it"}


def outcome_rows(outcome: Outcome) -> list[Row]:
    """How it ended and how long it took, the result, the log."""
    facts = f"{outcome.seconds * 1000:,.0f} ms here"
    if outcome.report is not None:
        facts = f"{report_text(outcome.report)}, {facts}"
    sign, tone = ("✗ failed", FAIL) if outcome.failed else (f"✓ {_WORDS[outcome.how]}", OK)
    rows = [Row(((sign, tone), (f"  {facts}", MUTED)))]
    if outcome.failed:
        error = f"{outcome.error_type}: {outcome.error}"
        rows += [Row(((line, FAIL),), copy=error) for line in safe_log(error).split("\n")]
    rows.append(Row(((f"request {outcome.request}", MUTED),), copy=outcome.request))
    if outcome.how == "sync":
        rows += [Row(()), Row((("Result", STRONG),), copy=outcome.result)]
        rows += text_rows(pretty(outcome.result), TEXT)
    if outcome.records:
        rows += [Row(()), Row((("Log", STRONG),))]
        for record in outcome.records:
            mark, tone = LEVEL_MARKS[record.level]
            rows += text_rows(record.text, tone, (f"{mark} ", tone))
    return rows


def summary_rows(summary: Summary) -> list[Row]:
    """How many invocations ended how, and how fast."""
    count = len(summary.outcomes) + len(summary.problems)
    good = count - summary.failed
    rate = count / summary.seconds if summary.seconds else 0.0
    cold = sum(1 for each in summary.outcomes if each.report and each.report.loading)
    rows = [
        Row(((f"{plural(count, 'invocation')} in {summary.seconds:.2f} s", STRONG),)),
        Row(((f"  ✓ {good} succeeded", OK if good else MUTED),)),
        Row(((f"  ✗ {summary.failed} failed", FAIL if summary.failed else MUTED),)),
        Row(((f"  {rate:,.1f} a second, {plural(cold, 'cold start')}", MUTED),)),
        Row(()),
    ]
    for label, share in (("fastest", 0.0), ("p50", 0.5), ("p95", 0.95), ("slowest", 1.0)):
        time = summary.percentile(share) * 1000
        rows.append(Row(((f"  {label:<8}", MUTED), (f"{time:9,.1f} ms", TEXT))))
    told: Sequence[str] = [
        *(str(problem) for problem in summary.problems),
        *(f"{each.error_type}: {each.error}" for each in summary.outcomes if each.failed),
    ]
    for text in dict.fromkeys(told):
        times = told.count(text)
        rows += [Row(()), *text_rows(f"{times} × {text}" if times > 1 else text, FAIL)]
    return rows


def pretty(text: str) -> str:
    """JSON with an indent; other text as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def text_rows(text: str, tone: str, first: Span = ("  ", TEXT)) -> list[Row]:
    """A text line by line, indented; ``first`` stands before its first line."""
    lines = safe_log(text).split("\n")
    rows = [
        Row((first if not at else ("  ", TEXT), (line, tone)), copy=line)
        for at, line in enumerate(lines[:_MOST_LINES])
    ]
    if len(lines) > _MOST_LINES:
        left = plural(len(lines) - _MOST_LINES, "line")
        rows.append(Row(((f"  … {left} more; y on “Result” copies all", MUTED),)))
    return rows
