"""Comparison of two environments; values are shown only on demand."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.branches.environment_rows import difference_rows
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.problem_rows import problem_rows
from screens.widgets.row_list import RowList
from screens.widgets.text_styles import MUTED
from screens.widgets.titles import as_title
from workbench.branches.compare import Difference
from workbench.branches.context import OpenedBranches
from workbench.model.user_problem import UserProblem


class CompareScreen(ModalScreen[None]):
    """What the second adds (+), lacks (-) or has different (~)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("compare.values", "s", "values", "Values",
            "Values of variables, and which secrets differ; secrets stay hidden"),
        key("compare.close", "escape,c", "close", "Close", "Back to the branches"),
    ]  # fmt: skip

    def __init__(self, opened: OpenedBranches, first: str, second: str) -> None:
        super().__init__(id="compare")
        self._opened = opened
        self._sides = (first, second)
        self._shows_values = False
        self._found: tuple[Difference, ...] | None = None

    def compose(self) -> ComposeResult:
        """The differences."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(" → ".join(self._sides))
            yield RowList(empty=((("Loading both …", MUTED),),), id="compare-rows")
        yield KeyBar()

    def on_mount(self) -> None:
        """Load both."""
        self.query_one(RowList).focus()
        self._load()

    @work(group="compare", exclusive=True)
    async def _load(self) -> None:
        try:
            found = await asyncio.to_thread(
                lambda: self._opened.compared(*self._sides, values=self._shows_values)
            )
        except UserProblem as problem:
            rows = problem_rows(problem)
        else:
            self._found = found
            rows = difference_rows(found, *self._sides, shows_values=self._shows_values)
        self.query_one(RowList).show_rows(rows)
        self.refresh_bindings()

    def action_values(self) -> None:
        """Show or hide the values."""
        self._shows_values = not self._shows_values
        self._load()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        if action == "values":
            return self._found is not None
        return super().check_action(action, parameters)

    def action_close(self) -> None:
        """Back to the branches."""
        self.dismiss(None)
