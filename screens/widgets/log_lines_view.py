"""What views of log lines have in common: searching, scrolling sideways, wrapping, copying."""

from __future__ import annotations

from typing import Final

from textual.message import Message
from textual.reactive import reactive

from screens.widgets.following_view import FollowingView
from workbench.model.events import Level

NEXT_LEVEL: Final = {
    Level.DEBUG: Level.INFO,
    Level.INFO: Level.WARNING,
    Level.WARNING: Level.ERROR,
    Level.ERROR: Level.DEBUG,
}
"""The lowest level shown after this one, in turn."""


class LogLinesView(FollowingView):
    """A subclass has the lines; it finds a text in them and wraps them."""

    wrapped: reactive[bool] = reactive(False, repaint=False)

    class Asked(Message):
        """The user wants to type a text, such as a search or a filter."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    class SaveAsked(Message):
        """The user wants the lines in a file."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.search = ""
        self._shift = 0
        """Cells that cut lines are scrolled to the left."""

    def find(self, wanted: str, start: int, step: int) -> int | None:
        """The next row with the text from ``start`` on, going by ``step``, around the end."""
        raise NotImplementedError

    def action_ask(self, what: str) -> None:
        """Ask for a text in the pane's input line."""
        self.post_message(self.Asked(what))

    def action_find(self, step: int) -> None:
        """Go to the next place of the search text."""
        found = self.find(self.search, self.cursor, step)
        if found is None:
            self.notify(f"“{self.search}” is not in the log", severity="warning", timeout=3)
            return
        self.following = False
        self.cursor = found
        self.refresh()

    def action_sideways(self, cells: int) -> None:
        """Scroll cut lines sideways."""
        self._shift = max(0, self._shift + cells)
        self.refresh()

    def set_search(self, text: str) -> None:
        """Mark the text and go to its last place."""
        self.search = text
        if text and self.row_count():
            self.action_find(-1)
        self.refresh()
        self.refresh_bindings()
