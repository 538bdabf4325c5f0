"""Two environments beside each other."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.branches.environment_rows import difference_rows
from screens.widgets.key_bar import KeyBar
from screens.widgets.row_list import Row, RowList
from screens.widgets.tones import FAIL, MUTED, TEXT
from workbench.branches.opening import OpenedBranches
from workbench.project.models import ProjectProblem


class CompareScreen(ModalScreen[None]):
    """What the second has more (+), less (-) or else (~)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,c", "close", "Close", id="compare.close", tooltip="Back to the branches"),
    ]

    def __init__(self, opened: OpenedBranches, first: str, second: str) -> None:
        super().__init__(id="compare")
        self._opened = opened
        self._sides = (first, second)

    def compose(self) -> ComposeResult:
        """The differences."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = " → ".join(self._sides)
            yield RowList(empty=((("Reading both …", MUTED),),), id="compare-rows")
        yield KeyBar()

    def on_mount(self) -> None:
        """Read both."""
        self.query_one(RowList).focus()
        self._load()

    @work(group="compare")
    async def _load(self) -> None:
        try:
            found = await asyncio.to_thread(self._opened.compared, *self._sides)
        except ProjectProblem as problem:
            rows = [Row((("✗ ", FAIL), (str(problem), TEXT)))]
        else:
            rows = difference_rows(found, *self._sides)
        self.query_one(RowList).show_rows(rows)

    def action_close(self) -> None:
        """Back to the branches."""
        self.dismiss(None)
