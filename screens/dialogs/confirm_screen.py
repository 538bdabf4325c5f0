"""Asks for confirmation, naming what would be lost. The default is No."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.row_list import Row
from screens.widgets.wrapped_rows import WrappedRows


class Choice(Static, can_focus=True):
    """One of the dialog's two answers."""

    def __init__(self, label: str, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(label, id=id, classes="choice", markup=False)


class ConfirmScreen(ModalScreen[bool | None]):
    """Dismissed with True to continue; False and None are no."""

    LEFT_BY_NUMBERS = False  # a question is answered, or left by Esc
    BINDINGS: ClassVar[list[BindingType]] = [
        key("confirm.yes", "y", "answer(True)", "Yes", "Continue and lose the data"),
        key("confirm.no", "n,escape", "answer(False)", "No", "Change nothing"),
        key("confirm.enter", "enter", "chosen", "Choose", "Choose the marked answer"),
        key(
            "confirm.other",
            "left,right,tab,shift+tab",
            "other",
            "Other answer",
            "Mark the other answer",
            show=False,
        ),
        key("confirm.down", "down,j", "scroll(1)", "Scroll", "Scroll down", show=False),
        key("confirm.up", "up,k", "scroll(-1)", "Scroll", "Scroll up", show=False),
    ]
    AUTO_FOCUS = "#no"

    def __init__(self, title: str, rows: list[Row], yes: str, no: str) -> None:
        super().__init__(id="confirm")
        self._heading = title
        self._rows = rows
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """Title, what is lost, the two answers."""
        with Vertical(id="dialog"):
            yield Static(self._heading, id="dialog-title", markup=False)
            yield WrappedRows(id="dialog-rows")
            with Horizontal(id="dialog-choices"):
                yield Choice(f" n  {self._no} ", id="no")
                yield Choice(f" y  {self._yes} ", id="yes")
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in the rows; they scroll where they do not fit."""
        rows = self.query_one(WrappedRows)
        rows.can_focus = False
        rows.show_wrapped(self._rows)

    def action_answer(self, allowed: bool) -> None:
        """Answer by key."""
        self.dismiss(allowed)

    def action_chosen(self) -> None:
        """Answer with the marked choice."""
        self.dismiss(self.focused is not None and self.focused.id == "yes")

    def action_other(self) -> None:
        """Mark the other answer."""
        marked = self.focused.id if self.focused is not None else "no"
        self.query_one("#yes" if marked == "no" else "#no", Choice).focus()

    def action_scroll(self, rows: int) -> None:
        """Scroll what would be lost."""
        self.query_one(WrappedRows).cursor += rows * 3

    def on_click(self, event: events.Click) -> None:
        """Answer by mouse."""
        if isinstance(event.widget, Choice):
            self.dismiss(event.widget.id == "yes")
