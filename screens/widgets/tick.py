"""A checkbox that can be read without colours."""

from __future__ import annotations

from textual.widgets import Checkbox


class Tick(Checkbox):
    """Shows its state by a mark, not by colour alone."""

    BUTTON_LEFT = "["
    BUTTON_INNER = " "
    BUTTON_RIGHT = "]"

    def on_mount(self) -> None:
        """Show the first state, which no change of value announces."""
        self._show_mark()

    def watch_value(self) -> None:
        """Show the mark only while it is on."""
        super().watch_value()
        self._show_mark()

    def _show_mark(self) -> None:
        self.BUTTON_INNER = "x" if self.value else " "
        self.refresh(layout=True)
