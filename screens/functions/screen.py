"""The functions pane: composes the list and the log, and routes keys to actions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import ClassVar, Final, Self

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from screens.dialogs.rows_screen import RowsScreen
from screens.functions.debug_screen import DebugScreen
from screens.functions.event_pickers import ask_past
from screens.functions.function_rows import function_rows
from screens.functions.function_screen import FunctionScreen
from screens.functions.invocation_screen import InvocationDetails, InvocationScreen
from screens.functions.invoke_screen import InvokeScreen
from screens.functions.log_rows import copied
from screens.functions.log_source import LogSource
from screens.functions.log_view import FunctionLogPane, FunctionLogView
from screens.functions.statistics_reader import StatisticsReader
from screens.pane import PaneContext, PaneScreen
from screens.saved_log import save_log
from screens.widgets.environment_banner import EnvironmentBanner
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.problem_rows import problem_rows
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import MUTED, TEXT
from workbench.function_logs.log_book import Head
from workbench.function_logs.log_feed import FunctionLine
from workbench.function_logs.records import LogRecord
from workbench.functions.backend_functions import BackendFunction, backend_functions
from workbench.functions.open_functions import OpenedFunctions
from workbench.functions.past_invocations import invocation
from workbench.functions.source_places import has_frames, source_places
from workbench.functions.starts import Start, starts_of
from workbench.functions.statistics import Statistics
from workbench.model.user_problem import UserProblem
from workbench.wording import plural

_HOUR: Final = 3_600_000
_BEFORE: Final = 15 * 60
"""Seconds before the pane is opened whose lines are shown, too."""
_RECENT_LINES: Final = 100_000


_Read = tuple[OpenedFunctions, tuple[BackendFunction, ...], Mapping[str, Sequence[Start]]]


class FunctionList(RowList):
    """The functions; where the cursor is decides what the log shows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("functions.open", "enter", "open", "Log", "Go to the function's log"),
    ]

    class Moved(Message):
        """The cursor is on another function."""

    def __init__(self) -> None:
        waiting = ((("Loading the functions …", MUTED),),)
        super().__init__(
            empty=waiting, id="functions-rows", classes="pane", keys_by_row=True, filters=False
        )
        self.border_title = "Functions"

    def watch_cursor(self, old: int, new: int) -> None:
        """The log follows."""
        super().watch_cursor(old, new)
        if old != new:
            self.post_message(self.Moved())


