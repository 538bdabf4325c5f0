"""A result as rows: JSON that folds, a table, or the trace; and what is copied and saved of it.

No widgets.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from screens.playground.result_rows import (
    Fold,
    error_rows,
    json_rows,
    next_row,
    next_token,
    no_rules_row,
    summary,
    table_rows,
    value_at,
)
from screens.playground.tab_state import Outcome
from screens.playground.trace_rows import rule_rows, trace_rows
from screens.widgets.row_list import Row
from screens.widgets.text_styles import MUTED
from screens.widgets.wrap import wrap_spans
from workbench.playground.denials import denied_fields, is_by_iam, not_granted
from workbench.playground.requests import Result
from workbench.playground.result_table import as_csv, tables
from workbench.playground.run_as import As

WhoMay = Callable[[str], Sequence[str]]
"""From ``Type.field`` to sentences on the rules that would allow it to somebody."""


class View(StrEnum):
    """The ways to look at a result."""

    JSON = "json"
    TABLE = "table"
    TRACE = "trace"


@dataclass(frozen=True, slots=True)
class FileContent:
    """What is written to a file; ``name`` is its first part with its suffix: ``trace.json``."""

    text: str
    name: str


class ShownResult:
    """The result of one run; its outcome may get a trace later."""

    def __init__(self, outcome: Outcome, result: Result) -> None:
        self.outcome = outcome
        self.result = result
        self.tables = tables(result.data)
        self.next_token = next_token(result.data)
        self._document = _document(result.body)

    def rows(self, view: View, fold: Fold, width: int, who_may: WhoMay) -> list[Row]:
        """The summary, the errors and the result, looked at in one way."""
        result, caller = self.result, self.outcome.caller
        rows = [
            Row(summary(result, caller.label)),
            *([no_rules_row()] if caller.kind is As.ADMIN else []),
            *self._error_rows(view, width, who_may),
        ]
        if view is View.TABLE and self.tables:
            rows += [row for table in self.tables for row in table_rows(table, width)]
        elif view is View.TRACE:
            rows += self._trace_rows(width, who_may)
        elif self._document is not None:
            rows += json_rows(self._document, fold)
        elif result.status:  # without one, the error has said it
            rows += [Row(((line, MUTED),)) for line in result.body.splitlines()]
        if self.next_token and view is not View.TRACE:
            rows.append(next_row())
        return rows

    def _error_rows(self, view: View, width: int, who_may: WhoMay) -> list[Row]:
        """The errors, and below the first one for a field who is allowed what was denied."""
        rows: list[Row] = []
        explained: set[str] = set()
        for error, row in zip(self.result.errors, error_rows(self.result), strict=True):
            rows += [replace(row, spans=line) for line in wrap_spans(row.spans, width, row.indent)]
            for name in denied_fields(error, self.outcome.request):
                if name in explained or view is View.TRACE:
                    continue
                explained.add(name)
                missing = [not_granted(name)] if is_by_iam(error) else []
                rows += rule_rows([*missing, *who_may(name)], width)
        return rows

    def _trace_rows(self, width: int, who_may: WhoMay) -> list[Row]:
        if self.outcome.trace is None:
            return [Row((("Reading the trace …", MUTED),))]
        nothing = "No trace: only the local cloud keeps traces, of the latest requests."
        return trace_rows(self.outcome.trace, who_may, width) or [Row(((nothing, MUTED),))]

    def value(self, key: str) -> Any:
        """What the row with this key shows."""
        return value_at(self._document, key)

    def content(self, view: View) -> FileContent:
        """What is shown, for a file: JSON, the table as CSV, or the trace."""
        if view is View.TABLE and self.tables:
            return FileContent(as_csv(self.tables), "result.csv")
        if view is View.TRACE and self.outcome.trace:
            trace = json.dumps(self.outcome.trace, indent=2, ensure_ascii=False)
            return FileContent(trace + "\n", "trace.json")
        return FileContent(self.result.body + "\n", "result.json")


def _document(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
