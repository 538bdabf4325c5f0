"""What an operation answered: JSON that folds, a table, the trace, or a stream of events."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from time import localtime, strftime
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from screens.playground.result_rows import (
    Fold,
    error_rows,
    json_rows,
    summary,
    table_rows,
)
from screens.playground.trace_rows import trace_rows
from screens.widgets.row_list import Row, RowList
from screens.widgets.tones import ACCENT, FAIL, MUTED, OK, STRONG, WARN
from workbench.playground.requests import Result
from workbench.playground.stream import StreamEvent
from workbench.playground.table import Table, tables

KEPT_EVENTS = 1_000


class View(StrEnum):
    """The ways to look at a result."""

    JSON = "json"
    TABLE = "table"
    TRACE = "trace"


class ResultPane(RowList):
    """One result, or one stream."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "fold", "Fold", id="result.fold", tooltip="Fold or unfold the part"),
        Binding("t", "view('table')", "Table", id="result.table", tooltip="Show lists as a table"),
        Binding("j", "view('json')", "JSON", False, id="result.json", tooltip="Show the JSON"),
        Binding(
            "x", "view('trace')", "Trace", id="result.trace", tooltip="Show what each resolver did"
        ),
        Binding("n", "next_page", "Next page", id="result.next", tooltip="Fetch the next page"),
        Binding(
            "space",
            "pause",
            "Pause",
            id="result.pause",
            tooltip="Hold the stream's new events back",
        ),
        Binding("Y", "export", "Copy as…", id="result.export", tooltip="Copy as JSON, curl, code"),
        Binding(
            "w", "save", "Save", False, id="result.save", tooltip="Save what is shown in a file"
        ),
        Binding("slash", "search", "Search", id="result.search", tooltip="Search in the result"),
    ]

    class NextPageAsked(Message):
        """The key for the next page."""

        def __init__(self, token: str) -> None:
            super().__init__()
            self.token = token

    class ExportAsked(Message):
        """The key for copying the operation as code."""

    class SaveAsked(Message):
        """The key for saving what is shown."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class SearchAsked(Message):
        """The search key."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name
        empty = (
            (("Nothing was run yet.", MUTED),),
            (("Write an operation and press ", MUTED), ("Ctrl+J", ACCENT), (" or ", MUTED), ("F5", ACCENT), (".", MUTED)),
            (("F3", ACCENT), (" shows the schema and writes operations for you.", MUTED)),
        )  # fmt: skip
        super().__init__((), empty=empty, id=id, classes="pane")
        self.border_title = "Result"
        self.view = View.JSON
        self.result: Result | None = None
        self.caller = ""
        self._document: Any = None
        self._fold = Fold()
        self._trace: Mapping[str, Any] = {}
        self._tables: tuple[Table, ...] = ()
        self._events: list[StreamEvent] = []
        self._notes: list[Row] = []
        self._held: list[StreamEvent] = []
        self.streaming = False
        self.paused = False

    # -- what is shown ----------------------------------------------------------------------------

    def show_running(self, caller: str) -> None:
        """Say that an operation runs."""
        self.border_title = f"Result · running as {caller} …"

    def show_result(self, result: Result, caller: str) -> None:
        """Show a result."""
        self._end_stream()
        self.result, self.caller = result, caller
        self.border_title = f"Result · {caller}"
        self._document = _document(result)
        self._trace = {}
        self._tables = tables(result.data)
        if self.view is View.TABLE and not self._tables:
            self.view = View.JSON
        self.cursor = 0
        self._show()

    def show_problem(self, words: str) -> None:
        """Say why nothing was run."""
        self._end_stream()
        self.result, self._document, self._tables = None, None, ()
        self.border_title = "Result"
        lines = words.splitlines() or [words]
        self._notes = [
            Row((("✗ " if not at else "  ", FAIL), (line, FAIL)), copy=words)
            for at, line in enumerate(lines)
        ]
        self.show_rows(self._notes)

    def show_trace(self, document: Mapping[str, Any]) -> None:
        """The trace came."""
        self._trace = document
        if self.view is View.TRACE:
            self._show()

    def show_stream(self, caller: str) -> None:
        """A subscription begins."""
        self._end_stream()
        self.result, self._tables, self._document = None, (), None
        self.streaming, self.caller = True, caller
        self.border_title = f"Stream · {caller} · connecting"
        self.show_rows([])

    def stream_started(self) -> None:
        """The server has accepted the subscription."""
        self.border_title = f"Stream · {self.caller} · live, no events yet"

    def add_event(self, event: StreamEvent) -> None:
        """One event of the stream; held back while paused."""
        if self.paused:
            self._held.append(event)
            self.border_title = f"Stream · paused, {len(self._held)} held"
            return
        self._events.append(event)
        del self._events[:-KEPT_EVENTS]
        at_end = self.cursor >= self.row_count() - 1
        self.border_title = f"Stream · {self.caller} · {len(self._events)} events"
        self._show()
        if at_end:
            self.action_last()

    def stream_ended(self, words: str, *, failed: bool) -> None:
        """The stream is over."""
        self.streaming = False
        self._notes = [
            Row(
                (
                    (("✗ " if failed else "■ "), FAIL if failed else MUTED),
                    (words, FAIL if failed else MUTED),
                ),
                copy=words,
            )
        ]
        self.border_title = f"Stream · ended · {len(self._events)} events"
        self._show()
        self.action_last()

    def search(self, wanted: str) -> None:
        """Mark what matches, and go to the first match; a stream shows only matching events."""
        self._fold = Fold(self._fold.folded, wanted)
        self._show()
        for index, row in enumerate(self.rows):
            if wanted and any(wanted.casefold() in text.casefold() for text, _ in row.spans):
                self.cursor = index
                break

    @property
    def next_token(self) -> str:
        """The token of the first list that has a further page."""
        return next((each.next_token for each in self._tables if each.next_token), "")

    def _end_stream(self) -> None:
        self._events, self._held, self._notes = [], [], []
        self.streaming = self.paused = False
        self._fold = Fold()

    def _show(self) -> None:
        if self.result is None:
            rows: list[Row] = []
            for event in self._events:
                rows += self._event_rows(event)
            self.show_rows([*rows, *self._notes])
            return
        head = [Row(summary(self.result, self.caller)), *error_rows(self.result)]
        if self.view is View.TABLE and self._tables:
            width = self.text_width
            body = [row for table in self._tables for row in table_rows(table, width)]
        elif self.view is View.TRACE:
            none = Row(
                (
                    (
                        "There is no trace of this request: the local cloud keeps the last ones.",
                        MUTED,
                    ),
                )
            )
            body = trace_rows(self._trace) or [none]
        elif self._document is None:
            body = [Row(((line, MUTED),)) for line in self.result.body.splitlines()]
        else:
            body = json_rows(self._document, self._fold)
        self.show_rows([*head, *body])

    def _event_rows(self, event: StreamEvent) -> list[Row]:
        wanted = self._fold.wanted
        if wanted and wanted.casefold() not in event.body.casefold():
            return []
        at = strftime("%H:%M:%S", localtime(event.at))
        head = Row(
            (
                (f"◆ {at}", STRONG),
                *(((f"  {len(event.errors)} errors", WARN),) if event.errors else ((" ", OK),)),
            )
        )
        return [head, *json_rows(event.data, self._fold)]

    # -- keys -------------------------------------------------------------------------------------

    def action_view(self, view: str) -> None:
        """Look at the result another way; the same key again goes back to JSON."""
        wanted = View(view)
        self.view = View.JSON if self.view is wanted else wanted
        self.cursor = 0
        self._show()

    def action_fold(self) -> None:
        """Fold or unfold the part under the cursor; on the last row of a page, fetch the next."""
        row = self.current
        if row is None:
            return
        if row.key == "next":
            self.action_next_page()
        elif row.key.startswith("/"):
            self._fold = self._fold.toggled("" if row.key == "/" else row.key)
            self._show()

    def action_next_page(self) -> None:
        """Fetch the next page."""
        if self.next_token:
            self.post_message(self.NextPageAsked(self.next_token))

    def action_pause(self) -> None:
        """Hold new events back, or take in what was held."""
        self.paused = not self.paused
        held, self._held = self._held, []
        for event in held:
            self.add_event(event)
        if self.paused:
            self.border_title = "Stream · paused"

    def action_export(self) -> None:
        """Copy the operation as code, or the result."""
        self.post_message(self.ExportAsked())

    def action_save(self) -> None:
        """Save what is shown."""
        if self.result is not None:
            self.post_message(self.SaveAsked(self.result.body))
        else:
            self.post_message(self.SaveAsked("\n".join(each.body for each in self._events)))

    def action_search(self) -> None:
        """Search in what is shown."""
        self.post_message(self.SearchAsked())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works for what is shown."""
        if action == "fold":
            return not self.streaming and bool(self.rows)
        if action == "pause":
            return self.streaming
        if action == "next_page":
            return bool(self.next_token)
        if action == "view":
            if self.result is None:
                return False
            return parameters != ("table",) or bool(self._tables)
        if action in ("save", "search"):
            return self.result is not None or bool(self._events)
        return super().check_action(action, parameters)


def _document(result: Result) -> Any:
    import json

    try:
        return json.loads(result.body)
    except ValueError:
        return None
