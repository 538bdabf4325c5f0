"""What an operation answered: JSON that folds, a table, the trace, or a stream of events."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

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
from screens.playground.shown_stream import ROOT, EventRows
from screens.playground.tab_state import Outcome, StreamRecord
from screens.playground.trace_rows import rule_rows, trace_rows
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import ACCENT, FAIL, MUTED, OK, plain
from screens.widgets.titles import as_title
from workbench.playground.denials import denied_field
from workbench.playground.requests import Result
from workbench.playground.result_table import Table, as_csv, tables
from workbench.playground.run_as import As
from workbench.wording import plural

FLUSH_SECONDS = 0.05


class View(StrEnum):
    """The ways to look at a result."""

    JSON = "json"
    TABLE = "table"
    TRACE = "trace"


def _key(key: str, action: str, words: str, name: str, about: str, *, show: bool = True) -> Binding:
    return Binding(key, action, words, show, id=f"result.{name}", tooltip=about)


class ResultPane(RowList):
    """One result, or one stream."""

    BINDINGS: ClassVar[list[BindingType]] = [
        _key("enter", "fold", "Fold", "fold", "Fold the part, or go to the error's place"),
        _key("space", "pause", "Pause", "pause", "Hold the stream's new events back, or go on"),
        _key("space", "fold_here", "Fold", "fold_too", "Fold or unfold the part", show=False),
        _key("t", "view('table')", "Table", "table", "Show lists as a table"),
        _key("x", "view('trace')", "Trace", "trace", "Show what each resolver did"),
        _key("n", "next_match", "Next match", "match", "Go to the next place that is searched"),
        _key("n", "next_page", "Next page", "next", "Fetch the next page"),
        _key("Y", "export", "Copy as…", "export", "Copy as JSON, curl, code"),
        _key("slash", "search", "Search", "search", "Search in what is shown"),
        _key("i", "edit", "Edit", "edit", "Back to the operation, to edit it"),
        _key("w", "save", "Save", "save", "Save what is shown in a file"),
    ]

    class NextPageAsked(Message):
        """The key for the next page."""

        def __init__(self, token: str) -> None:
            super().__init__()
            self.token = token

    class ExportAsked(Message):
        """The key for copying the operation as code."""

        def __init__(self, pane: ResultPane) -> None:
            super().__init__()
            self.pane = pane

    class SaveAsked(Message):
        """The key for saving what is shown."""

        def __init__(self, text: str, kind: str) -> None:
            super().__init__()
            self.text = text
            self.kind = kind

    class SearchAsked(Message):
        """The search key."""

        def __init__(self, pane: ResultPane) -> None:
            super().__init__()
            self.pane = pane

    class EditAsked(Message):
        """The key for going back to the operation."""

    class ErrorChosen(Message):
        """Enter or a double click on an error."""

        def __init__(self, outcome: Outcome, number: int) -> None:
            super().__init__()
            self.outcome = outcome
            self.number = number

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name
        empty = (
            (("Nothing was run yet.", MUTED),),
            (("Write an operation and press ", MUTED), ("F5", ACCENT), (" or ", MUTED), ("Ctrl+J", ACCENT), (".", MUTED)),
            (("F3", ACCENT), (" shows the schema and writes operations for you.", MUTED)),
        )  # fmt: skip
        super().__init__((), empty=empty, id=id, classes="pane", filters=False)
        self._hint = empty
        self.border_title = "Result"
        self.view = View.JSON
        self.outcome: Outcome | None = None
        self.stream: StreamRecord | None = None
        self._problem: list[Row] = []
        self._document: Any = None
        self._fold = Fold()
        self._tables: tuple[Table, ...] = ()
        self._next_token = ""
        self._event_rows = EventRows()
        self._is_flush_due = False
        self.who_may: Callable[[str], Sequence[str]] = lambda name: ()
        """From ``Type.field`` to sentences on the rules that would let somebody in."""

    # -- what is shown ----------------------------------------------------------------------------

    def show_nothing(self) -> None:
        """Show the hint of the first steps."""
        self._forget()
        self.border_title = "Result"
        self._show()

    def show_running(self, caller: str) -> None:
        """Say that an operation runs; the last result stays until there is another."""
        self.border_title = as_title(f"Result · running as {caller} …")

    def show_outcome(self, outcome: Outcome) -> None:
        """Show a result, or why there is none, or that it is awaited."""
        caller = outcome.caller.label
        if outcome.problem:
            self.show_problem(outcome.problem)
            return
        if outcome.result is None:
            self.show_nothing()
            self.show_running(caller)
            return
        same = self.outcome is outcome
        self._forget()
        self.outcome = outcome
        self.border_title = as_title(f"Result · {caller}")
        self._document = _document(outcome.result.body)
        self._tables = tables(outcome.result.data)
        self._next_token = next_token(outcome.result.data)
        if self.view is View.TABLE and not self._tables:
            self.view = View.JSON
        if not same:
            self.cursor = 0
            self.scroll_home(animate=False)
        self._show()

    def show_problem(self, words: str, *, over: bool = False) -> None:
        """Say why nothing was run; ``over`` what is shown, which stays."""
        if not over:
            self._forget()
            self.border_title = "Result"
        self._problem = [
            Row((("✗ " if not at else "  ", FAIL), (line, FAIL)), copy=words)
            for at, line in enumerate(_wrapped(words, self.text_width - 2))
        ]
        self._show()

    def show_trace(self, document: Mapping[str, Any]) -> None:
        """The trace came."""
        if self.view is View.TRACE:
            self._show()

    def show_stream(self, stream: StreamRecord) -> None:
        """Show a stream, from its beginning or what came of it so far."""
        self._forget()
        self.stream = stream
        self._event_rows = EventRows()
        self._flush()
        self.action_last()

    def stream_changed(self) -> None:
        """There are events, or it has begun or ended; painted 20 times a second at most."""
        if not self._is_flush_due:
            self._is_flush_due = True
            self.set_timer(FLUSH_SECONDS, self._flush)

    def search(self, wanted: str) -> None:
        """Mark what matches, and go to the first match; a stream shows only matching events."""
        if wanted == self._fold.wanted:
            return
        self._fold = Fold(self._fold.folded, wanted)
        self._show()
        self._go_to_match(0)

    def action_next_match(self) -> None:
        """Go to the next row that matches, from the first one again behind the last."""
        self._go_to_match(self.cursor + 1)

    def _go_to_match(self, start: int) -> None:
        wanted = self._fold.wanted.casefold()
        rows = self.rows
        for index in (*range(start, len(rows)), *range(start)) if wanted else ():
            if wanted in plain(rows[index].spans).casefold():
                self.cursor = index
                return

    def _forget(self) -> None:
        self.outcome, self.stream, self._document = None, None, None
        self._tables, self._next_token, self._problem = (), "", []
        self._fold = Fold()

    def _flush(self) -> None:
        self._is_flush_due = False
        stream = self.stream
        if stream is None:
            return
        at_end = self.cursor >= self.row_count() - 1
        count = plural(stream.total, "event")
        if stream.end:
            state = f"ended · {count}"
        elif not stream.started:
            state = "connecting"
        elif stream.paused_at is not None:
            state = f"paused · {stream.total - stream.paused_at} held"
        else:
            state = f"live · {count}"
        self.border_title = as_title(f"Stream · {stream.caller.label} · {state}")
        self._show()
        if at_end and stream.paused_at is None:
            self.action_last()

    def _show(self) -> None:
        self._empty = () if self.stream is not None else self._hint
        self.show_rows(self._rows_now())
        self.refresh_bindings()

    def _rows_now(self) -> list[Row]:
        if self.stream is not None:
            return [*self._problem, *self._stream_rows(self.stream)]
        if self.outcome is None or self.outcome.result is None:
            return self._problem
        result = self.outcome.result
        head = [
            *self._problem,
            *([Row((("What was run before:", MUTED),))] if self._problem else []),
            Row(summary(result, self.outcome.caller.label)),
            *([no_rules_row()] if self.outcome.caller.kind is As.ADMIN else []),
            *self._error_rows(result),
        ]
        if self.view is View.TABLE and self._tables:
            width = self.text_width
            body = [row for table in self._tables for row in table_rows(table, width)]
        elif self.view is View.TRACE:
            body = self._trace_rows(self.outcome)
        elif self._document is None:
            body = [Row(((line, MUTED),)) for line in result.body.splitlines()]
        else:
            body = json_rows(self._document, self._fold)
        if self._next_token and self.view is not View.TRACE:
            body.append(next_row())
        return [*head, *body]

    def _error_rows(self, result: Result) -> list[Row]:
        """The errors, and below the first one for a field who may do what was denied."""
        rows: list[Row] = []
        told: set[str] = set()
        for error, row in zip(result.errors, error_rows(result), strict=True):
            rows.append(row)
            name = denied_field(error)
            if name and name not in told and self.view is not View.TRACE:
                told.add(name)
                rows += rule_rows(self.who_may(name), self.text_width)
        return rows

    def _trace_rows(self, outcome: Outcome) -> list[Row]:
        if outcome.trace is None:
            return [Row((("reading the trace …", MUTED),))]
        words = "There is no trace of this request: only the local cloud keeps them, the last ones."
        return trace_rows(outcome.trace, self.who_may, self.text_width) or [Row(((words, MUTED),))]

    def _stream_rows(self, stream: StreamRecord) -> list[Row]:
        rows = self._event_rows.of(stream.shown, self._fold)
        if stream.end:
            tone, mark = (FAIL, "✗ ") if stream.failed else (MUTED, "■ ")
            lines = _wrapped(stream.end, self.text_width - 2)
            rows += [
                Row(((mark if not at else "  ", tone), (line, tone)), copy=stream.end)
                for at, line in enumerate(lines)
            ]
        elif self._fold.wanted and not rows:
            rows = [Row((("No event has what is searched.", MUTED),))]
        elif not rows and stream.started:
            rows = [Row((("◉ ", OK), ("Live. Run a mutation in another tab (Ctrl+T).", MUTED)))]
        return rows

    # -- keys -------------------------------------------------------------------------------------

    def action_view(self, view: str) -> None:
        """Look at the result another way; the same key again goes back to JSON."""
        wanted = View(view)
        self.view = View.JSON if self.view is wanted else wanted
        self.cursor = 0
        self._show()

    def action_fold(self) -> None:
        """Fold or unfold the part under the cursor; on an error go to its place."""
        row = self.current
        if row is None:
            return
        if row.key == "next":
            self.action_next_page()
        elif row.key.startswith("error:") and self.outcome is not None:
            self.post_message(self.ErrorChosen(self.outcome, int(row.key.partition(":")[2])))
        elif row.key.startswith("/"):
            self._fold = self._fold.toggled("" if row.key == "/" else row.key)
            self._show()

    def action_fold_here(self) -> None:
        """Fold or unfold the part under the cursor."""
        self.action_fold()

    def row_opened(self, index: int) -> None:
        """A double click does what Enter does."""
        self.action_fold()

    def action_next_page(self) -> None:
        """Fetch the next page."""
        if self._next_token:
            self.post_message(self.NextPageAsked(self._next_token))

    def action_pause(self) -> None:
        """Hold new events back, or take in what was held."""
        if self.stream is not None:
            self.stream.toggle_pause()
            self._flush()

    def action_export(self) -> None:
        """Copy the operation as code, or the result."""
        self.post_message(self.ExportAsked(self))

    def action_save(self) -> None:
        """Save what is shown: JSON, the table as CSV, the trace, a stream as one object a line."""
        if self.stream is not None:
            lines = [
                json.dumps({"at": each.at, "data": each.data}, ensure_ascii=False)
                for _, each in self.stream.events
            ]
            self.post_message(self.SaveAsked("\n".join(lines) + "\n", "stream.jsonl"))
        elif self.outcome is not None and self.outcome.result is not None:
            if self.view is View.TABLE and self._tables:
                saved = self.SaveAsked(as_csv(self._tables), "result.csv")
            elif self.view is View.TRACE and self.outcome.trace:
                trace = json.dumps(self.outcome.trace, indent=2, ensure_ascii=False)
                saved = self.SaveAsked(trace + "\n", "trace.json")
            else:
                saved = self.SaveAsked(self.outcome.result.body + "\n", "result.json")
            self.post_message(saved)

    def action_edit(self) -> None:
        """Back to the operation."""
        self.post_message(self.EditAsked())

    def action_search(self) -> None:
        """Search in what is shown."""
        self.post_message(self.SearchAsked(self))

    def copied_text(self) -> str:
        """The value under the cursor as JSON, a string without its quotes."""
        row = self.current
        if row is None or not row.key.startswith("/"):
            return super().copied_text()
        document, pointer = self._document, row.key
        if self.stream is not None:
            number, _, rest = row.key.removeprefix(ROOT).partition("/")
            event = next((each for at, each in self.stream.events if str(at) == number), None)
            document, pointer = (event.data if event else None), f"/{rest}" if rest else ""
        value = value_at(document, pointer)
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works for what is shown."""
        has_result = self.outcome is not None and self.outcome.result is not None
        is_live = self.stream is not None and not self.stream.end
        if action == "fold":
            return has_result or bool(self.stream and self.stream.total)
        if action == "fold_here":
            return not is_live
        if action == "pause":
            return is_live
        if action == "next_page":
            return bool(self._next_token)
        if action == "next_match":
            return bool(self._fold.wanted)
        if action == "view":
            return has_result and (parameters != ("table",) or bool(self._tables))
        if action in ("save", "search", "export"):
            return has_result or bool(self.stream and (self.stream.total or action == "export"))
        return super().check_action(action, parameters)


def _document(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _wrapped(words: str, width: int) -> list[str]:
    from textwrap import wrap

    lines = [part for line in words.splitlines() for part in wrap(line, max(20, width)) or [""]]
    return lines or [words]
