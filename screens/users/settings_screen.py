"""The pool's settings, with the lines of code that set them."""

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
from screens.widgets.text_styles import ACCENT, MUTED, TEXT
from screens.widgets.wrapped_rows import WrappedRows
from workbench.model.user_problem import UserProblem
from workbench.users.pool_settings import Setting

_NAMES = 20
"""Cells of the names; CloudFormation's names of clients are longer."""


class SettingsScreen(ModalScreen[None]):
    """Read when it opens; ``y`` copies a value."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("pool.close", "escape,v", "close", "Close", "Back to the users"),
    ]

    def __init__(self, read: Callable[[], Sequence[Setting]]) -> None:
        super().__init__(id="pool-settings")
        self._read = read

    def compose(self) -> ComposeResult:
        """A row for each setting."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "User pool"
            yield WrappedRows(id="pool-rows")
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the settings."""
        rows = self.query_one(WrappedRows)
        rows.show_wrapped([Row((("Loading …", MUTED),))])
        rows.focus()
        self._load()

    @work(group="settings")
    async def _load(self) -> None:
        try:
            settings = await asyncio.to_thread(self._read)
        except UserProblem as problem:
            rows = problem_rows(problem)
        else:
            width = min(_NAMES, max(len(each.name) for each in settings))
            rows = [
                Row(
                    (
                        (f"{each.name:>{width}}  ", MUTED),
                        (each.value, TEXT),
                        (f"  {each.place}" if each.place else "", ACCENT),
                    ),
                    each.name,
                    copy=each.value,
                    indent=width + 2,
                )
                for each in settings
            ]
        self.query_one(WrappedRows).show_wrapped(rows)

    def action_close(self) -> None:
        """Back to the users."""
        self.dismiss(None)
