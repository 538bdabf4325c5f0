"""Dialog of rows to read: what changed, what an environment consists of."""

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
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import MUTED
from screens.widgets.titles import as_title
from workbench.model.user_problem import UserProblem


class RowsScreen(ModalScreen[None]):
    """Shows rows that are there, or that ``read`` brings (it blocks, so it runs in a thread)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("rows.close", "escape,enter", "close", "Close", "Close"),
    ]

    def __init__(
        self,
        title: str,
        rows: Sequence[Row] = (),
        read: Callable[[], Sequence[Row]] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        # Mostly without an id: one may follow another before the first is gone.
        # As small as its content, where that is there already.
        super().__init__(classes="rows" if read is not None or id else "rows -few", id=id)
        self._title = title
        self._rows = rows
        self._read = read

    def compose(self) -> ComposeResult:
        """The rows."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(self._title)
            words = "Reading …" if self._read is not None else "Nothing to show."
            yield RowList(self._rows, empty=(((words, MUTED),),))
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the rows, if they are not there yet."""
        self.query_one(RowList).focus()
        if self._read is not None:
            self._load(self._read)

    @work(group="load")
    async def _load(self, read: Callable[[], Sequence[Row]]) -> None:
        try:
            rows = await asyncio.to_thread(read)
        except UserProblem as problem:
            rows = problem_rows(problem)
        self.query_one(RowList).show_rows(rows)

    def action_close(self) -> None:
        """Back."""
        self.dismiss(None)
