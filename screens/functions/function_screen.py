"""One function: what starts it, what it may do, its settings and code; its sources are switched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.dialogs.confirm_screen import ConfirmScreen
from screens.functions.function_rows import fact_rows
from screens.ports import UsesShell
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.problem_rows import problem_rows
from screens.widgets.row_list import Row
from screens.widgets.text_styles import MUTED, TEXT
from screens.widgets.titles import as_title
from screens.widgets.wrapped_rows import WrappedRows
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.event_sources import EventSource, switch_source
from workbench.functions.fact_words import Section, sections
from workbench.functions.facts import read_facts
from workbench.functions.open_functions import OpenedFunctions
from workbench.functions.schedules import Schedule, run_now, switch_schedule
from workbench.model.user_problem import UserProblem


class FunctionScreen(UsesShell, ModalScreen[None]):
    """Reads in threads; production asks before anything is changed or run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("function.switch", "t", "switch", "Enable/disable",
            "Turn the queue, stream or schedule under the cursor on or off"),
        key("function.run", "f5", "run", "Run now", "Invoke as the schedule under the cursor does"),
        key("function.reload", "r", "reload", "Refresh", "Read all of it again"),
        key("function.close", "escape,enter", "close", "Close", "Back to the functions"),
    ]  # fmt: skip

    def __init__(self, opened: OpenedFunctions, function: BackendFunction) -> None:
        super().__init__(id="function", classes="rows")
        self._opened = opened
        self._function = function
        self._sections: tuple[Section, ...] = ()

    def compose(self) -> ComposeResult:
        """All of it as rows."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(self._function.name)
            waiting = ((("Reading …", MUTED),),)
            yield WrappedRows(id="function-facts", keys_by_row=True, empty=waiting)
        yield KeyBar()

    def on_mount(self) -> None:
        """Read it."""
        self.rows.focus()
        self.action_reload()

    @property
    def rows(self) -> WrappedRows:
        """The rows."""
        return self.query_one(WrappedRows)

    @property
    def source(self) -> EventSource | Schedule | None:
        """The mapping or schedule under the cursor."""
        row = self.rows.current
        at = row.key.partition("#")[0] if row is not None else ""
        if not at:
            return None
        section, line = map(int, at.split(":"))
        return self._sections[section].lines[line].source

    @work(group="function", exclusive=True)
    async def action_reload(self) -> None:
        """Read all of it again."""
        try:
            found = await asyncio.to_thread(self._read)
        except UserProblem as problem:
            self.rows.show_wrapped(problem_rows(problem))
            return
        if self.is_attached:
            self._sections = found
            self.rows.show_wrapped(fact_rows(found))
            self.refresh_bindings()

    def _read(self) -> tuple[Section, ...]:
        facts = read_facts(self._opened, self._opened.live(), self._function)
        return sections(facts, datetime.now().astimezone())

    def action_switch(self) -> None:
        """Turn a source on or off."""
        source = self.source
        if source is None:
            return
        on = not source.is_on
        change: Callable[[], object] = (
            partial(switch_source, self._opened, source, on=on)
            if isinstance(source, EventSource)
            else partial(switch_schedule, self._opened, source, on=on)
        )
        verb = "Enable" if on else "Disable"
        self._change(change, f"{verb} {source.name}", f"{verb}d {source.name}")

    def action_run(self) -> None:
        """Run a schedule now."""
        source = self.source
        if isinstance(source, Schedule):
            run = partial(run_now, self._opened, self._function, source)
            words = f"Queued an invocation of {self._function.name}: the log shows what comes of it"
            self._change(run, f"Run {source.name}", words)

    @work(group="change")
    async def _change(self, change: Callable[[], object], what: str, done: str) -> None:
        if self._opened.is_production:
            question = f"{what} in production ({self._opened.name})?"
            rows = [Row(((f"{self._function.name} runs with the data of production.", TEXT),))]
            ask = ConfirmScreen(question, rows, what.partition(" ")[0], "Cancel")
            if not await self.app.push_screen_wait(ask):
                return
        try:
            await asyncio.to_thread(change)
        except UserProblem as problem:
            self.shell.say(str(problem), "error")
            return
        self.shell.say(done)
        if self.is_attached:
            self.action_reload()

    def action_close(self) -> None:
        """Back."""
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        if action == "switch":
            return self.source is not None
        if action == "run":
            return isinstance(self.source, Schedule)
        return super().check_action(action, parameters)
