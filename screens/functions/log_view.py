"""The live log: lines of one function or all, filtered, searched, folded; quick in a flood."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from screens.functions.log_rows import LogRows, copied
from screens.widgets.following_view import FollowingView
from screens.widgets.keys import key
from screens.widgets.log_lines_view import NEXT_LEVEL, LogLinesView
from screens.widgets.row_list import RowList
from screens.widgets.text_styles import MUTED, TEXT, Spans
from screens.widgets.titles import as_title
from workbench.function_logs.log_book import Entry, LogBook
from workbench.function_logs.log_feed import FunctionLine
from workbench.model.events import Level
from workbench.wording import plural


class FunctionLogView(LogLinesView):
    """The lines that pass the filter; Enter shows all of an invocation."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("function_log.open", "enter", "open", "Invocation",
            "Show the invocation that the line belongs to"),
        key("function_log.search", "slash", "ask('search')", "Search", "Find a text"),
        key("function_log.next", "n", "find(1)", "Next", "Go to the next match"),
        key("function_log.previous", "N", "find(-1)", "Previous", "Go to the previous match",
            show=False),
        key("function_log.filter", "f", "ask('filter')", "Filter", "Filter the lines by a text"),
        key("function_log.user", "u", "ask('user')", "User",
            "Show only invocations that name a user", show=False),
        key("function_log.request", "R", "request", "This one",
            "Show only the invocation under the cursor, or all again", show=False),
        key("function_log.level", "L", "level", "Level", "Change the lowest level shown",
            show=False),
        key("function_log.follow", "t", "follow", "Follow", "Keep the newest line in view"),
        key("function_log.older", "o", "older", "Older", "Read another hour back"),
        key("function_log.wrap", "w", "wrap", "Wrap", "Wrap long lines", show=False),
        key("function_log.copy", "y", "copy", "Copy", "Copy the line under the cursor"),
        key("function_log.copy_all", "Y", "copy_all", "Copy all", "Copy all lines shown",
            show=False),
        key("function_log.save", "s", "save", "Save", "Save the lines shown to a file",
            show=False),
        key("function_log.clear", "ctrl+k", "clear", "Clear", "Forget the lines shown",
            show=False),
        key("function_log.left", "left,h", "sideways(-8)", "Left", "Scroll left", show=False),
        key("function_log.right", "right", "sideways(8)", "Right", "Scroll right", show=False),
    ]  # fmt: skip

    class Opened(Message):
        """Enter on a line."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    class OlderAsked(Message):
        """The user wants to see what was logged before."""

    def __init__(self) -> None:
        super().__init__("function-log-view")
        self.lines = LogRows(LogBook())
        self.hint: tuple[Spans, ...] = ()
        """What stands in the empty log."""

    def find(self, wanted: str, start: int, step: int) -> int | None:
        """The next row with the text."""
        return self.lines.find(wanted, start, step)

    def row_count(self) -> int:
        """How many rows pass the filter."""
        return len(self.lines.rows)

    def row_spans(self, index: int) -> Spans:
        """The row, scrolled sideways where asked."""
        shift = 0 if self.wrapped else self._shift
        return self.lines.spans(self.lines.rows[index], self.search, shift)

    def empty_rows(self) -> tuple[Spans, ...]:
        """Whether there are no lines, or none that pass the filter."""
        if self.lines.book.entries:
            return ((("No line matches the filter. ", TEXT), ("Esc shows all.", MUTED)),)
        return self.hint

    def take(self, lines: tuple[FunctionLine, ...]) -> None:
        """Show new lines: at most one repaint for a batch, none where the view is hidden."""
        self.rows_added(self.lines.take(lines))

    def take_older(self, lines: tuple[FunctionLine, ...]) -> None:
        """Show lines before all others; the cursor stays on its row."""
        added = self.lines.take_older(lines)
        self.following = False
        self.rows_changed()
        self.cursor = max(0, added - 1)
        self.post_message(self.SettingsChanged())

    def on_resize(self, event: events.Resize) -> None:
        """Wrap to the new width; catch up with what came while hidden."""
        if event.size.height:
            self._rewrap()
            self.show_newest()

    def text_width_changed(self) -> None:
        """Wrap to what the scrollbar leaves."""
        self._rewrap()

    def _rewrap(self) -> None:
        width = self.text_width if self.wrapped else 0
        if width != self.lines.width:
            self.lines.wrap(width)
            self.show_newest()

    @property
    def current(self) -> Entry | None:
        """The entry under the cursor."""
        rows = self.lines.rows
        return rows[self.cursor].entry if self.cursor < len(rows) else None

    @property
    def is_filtered(self) -> bool:
        """Whether something beside functions is asked for."""
        wanted = self.lines.book.filter
        return bool(wanted.text or wanted.names or wanted.request or self.search)

    # -- actions ----------------------------------------------------------------------------------

    def row_opened(self, index: int) -> None:
        """Show the line's invocation."""
        self.post_message(self.Opened(self.lines.rows[index].entry))

    def action_open(self) -> None:
        """Show the line's invocation."""
        if self.current is not None:
            self.row_opened(self.cursor)

    def action_older(self) -> None:
        """Ask for another hour."""
        self.post_message(self.OlderAsked())

    def action_level(self) -> None:
        """Show less, in turn: from debug, info, warning, error on."""
        self.ask_for(level=NEXT_LEVEL[self.lines.book.filter.level])

    def action_request(self) -> None:
        """Show one invocation alone, or all."""
        if self.lines.book.filter.request:
            self.ask_for(request="")
        elif self.current is not None and self.current.request:
            self.ask_for(request=self.current.request)

    def action_wrap(self) -> None:
        """Wrap long lines or cut them."""
        self.wrapped = not self.wrapped
        self._shift = 0
        self._rewrap()
        self.post_message(self.SettingsChanged())

    def action_copy(self) -> None:
        """Copy the line under the cursor."""
        if self.current is not None:
            self.post_message(RowList.CopyAsked(copied(self.current), "the line"))

    def action_copy_all(self) -> None:
        """Copy all lines that pass the filter."""
        text = self.lines.text()
        self.post_message(RowList.CopyAsked(text, plural(len(self.lines.book.shown), "line")))

    def action_save(self) -> None:
        """Save all lines that pass the filter."""
        self.post_message(self.SaveAsked(self.lines.text()))

    def action_clear(self) -> None:
        """Forget the lines."""
        self.lines.clear()
        self.show_newest()

    def ask_for(self, **wanted: object) -> None:
        """Filter otherwise in these members."""
        self.lines.show(replace(self.lines.book.filter, **wanted))  # type: ignore[arg-type]
        self.show_newest()
        self.refresh_bindings()
        self.post_message(self.SettingsChanged())

    def end_filters(self) -> None:
        """Show all lines of the chosen functions again."""
        self.search = ""
        self.ask_for(text="", names=(), request="")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can work now."""
        if action == "find":
            return bool(self.search)
        if action in ("copy", "copy_all", "save", "clear", "open"):
            return bool(self.lines.rows)
        if action == "request":
            return bool(self.lines.rows) or bool(self.lines.book.filter.request)
        if action == "sideways":
            return not self.wrapped
        return super().check_action(action, parameters)


_ASKED: Final = {
    "search": "text to find",
    "filter": "show only lines with …",
    "user": "show only invocations that name this user",
}


class FunctionLogPane(Vertical):
    """The view with its input line; its title says what is shown."""

    def __init__(self) -> None:
        super().__init__(id="function-log", classes="pane")
        self.view = FunctionLogView()
        self.about = ""
        """Where the lines come from, in words, where that needs words."""
        self._asking = ""

    def compose(self) -> ComposeResult:
        """The lines, and below them the input line when asked for."""
        yield self.view
        entry = Input(id="function-log-entry", compact=True)
        entry.display = False
        yield entry

    def on_mount(self) -> None:
        """Name the settings in the title."""
        self.show_title()

    @on(FollowingView.SettingsChanged)
    def show_title(self) -> None:
        """Say what is shown."""
        wanted = self.view.lines.book.filter
        parts = ["Log", ", ".join(sorted(wanted.functions)) or "all functions"]
        if wanted.level is not Level.DEBUG:
            parts.append(f"{wanted.level.value} and up")
        if wanted.request:
            parts.append(f"request {wanted.request[:8]}")
        if wanted.names:
            parts.append(f"user “{wanted.names[0]}”")
        if wanted.text:
            parts.append(f"only “{wanted.text}”")
        if self.view.search:
            parts.append(f"find “{self.view.search}”")
        parts.append("following" if self.view.following else "paused · t follows")
        if self.view.wrapped:
            parts.append("wrapped")
        self.border_title = as_title(" · ".join(parts))
        self.border_subtitle = as_title(self.about)

    @on(FunctionLogView.Asked)
    def _asked(self, event: FunctionLogView.Asked) -> None:
        event.stop()
        wanted = self.view.lines.book.filter
        known = {"search": self.view.search, "filter": wanted.text, "user": "".join(wanted.names)}
        self._asking = event.what
        entry = self.query_one("#function-log-entry", Input)
        entry.placeholder = _ASKED[event.what]
        entry.value = known[event.what]
        entry.display = True
        entry.focus()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        text = event.value.strip().casefold()
        if self._asking == "filter":
            self.view.ask_for(text=event.value.casefold())
        elif self._asking == "user":
            self.view.ask_for(names=(text,) if text else ())

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._asking == "search":
            self.view.set_search(event.value)
        self._close_entry()

    def step_back(self) -> bool:
        """Leave the input line, or end the filters; False where neither was."""
        if self._asking:
            self._close_entry()
        elif self.view.is_filtered:
            self.view.end_filters()
        else:
            return False
        return True

    @property
    def is_typing(self) -> bool:
        """Whether the input line is open."""
        return bool(self._asking)

    def _close_entry(self) -> None:
        self._asking = ""
        self.query_one("#function-log-entry", Input).display = False
        self.view.focus()
        self.show_title()
