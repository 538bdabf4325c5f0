"""The functions as rows, and how they are called. Pure, no widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from screens.widgets.columns import column
from screens.widgets.row_list import Row
from screens.widgets.text_styles import (
    ACCENT,
    FAIL,
    MUTED,
    OK,
    STRONG,
    TEXT,
    WARN,
    Spans,
)
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.fact_words import Section
from workbench.functions.starts import Start, StartKind
from workbench.functions.statistics import Statistics
from workbench.functions.statistics_words import cells, last_run_words, milliseconds_words

ALL: Final = "*"
"""The key of the row that stands for all functions."""


def function_rows(
    functions: Sequence[BackendFunction],
    starts: Mapping[str, Sequence[Start]],
    numbers: Mapping[str, Statistics],
    width: int = 0,
) -> list[Row]:
    """A row for all, then one for each function with its last hour and what starts it.

    ``width`` is the list's: the hour's chart is left out where it has no room.
    """
    if not functions:
        return []
    longest = min(28, max(len(each.name) for each in functions))
    rows = [Row((("All functions", STRONG), (f"  {len(functions)}", MUTED)), ALL)]
    rows += [
        Row(
            (
                (column(each.name, longest), MUTED if each.is_internal else STRONG),
                *_numbers(numbers.get(each.function), has_chart=width >= longest + _CHARTED),
                (f"  {starts_words(starts.get(each.function, ()))}", ACCENT),
                (f"  {each.runtime}", MUTED),
            ),
            each.function,
            copy=each.function,
        )
        for each in functions
    ]
    return rows


_CHARTED: Final = 38
"""Cells of the numbers and the chart."""


def _numbers(found: Statistics | None, *, has_chart: bool) -> Spans:
    """The last run, the errors and the 95th percentile of the last hour, and its chart."""
    if found is None:
        return ()
    errors = f"✗ {found.errors}" if found.errors else ""
    spans = [
        (f"  {column(last_run_words(found.last_run, datetime.now()), 6)}", MUTED),
        (f" {column(errors, 5)}", FAIL),
        (f" {milliseconds_words(found.p95):>7}", TEXT),
    ]
    if has_chart:
        spans.append(("  ", MUTED))
        spans += [
            (block, FAIL if failed else OK if block != "·" else MUTED)
            for block, failed in cells(found.minutes)
        ]
    return tuple(spans)


def starts_words(starts: Sequence[Start]) -> str:
    """What starts a function, in a few words: ``GraphQL Query.greet · schedule rate(1 day)``."""
    words = []
    for kind in StartKind:
        found = [each for each in starts if each.kind is kind]
        if len(found) == 1 and kind not in (StartKind.RULE, StartKind.QUEUE, StartKind.STREAM):
            words.append(f"{kind} {found[0].what}".rstrip())
        elif found:
            words.append(kind.value if len(found) == 1 else f"{len(found)} × {kind}")
    return " · ".join(words)


def fact_rows(sections: Sequence[Section]) -> list[Row]:
    """All that is known of a function; a source's key is where it stands: ``SECTION:LINE``."""
    rows: list[Row] = []
    for at, section in enumerate(sections):
        rows += [*([Row(())] if at else []), Row(((section.title, STRONG),))]
        for number, line in enumerate(section.lines):
            tone = WARN if line.warns else MUTED if line.is_off else TEXT
            mark = "! " if line.warns else "▸ " if line.source is not None else "  "
            stands = f"{at}:{number}" if line.source is not None else ""
            rows.append(Row(((mark, tone), (line.text, tone)), stands, line.copy))
    return rows