class FunctionsScreen(PaneScreen, inherit_bindings=False):
    """Stays behind the sandbox's screen and goes on reading the logs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("functions.invoke", "i", "invoke", "Invoke", "Invoke the function with an event"),
        key("functions.past", "h", "past", "History",
            "Past invocations: see their events, change and send them again"),
        key("functions.details", "d", "details", "Details",
            "What starts the function and what it may do; switch its sources"),
        key("functions.debug", "b", "debug", "Debug",
            "Restart the function with a debugger's port (local cloud)", show=False),
        key("functions.internal", "full_stop", "internal", "Internal",
            "Show functions that serve custom resources, or hide them", show=False, display="."),
        key("functions.reload", "r", "reload", "Refresh", "Read again which functions there are"),
        key("functions.back", "escape", "back", "Back",
            "End the search, back to the list, leave the pane"),
    ]  # fmt: skip
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it so
        (0, "-narrow"),
        (120, "-wide"),
    ]

    def __init__(
        self, open_functions: Callable[[], OpenedFunctions], folder: Path, title: str
    ) -> None:
        super().__init__(id="functions")
        self._open = open_functions
        self._folder = folder
        self._title = title
        self._opened: OpenedFunctions | None = None
        self._functions: tuple[BackendFunction, ...] = ()
        self._starts: Mapping[str, Sequence[Start]] = {}
        self._shows_internal = False
        self._source = LogSource(self._take_lines, self._say_of_logs)
        self._numbers: Mapping[str, Statistics] = {}
        self._statistics = StatisticsReader(self, self._numbers_came)
        self._is_stale = False

    @classmethod
    def of(cls, context: PaneContext) -> Self:
        """The functions of the selected environment."""
        return cls(context.open_functions, context.sandbox.info.sandbox_dir, context.title)

    def compose(self) -> ComposeResult:
        """The list beside the log, below the banner of another environment."""
        yield EnvironmentBanner()
        yield Static("", id="functions-bar", markup=False)
        with Horizontal(id="functions-columns"):
            yield FunctionList()
            yield FunctionLogPane()
        yield KeyBar()

    def on_mount(self) -> None:
        """Read which functions there are, and follow their logs."""
        self.table.focus()
        self._source.open()
        self.log_view.hint = (
            (("Nothing logged yet.", TEXT),),
            (("What the functions log appears here while they run.", MUTED),),
        )
        self.action_reload()

    def on_unmount(self) -> None:
        """Read no more."""
        self._source.close()

    def deployed(self) -> None:
        """There may be other functions."""
        self._is_stale = True
        if self.is_current:
            self.action_reload()

    def on_screen_resume(self) -> None:
        """Read again what a deployment may have changed meanwhile."""
        if self._is_stale:
            self.action_reload()
        else:
            self._statistics.read()

    def on_screen_suspend(self) -> None:
        """Behind another screen the numbers are not read."""
        self._statistics.pause()

    def on_resize(self) -> None:
        """The chart is shown where it has room."""
        self._show_rows()

    @property
    def table(self) -> FunctionList:
        """The list of functions."""
        return self.query_one(FunctionList)

    @property
    def log_pane(self) -> FunctionLogPane:
        """The log with its input line."""
        return self.query_one(FunctionLogPane)

    @property
    def log_view(self) -> FunctionLogView:
        """The log's lines."""
        return self.log_pane.view

    @property
    def current(self) -> BackendFunction | None:
        """The function under the cursor; None on the row of all."""
        row = self.table.current
        found = (each for each in self._functions if row is not None and each.function == row.key)
        return next(found, None)

    # -- reading ----------------------------------------------------------------------------------

    @work(group="functions", exclusive=True)
    async def action_reload(self) -> None:
        """Read which functions there are."""
        self._is_stale = False
        self._show_bar("loading …")
        try:
            opened, functions, starts = await asyncio.to_thread(self._read)
        except UserProblem as problem:
            self.table.show_rows(problem_rows(problem))
            self._show_bar("not loaded · r retries")
            return
        self._opened, self._functions, self._starts = opened, functions, starts
        self._show()
        self._source.follow(opened, self._shown)
        self._statistics.follow(opened, self._shown)

    def _read(self) -> _Read:
        opened = self._opened or self._open()
        live = opened.live()
        return opened, backend_functions(live), starts_of(live)

    @property
    def _shown(self) -> list[BackendFunction]:
        return [each for each in self._functions if self._shows_internal or not each.is_internal]

    def _show(self) -> None:
        shown = self._shown
        self._show_rows()
        if not shown:
            self.table.show_rows(
                [
                    Row((("There are no functions yet.", TEXT),)),
                    Row((("Define one in amplify/functions and save.", MUTED),)),
                ]
            )
        hidden = len(self._functions) - len(shown)
        words = plural(len(shown), "function")
        if hidden:
            words += f" · {hidden} internal (. shows)"
        self._show_bar(words)
        self._choose()

    def _show_rows(self) -> None:
        rows = function_rows(self._shown, self._starts, self._numbers, self.table.size.width)
        if rows:
            self.table.show_rows(rows)

    def _numbers_came(self, numbers: Mapping[str, Statistics], problem: str) -> None:
        if not self.is_mounted:
            return
        self._numbers = numbers
        self._show_rows()
        if problem:
            self.shell.say(problem)

    def _show_bar(self, words: str) -> None:
        self.query_one("#functions-bar", Static).update(f"{self._title} · {words}")

    # -- lines ------------------------------------------------------------------------------------

    def _take_lines(self, lines: tuple[FunctionLine, ...]) -> None:
        if self.is_mounted:
            self.log_view.take(lines)
            self._statistics.take(lines)

    def _say_of_logs(self, about: str) -> None:
        if self.is_mounted:
            self.log_pane.about = about
            self.log_pane.show_title()

    # -- choosing ---------------------------------------------------------------------------------

    @on(FunctionList.Moved)
    def _choose(self) -> None:
        """Show what the function under the cursor logs, or all."""
        function = self.current
        wanted = frozenset({function.name}) if function is not None else frozenset()
        if wanted != self.log_view.lines.book.filter.functions:
            self.log_view.ask_for(functions=wanted)

    @on(FunctionList.Opened)
    def _list_opened(self) -> None:
        """Go to the log."""
        self.log_view.focus()

    def action_internal(self) -> None:
        """Show the internal functions, or hide them."""
        self._shows_internal = not self._shows_internal
        self._show()
        if self._opened is not None:
            self._source.follow(self._opened, self._shown)
            self._statistics.follow(self._opened, self._shown)

    def action_details(self) -> None:
        """Show what the function is."""
        function = self.current
        if function is not None and self._opened is not None:
            self.app.push_screen(FunctionScreen(self._opened, function))

    def action_invoke(self) -> None:
        """Invoke the function under the cursor."""
        if self.current is not None:
            self._open_invoke(self.current)

    def action_debug(self) -> None:
        """Put the function under the cursor under a debugger."""
        if self.current is not None and self._opened is not None:
            self.app.push_screen(DebugScreen(self._opened, self.current))

    @work(group="dialog")
    async def action_past(self) -> None:
        """Choose a past invocation, to send its event again."""
        opened, function = self._opened, self.current
        if opened is None or function is None:
            return
        past = await ask_past(self.app.push_screen_wait, self.shell, opened, function)
        if past is not None:
            self._open_invoke(function, past.event)

    def _open_invoke(self, function: BackendFunction, event: str = "") -> None:
        if self._opened is not None:
            starts = self._starts.get(function.function, ())
            self.app.push_screen(InvokeScreen(self._opened, function, starts, event))

    @on(FunctionLogView.Opened)
    def _entry_opened(self, event: FunctionLogView.Opened) -> None:
        entry = event.entry
        head = entry if isinstance(entry, Head) else entry.head
        if head is None:
            rows = [Row(((line, TEXT),)) for line in copied(entry).split("\n")]
            self.app.push_screen(RowsScreen(entry.function, rows, id="function-line"))
        else:
            self._show_invocation(head)

    @work(group="dialog")
    async def _show_invocation(self, head: Head) -> None:
        """Show it; its event may be sent again from there."""
        opened = self._opened
        function = next((each for each in self._functions if each.name == head.function), None)
        if opened is None or function is None:
            return
        lines = self.log_view.lines.book.lines_of(head)
        read = partial(_details, opened, function, head.request, _any_frames(lines))
        event = await self.app.push_screen_wait(InvocationScreen(head, lines, read))
        if event is not None:
            self._open_invoke(function, event)

    @on(FunctionLogView.OlderAsked)
    @work(group="older", exclusive=True)
    async def _read_older(self) -> None:
        lines = await self._source.older()
        self.log_view.take_older(lines)
        clock = f"{datetime.fromtimestamp(self._source.since / 1000):%d %b %H:%M}"
        self.shell.say(f"{plural(len(lines), 'line')} more, back to {clock}")

    @on(FunctionLogView.SaveAsked)
    async def _save(self, event: FunctionLogView.SaveAsked) -> None:
        path = await asyncio.to_thread(save_log, self._folder, event.text)
        self.shell.say(f"Saved {path}")

    def action_back(self) -> None:
        """One step back, at last out of the pane."""
        if self.log_pane.step_back():
            return
        if self.log_view.has_focus:
            self.table.focus()
        else:
            self.leave()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        own = ("details", "internal", "reload", "invoke", "past", "debug")
        if action in own and isinstance(self.focused, Input):
            return False
        if action == "debug" and (self._opened is None or not self._opened.clients.is_local):
            return False
        if action in ("details", "invoke", "past", "debug"):
            return self.current is not None
        return super().check_action(action, parameters)


def _any_frames(lines: Sequence[LogRecord]) -> bool:
    """Whether one of the lines has a stack trace."""
    return any(has_frames(each.text) for each in lines)


def _details(
    opened: OpenedFunctions, function: BackendFunction, request: str, with_places: bool
) -> InvocationDetails:
    """What is known of an invocation beside its log; blocks."""
    try:
        past = invocation(opened, function, request)
        places = source_places(opened, opened.live(), function) if with_places else None
    except UserProblem as problem:
        return InvocationDetails(None, None, problem.what)
    return InvocationDetails(past, places)
