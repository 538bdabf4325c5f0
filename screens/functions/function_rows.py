"""The functions as rows, and how they are called. Pure, no widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from screens.widgets.columns import column
from screens.widgets.row_list import Row
from screens.widgets.text_styles import ACCENT, MUTED, STRONG, TEXT
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.starts import Start, StartKind
from workbench.wording import plural

ALL: Final = "*"
"""The key of the row that stands for all functions."""


def function_rows(
    functions: Sequence[BackendFunction], starts: Mapping[str, Sequence[Start]]
) -> list[Row]:
    """A row for all, then one for each function with what it is and what starts it."""
    if not functions:
        return []
    width = min(28, max(len(each.name) for each in functions))
    rows = [Row((("All functions", STRONG), (f"  {len(functions)}", MUTED)), ALL)]
    rows += [
        Row(
            (
                (column(each.name, width), MUTED if each.is_internal else STRONG),
                (f"  {column(each.runtime, 11)}", MUTED),
                (f"  {starts_words(starts.get(each.function, ()))}", ACCENT),
            ),
            each.function,
            copy=each.function,
        )
        for each in functions
    ]
    return rows


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


def detail_rows(function: BackendFunction, starts: Sequence[Start]) -> list[Row]:
    """What is known of a function without asking AWS."""
    facts = {
        "function": function.function,
        "runtime": function.runtime,
        "handler": function.handler,
        "memory": f"{function.memory} MB",
        "timeout": plural(function.timeout, "second"),
        "log group": function.log_group,
        "construct": function.construct_path,
        "variables": ", ".join(function.variables) or "none",
    }
    rows = [
        Row(((f"{name:<10} ", MUTED), (value, TEXT)), copy=value) for name, value in facts.items()
    ]
    rows += [Row(()), Row((("started by", MUTED),))]
    for each in starts:
        words = " ".join(filter(None, (each.kind.value, each.what, each.detail)))
        rows.append(Row(((f"  {words}", TEXT),), copy=each.what))
    if not starts:
        rows.append(Row((("  nothing in this backend: invoke it", MUTED),)))
    return rows
