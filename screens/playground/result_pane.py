"""The pane of one result, or of one subscription's events."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.message import Message

from screens.playground.result_rows import Fold, problem_rows
from screens.playground.shown_result import FileContent, ShownResult, View, WhoMay
from screens.playground.shown_stream import ShownStream
from screens.playground.tab_state import Outcome, StreamState
from screens.widgets.keys import key
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import ACCENT, MUTED, plain
from screens.widgets.titles import as_title
from workbench.playground.requests import Request, Result
from workbench.playground.run_as import RunAs

FLUSH_SECONDS = 0.05
_HINT = (
    (("Nothing has been run yet.", MUTED),),
    (
        ("Write an operation and press ", MUTED),
        ("F5", ACCENT),
        (" or ", MUTED),
        ("Ctrl+J", ACCENT),
        (".", MUTED),
    ),
    (("F3", ACCENT), (" shows the schema and writes operations for you.", MUTED)),
)


class ResultPane(RowList):
    """One result, or one stream."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("result.fold", "enter", "fold", "Fold", "Fold or unfold the part, or go to the error"),
        key("result.pause", "space", "pause", "Pause", "Pause the stream, or resume it"),
        key("result.fold_too", "space", "fold_here", "Fold", "Fold or unfold the part", show=False),
        key("result.table", "t", "view('table')", "Table", "Show lists as a table"),
        key("result.trace", "x", "view('trace')", "Trace", "Show what each resolver did"),
        key("result.match", "n", "next_match", "Next match", "Go to the next match of the search"),
        key("result.next", "n", "next_page", "Next page", "Fetch the next page"),
        key("result.export", "Y", "export", "Copy as…", "Copy as JSON, curl, code"),
        key("result.search", "slash", "search", "Search", "Search in what is shown"),
        key("result.edit", "i", "edit", "Edit", "Go to the operation, to edit it"),
        key("result.save", "w", "save", "Save", "Save what is shown to a file"),
    ]

    class NextPageAsked(Message):
        """The key for the next page."""

        def __init__(self, token: str) -> None:
            super().__init__()
            self.token = token

    class ExportAsked(Message):
        """The key for copying what was run; ``result`` is None for a stream."""

        def __init__(self, caller: RunAs, request: Request, result: Result | None) -> None:
            super().__init__()
            self.caller = caller
            self.request = request
            self.result = result

    class SaveAsked(Message):
        """The key for saving what is shown."""

        def __init__(self, content: FileContent) -> None:
            super().__init__()
            self.content = content

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

    def __init__(self, who_may: WhoMay, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__((), empty=_HINT, id=id, classes="pane", filters=False)
        self.border_title = "Result"
        self.view = View.JSON
        self._who_may = who_may
        self._shown: ShownResult | ShownStream | None = None
        self._problem = ""
        self._fold = Fold()
        self._is_flush_due = False

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
        if outcome.problem:
            self.show_problem(outcome.problem)
            return
        if outcome.result is None:
            self.show_nothing()
            self.show_running(outcome.caller.label)
            return
        last = self._shown
        is_same_run = isinstance(last, ShownResult) and last.outcome.run == outcome.run
        self._forget()
        self._shown = shown = ShownResult(outcome, outcome.result)
        self.border_title = as_title(f"Result · {outcome.caller.label}")
        if self.view is View.TABLE and not shown.tables:
            self.view = View.JSON
        if not is_same_run:
            self.cursor = 0
            self.scroll_home(animate=False)
        self._show()

    def show_trace(self, outcome: Outcome) -> None:
        """Add the trace to the result that is shown."""
        if isinstance(self._shown, ShownResult) and self._shown.outcome.run == outcome.run:
            self._shown.outcome = outcome
            if self.view is View.TRACE:
                self._show()

    def show_problem(self, problem: str, *, above: bool = False) -> None:
        """Say why nothing was run; ``above`` what is shown, which stays."""
        if not above:
            self._forget()
            self.border_title = "Result"
        self._problem = problem
        self._show()

    def show_stream(self, stream: StreamState) -> None:
        """Show a stream with its events so far."""
        self._forget()
        self._shown = ShownStream(stream)
        self._flush()
        self.action_last()

    def stream_changed(self) -> None:
        """There are events, or it has begun or ended; painted 20 times a second at most."""
        if not self._is_flush_due:
            self._is_flush_due = True
            self.set_timer(FLUSH_SECONDS, self._flush)

    def search(self, wanted: str) -> None:
        """Mark the matches and go to the first; a stream shows only matching events."""
        if wanted == self._fold.wanted:
            return
        self._fold = Fold(self._fold.folded, wanted)
        self._show()
        self._go_to_match(0)

    def action_next_match(self) -> None:
        """Go to the next row that matches, behind the last one to the first."""
        self._go_to_match(self.cursor + 1)

    def _go_to_match(self, start: int) -> None:
        wanted = self._fold.wanted.casefold()
        rows = self.rows
        for index in (*range(start, len(rows)), *range(start)) if wanted else ():
            if wanted in plain(rows[index].spans).casefold():
                self.cursor = index
                return

    def _forget(self) -> None:
        self._shown, self._problem, self._fold = None, "", Fold()

    @property
    def _stream(self) -> StreamState | None:
        return self._shown.stream if isinstance(self._shown, ShownStream) else None

    def _flush(self) -> None:
        self._is_flush_due = False
        shown = self._shown
        if not isinstance(shown, ShownStream):
            return
        at_end = self.cursor >= self.row_count() - 1
        self.border_title = as_title(shown.title)
        self._show()
        if at_end and shown.stream.paused_at is None:
            self.action_last()

    def _show(self) -> None:
        self._empty = () if isinstance(self._shown, ShownStream) else _HINT
        self.show_rows(self._rows_now())
        self.refresh_bindings()

    def _rows_now(self) -> list[Row]:
        shown, width = self._shown, self.text_width
        problem = problem_rows(self._problem, width) if self._problem else []
        if isinstance(shown, ShownStream):
            return [*problem, *shown.rows(self._fold, width)]
        if shown is None:
            return problem
        result = shown.rows(self.view, self._fold, width, self._who_may)
        if not problem:
            return result
        return [*problem, Row((("Previous result:", MUTED),)), *result]

    def on_resize(self) -> None:
        """Wrap to the new width."""
        if self._problem or self._shown is not None:
            self.show_rows(self._rows_now())

    def text_width_changed(self) -> None:
        """Wrap to what the scrollbar leaves."""
        self.on_resize()

    # -- keys -------------------------------------------------------------------------------------

    def action_view(self, view: str) -> None:
        """Look at the result another way; the same key again goes back to JSON."""
        wanted = View(view)
        self.view = View.JSON if self.view is wanted else wanted
        self.cursor = 0
        self._show()

    def action_fold(self) -> None:
        """Fold or unfold the part under the cursor; on an error go to its line."""
        row = self.current
        if row is None:
            return
        if row.key == "next":
            self.action_next_page()
        elif row.key.startswith("error:") and isinstance(self._shown, ShownResult):
            number = int(row.key.partition(":")[2])
            self.post_message(self.ErrorChosen(self._shown.outcome, number))
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
        if isinstance(self._shown, ShownResult) and self._shown.next_token:
            self.post_message(self.NextPageAsked(self._shown.next_token))

    def action_pause(self) -> None:
        """Hide new events, or show those that were hidden."""
        if self._stream is not None:
            self._stream.toggle_pause()
            self._flush()

    def action_export(self) -> None:
        """Copy the operation as code, or the result."""
        if isinstance(self._shown, ShownResult):
            outcome = self._shown.outcome
            self.post_message(self.ExportAsked(outcome.caller, outcome.request, self._shown.result))
        elif self._stream is not None:
            self.post_message(self.ExportAsked(self._stream.caller, self._stream.request, None))

    def action_save(self) -> None:
        """Save what is shown."""
        if isinstance(self._shown, ShownStream):
            self.post_message(self.SaveAsked(self._shown.content()))
        elif self._shown is not None:
            self.post_message(self.SaveAsked(self._shown.content(self.view)))

    def action_edit(self) -> None:
        """Go to the operation."""
        self.post_message(self.EditAsked())

    def action_search(self) -> None:
        """Search in what is shown."""
        self.post_message(self.SearchAsked(self))

    def copied_text(self) -> str:
        """The value under the cursor as JSON, a string without its quotes."""
        row = self.current
        if row is None or not row.key.startswith("/"):
            return super().copied_text()
        value: Any = None if self._shown is None else self._shown.value(row.key)
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works for what is shown."""
        result = self._shown if isinstance(self._shown, ShownResult) else None
        stream = self._stream
        is_live = stream is not None and not stream.end
        if action == "fold":
            return result is not None or bool(stream and stream.total)
        if action == "fold_here":
            return not is_live
        if action == "pause":
            return is_live
        if action == "next_page":
            return result is not None and bool(result.next_token)
        if action == "next_match":
            return bool(self._fold.wanted)
        if action == "view":
            return result is not None and (parameters != ("table",) or bool(result.tables))
        if action in ("save", "search", "export"):
            return result is not None or bool(stream and (stream.total or action == "export"))
        return super().check_action(action, parameters)
