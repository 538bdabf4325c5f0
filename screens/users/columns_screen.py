"""Columns of the users' table: show, hide and move them while the dialog stays open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import MUTED, OK, STRONG, TEXT, Span


class ColumnsScreen(ModalScreen[None]):
    """Each change shows at once behind the dialog."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("columns.toggle", "enter,space", "switch", "Show/hide", "Show or hide the column"),
        key("columns.left", "K,shift+up", "shift(-1)", "Left", "Move the column to the left"),
        key("columns.right", "J,shift+down", "shift(1)", "Right", "Move the column to the right"),
        key("columns.first", "f", "first", "First", "Make it the first column"),
        key("columns.close", "escape,c", "close", "Close", "Back to the users"),
    ]

    def __init__(
        self,
        shown: Sequence[str],
        known: Sequence[str],
        change: Callable[[tuple[str, ...]], None],
        notes: Mapping[str, str],
    ) -> None:
        """``change`` gets the columns after each change; ``notes`` are on some of them."""
        super().__init__(id="columns")
        self._shown = list(shown)
        self._known = [*dict.fromkeys(known)]
        self._change = change
        self._notes = notes

    def compose(self) -> ComposeResult:
        """The shown columns in their order, then the others."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Columns"
            yield RowList(id="columns-rows", keys_by_row=True)
        yield KeyBar()

    def on_mount(self) -> None:
        """Show them."""
        self.query_one(RowList).focus()
        self._show()

    def _show(self) -> None:
        rows = [Row((("● ", OK), (name, STRONG), self._note(name)), name) for name in self._shown]
        rows += [
            Row((("  ", MUTED), (name, TEXT), self._note(name)), name)
            for name in self._known
            if name not in self._shown
        ]
        self.query_one(RowList).show_rows(rows)
        self.refresh_bindings()

    def _note(self, name: str) -> Span:
        note = self._notes.get(name, "")
        return f"  {note}" if note else "", MUTED

    @property
    def _current(self) -> str:
        row = self.query_one(RowList).current
        return row.key if row is not None else ""

    def _changed(self) -> None:
        self._change(tuple(self._shown))
        self._show()

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.action_switch()

    def action_switch(self) -> None:
        """Show the column, or hide it; one always stays."""
        name = self._current
        if name not in self._shown:
            self._shown.append(name)
        elif len(self._shown) > 1:
            self._shown.remove(name)
        self._changed()

    def action_shift(self, by: int) -> None:
        """Move the column."""
        at = self._shown.index(self._current)
        to = max(0, min(at + by, len(self._shown) - 1))
        self._shown.insert(to, self._shown.pop(at))
        self._changed()

    def action_first(self) -> None:
        """Make it the first column, shown or not before."""
        name = self._current
        self._shown = [name, *(each for each in self._shown if each != name)]
        self._changed()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only shown columns are moved."""
        if action == "shift":
            return self.is_mounted and self._current in self._shown
        if action in ("switch", "first"):
            return self.is_mounted and bool(self._current)
        return super().check_action(action, parameters)

    def action_close(self) -> None:
        """Back."""
        self.dismiss(None)
