"""The pool's trigger functions with the logs of their last runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.problem_rows import problem_rows
from screens.widgets.row_list import Row
from screens.widgets.text_styles import ACCENT, MUTED, STRONG, TEXT, WARN
from screens.widgets.titles import as_title
from screens.widgets.wrapped_rows import WrappedRows
from workbench.model.user_problem import UserProblem
from workbench.users.trigger_logs import Trigger


class TriggersScreen(ModalScreen[None]):
    """A run whose log names the user has a mark."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("pool.reload", "r", "reload", "Refresh", "Read the logs again"),
        key("pool.back", "escape,l", "close", "Close", "Back to the users"),
    ]

    def __init__(self, read: Callable[[], Sequence[Trigger]], whom: str) -> None:
        super().__init__(id="triggers")
        self._read = read
        self._whom = whom

    def compose(self) -> ComposeResult:
        """The functions, each with its runs below."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(
                "Triggers" + (f" · ● names {self._whom}" if self._whom else "")
            )
            yield WrappedRows(empty=((("Loading the logs …", MUTED),),), id="triggers-rows")
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the logs."""
        self.query_one(WrappedRows).focus()
        self.action_reload()

    @work(group="triggers", exclusive=True)
    async def action_reload(self) -> None:
        """Read the logs again."""
        try:
            rows = trigger_rows(await asyncio.to_thread(self._read))
        except UserProblem as problem:
            rows = problem_rows(problem)
        self.query_one(WrappedRows).show_wrapped(rows)

    def action_close(self) -> None:
        """Back to the users."""
        self.dismiss(None)


def trigger_rows(triggers: Sequence[Trigger]) -> list[Row]:
    """A heading for each trigger, then its runs, newest first."""
    if not triggers:
        return [
            Row((("No trigger functions are attached to this pool.", TEXT),)),
            Row((("Add one with `triggers` in amplify/auth/resource.", MUTED),)),
        ]
    rows: list[Row] = []
    for each in triggers:
        if rows:
            rows.append(Row(()))
        rows.append(Row(((each.name, STRONG), (f"  {each.function}", MUTED)), copy=each.function))
        if each.note:
            rows.append(Row(((f"  {each.note}", WARN),), copy=each.note))
        elif not each.invocations:
            rows.append(Row((("  never ran", MUTED),)))
        for run in each.invocations:
            mark = ("● ", ACCENT) if run.is_of_user else ("  ", TEXT)
            rows.append(Row((mark, (f"{run.at.astimezone():%Y-%m-%d %H:%M:%S}", TEXT))))
            lines = run.lines or ("(no log lines)",)
            rows += [Row(((f"    {line}", MUTED),), copy=line) for line in lines]
    return rows
