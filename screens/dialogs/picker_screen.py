"""A dialog to pick one of many rows, with a search line: callers, fields, runs, files, formats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import MUTED, plain
from screens.widgets.titles import as_title

Search = Callable[[str], Sequence[Row]]


MOST_ROWS = 30
"""A longer list scrolls."""


class PickerInput(Input):
    """The search line; its Enter is shown among the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("picker.choose", "enter", "submit", "Choose", "Choose the marked row"),
    ]


class PickerScreen(ModalScreen[str | None]):
    """Dismissed with the picked row's key, or ``=`` and the typed text if ``takes_text``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("picker.close", "escape", "cancel", "Close", "Close without choosing"),
        key("picker.down", "down", "move(1)", "Next", "The next row", show=False),
        key("picker.up", "up", "move(-1)", "Previous", "The previous row", show=False),
        key("picker.page_down", "pagedown", "move(10)", "Page down", "Ten rows down", show=False),
        key("picker.page_up", "pageup", "move(-10)", "Page up", "Ten rows up", show=False),
    ]

    def __init__(
        self,
        title: str,
        search: Search,
        *,
        hint: str = "",
        takes_text: bool = False,
        text: str = "",
        toggles: Callable[[str], object] | None = None,
    ) -> None:
        """``toggles`` is called with each picked key instead of closing, then ``search`` again."""
        # No id: one picker may follow another before the first is gone.
        super().__init__(classes="picker")
        self._title = title
        self._search = search
        self._hint = hint
        self._takes_text = takes_text
        self._text = text
        self._toggles = toggles

    def compose(self) -> ComposeResult:
        """The search line above the rows."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(self._title)
            yield PickerInput(self._text, placeholder=self._hint, id="picker-input")
            yield RowList((), empty=((("No matches.", MUTED),),), id="picker-rows")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show all rows."""
        rows = self.query_one(RowList)
        rows.can_focus = False
        rows.show_rows(self._search(self._text))
        # As high as what there is to choose from, also while typing narrows it down.
        rows.styles.min_height = min(max(rows.row_count(), 1), MOST_ROWS)
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        rows = self.query_one(RowList)
        rows.show_rows(self._search(event.value))
        rows.cursor = 0

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        row = self.query_one(RowList).current
        if row is not None and row.key:
            self._pick(row.key)
        elif self._takes_text and event.value.strip():
            self.dismiss(f"={event.value.strip()}")

    @on(RowList.Opened)
    def _opened(self, event: RowList.Opened) -> None:
        self._pick(event.row.key)

    def _pick(self, key: str) -> None:
        if self._toggles is None:
            self.dismiss(key)
            return
        self._toggles(key)
        self.query_one(RowList).show_rows(self._search(self.query_one(Input).value))

    def action_move(self, rows: int) -> None:
        """Move the mark; the search line keeps the focus."""
        view = self.query_one(RowList)
        view.cursor += rows
        view.refresh()

    def action_cancel(self) -> None:
        """Close without choosing."""
        self.dismiss(None)


def matching(rows: Sequence[Row], wanted: str) -> list[Row]:
    """The rows that contain every word of ``wanted``."""
    words = wanted.casefold().split()
    return [row for row in rows if all(word in plain(row.spans).casefold() for word in words)]
