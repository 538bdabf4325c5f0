"""The log pane: levels, follow, search, filter, wrap, copy, save; stays quick in a flood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from screens.sandbox.log_buffer import LogBuffer, line_text, row_spans
from screens.widgets.keys import key
from screens.widgets.log_lines_view import NEXT_LEVEL, LogLinesView
from screens.widgets.row_list import RowList
from screens.widgets.text_styles import ACCENT, MUTED, TEXT, Spans
from screens.widgets.titles import as_title
from workbench.model.events import Level, LogLine
from workbench.wording import plural


class LogView(LogLinesView):
    """The lines; follows the newest one until the cursor leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("log.search", "slash", "ask('search')", "Search", "Find a text"),
        key("log.next", "n", "find(1)", "Next", "Go to the next match"),
        key("log.previous", "N", "find(-1)", "Previous", "Go to the previous match", show=False),
        key("log.filter", "f", "ask('filter')", "Filter", "Filter the lines by a text"),
        key("log.level", "l", "level", "Level", "Change the lowest level shown"),
        key("log.follow", "t", "follow", "Follow", "Keep the newest line in view"),
        key(
            "log.functions",
            "F",
            "functions",
            "Functions",
            "Show what the functions log (choose which), or no longer",
        ),
        key("log.wrap", "w", "wrap", "Wrap", "Wrap long lines"),
        key("log.copy", "y", "copy", "Copy", "Copy the line under the cursor"),
        key("log.copy_all", "Y", "copy_all", "Copy all", "Copy all lines shown", show=False),
        key("log.save", "s", "save", "Save", "Save the lines shown to a file"),
        key("log.left", "left,h", "sideways(-8)", "Left", "Scroll left", show=False),
        key("log.right", "right", "sideways(8)", "Right", "Scroll right", show=False),
    ]

    with_functions = False

    class FunctionsAsked(Message):
        """The user wants to see what the functions log, or no longer."""

        def __init__(self, on: bool) -> None:
            super().__init__()
            self.on = on

    def __init__(self, buffer: LogBuffer) -> None:
        super().__init__("log-view")
        self.buffer = buffer

    # -- rows -------------------------------------------------------------------------------------

    def find(self, wanted: str, start: int, step: int) -> int | None:
        """The next row with the text."""
        return self.buffer.find(wanted, start, step)

    def row_count(self) -> int:
        """How many rows pass the filters."""
        return len(self.buffer.rows)

    def row_spans(self, index: int) -> Spans:
        """The row, scrolled sideways where asked."""
        row = self.buffer.rows[index]
        if self._shift and not self.wrapped:
            head, text = row_spans(row, self.search)[:3], row.text[self._shift :]
            return (*head, (text, row_spans(row)[3][1]))
        return row_spans(row, self.search)

    def empty_rows(self) -> tuple[Spans, ...]:
        """Whether there are no lines, or none that pass the filter."""
        if self.buffer.line_count:
            return (
                (("No line matches the filter. ", TEXT), ("f changes it, l the level.", MUTED)),
            )
        return (
            (("No output yet.", TEXT),),
            (
                ("Output of synth and CloudFormation appears here; ", MUTED),
                ("F", ACCENT),
                (" adds what your functions log.", MUTED),
            ),
        )

    def take(self, lines: Sequence[LogLine], dropped: int) -> None:
        """Show new lines: at most one repaint for a batch, none where the view is hidden."""
        self.rows_added(self.buffer.append(lines, dropped))

    def on_resize(self, event: events.Resize) -> None:
        """Wrap to the new width; catch up with what came while hidden."""
        if event.size.height == 0:
            return
        if self.wrapped and self.buffer.wrap_width != self.text_width:
            self._arrange()
        else:
            self.show_newest()

    def text_width_changed(self) -> None:
        """Wrap to what the scrollbar leaves."""
        if self.wrapped and self.buffer.wrap_width != self.text_width:
            self._arrange()

    # -- actions ----------------------------------------------------------------------------------

    def action_level(self) -> None:
        """Show less, in turn: from debug, info, warning, error on."""
        self._arrange(minimum=NEXT_LEVEL[self.buffer.minimum])

    def action_functions(self) -> None:
        """Show what the functions log, or no longer."""
        self.show_functions(on=not self.with_functions)
        self.post_message(self.FunctionsAsked(self.with_functions))

    def show_functions(self, *, on: bool) -> None:
        """Say in the title whether the functions' lines are among the others."""
        self.with_functions = on
        self.post_message(self.SettingsChanged())

    def action_wrap(self) -> None:
        """Wrap long lines or cut them."""
        self.wrapped = not self.wrapped
        self._shift = 0
        self._arrange()

    def action_copy(self) -> None:
        """Copy the line under the cursor (following: the newest)."""
        if self.buffer.rows:
            self.post_message(RowList.CopyAsked(self.copied_text(), "the line"))

    def action_copy_all(self) -> None:
        """Copy all lines that pass the filters."""
        text = self.buffer.text()
        self.post_message(RowList.CopyAsked(text, plural(text.count("\n"), "line")))

    def action_save(self) -> None:
        """Save all lines that pass the filters."""
        self.post_message(self.SaveAsked(self.buffer.text()))

    def set_filter(self, text: str) -> None:
        """Show only lines with the text."""
        self._arrange(wanted=text)

    def copied_text(self) -> str:
        """The line under the cursor, with time and source."""
        return line_text(self.buffer.rows[self.cursor].line) if self.buffer.rows else ""

    def _arrange(self, *, minimum: Level | None = None, wanted: str | None = None) -> None:
        self.buffer.arrange(
            minimum=self.buffer.minimum if minimum is None else minimum,
            wanted=self.buffer.wanted if wanted is None else wanted,
            wrap_width=self.text_width if self.wrapped else 0,
        )
        self.show_newest()
        self.refresh_bindings()
        self.post_message(self.SettingsChanged())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can work now."""
        if action == "find":
            return bool(self.search)
        if action in ("copy", "copy_all", "save"):
            return bool(self.buffer.rows)
        if action == "sideways":
            return not self.wrapped
        return super().check_action(action, parameters)


class LogPane(Vertical):
    """The log view with its input line for searching and filtering."""

    def __init__(self, buffer: LogBuffer) -> None:
        super().__init__(id="log", classes="pane")
        self.view = LogView(buffer)
        self._asking = ""

    def compose(self) -> ComposeResult:
        """The lines, and below them the input line when asked for."""
        yield self.view
        entry = Input(id="log-entry", compact=True)
        entry.display = False
        yield entry

    def on_mount(self) -> None:
        """Name the settings in the title."""
        self._set_title()

    def on_following_view_settings_changed(self) -> None:
        """Name the settings in the title."""
        self._set_title()

    def on_log_lines_view_asked(self, event: LogView.Asked) -> None:
        """Open the input line."""
        event.stop()
        self._asking = event.what
        entry = self.query_one("#log-entry", Input)
        entry.placeholder = "text to find" if event.what == "search" else "show only lines with …"
        entry.value = self.view.search if event.what == "search" else self.view.buffer.wanted
        entry.display = True
        entry.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while typing."""
        event.stop()
        if self._asking == "filter":
            self.view.set_filter(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the text and go back to the lines."""
        event.stop()
        if self._asking == "search":
            self.view.set_search(event.value)
        self._close_entry()

    def on_key(self, event: events.Key) -> None:
        """Escape leaves the input line; on the lines it clears search and filter."""
        if event.key != "escape":
            return
        if self._asking:
            event.stop()
            self._close_entry()
        elif self.view.search or self.view.buffer.wanted:
            event.stop()
            self.view.set_filter("")
            self.view.set_search("")
            self._set_title()

    def _close_entry(self) -> None:
        self._asking = ""
        self.query_one("#log-entry", Input).display = False
        self.view.focus()
        self._set_title()

    def _set_title(self) -> None:
        buffer = self.view.buffer
        parts = ["4 Log"]
        if buffer.minimum is Level.DEBUG:
            parts.append("all levels")
        elif buffer.minimum is not Level.INFO:
            parts.append(f"{buffer.minimum.value} and up")
        if buffer.wanted:
            parts.append(f"only “{buffer.wanted}”")
        if self.view.search:
            parts.append(f"find “{self.view.search}”")
        if self.view.with_functions:
            parts.append("functions")
        parts.append("following" if self.view.following else "paused · t follows")
        if self.view.wrapped:
            parts.append("wrapped")
        self.border_title = as_title(" · ".join(parts))
