"""The table of users: paints what is on screen only, and asks for more near its end."""

from __future__ import annotations

from collections.abc import Mapping

from textual.message import Message

from screens.users.user_list import Roster
from screens.users.user_rows import column_widths, row
from screens.widgets.line_view import LineView
from screens.widgets.text_styles import MUTED, TEXT, Spans
from workbench.users.user_pools import User

_AHEAD = 100
_UNKNOWN = 80
"""Cells before the first layout."""


class UserTable(LineView):
    """The roster's users; the cursor stays on a user when they change."""

    class MoreAsked(Message):
        """The cursor is near the end of what is loaded."""

    class AllAsked(Message):
        """The end was asked for, and not all is loaded."""

    class Moved(Message):
        """The cursor is on another user."""

    def __init__(self, roster: Roster) -> None:
        super().__init__(id="users-table")
        self._roster = roster
        self.widths: Mapping[str, int] = {}
        self.hint: tuple[Spans, ...] = ((("Reading the users …", MUTED),),)

    @property
    def current(self) -> User | None:
        """The user under the cursor."""
        shown = self._roster.shown
        return shown[self.cursor] if self.cursor < len(shown) else None

    def measure(self) -> Mapping[str, int]:
        """Make the columns as wide as what is loaded, and as fits; returns the widths."""
        roster = self._roster
        room = self.text_width or _UNKNOWN
        self.widths = column_widths(roster.columns, roster.shown, roster.details, room)
        return self.widths

    def show_users(self, keep: str = "") -> None:
        """Paint anew; the cursor goes to the user ``keep``, where they are loaded."""
        if keep:
            for index, user in enumerate(self._roster.shown):
                if user.username == keep:
                    self.set_reactive(LineView.cursor, index)
                    break
        self.rows_changed()
        if self.row_count():
            self.show_row(self.cursor)

    def row_count(self) -> int:
        """The loaded users."""
        return len(self._roster.shown)

    def row_spans(self, index: int) -> Spans:
        """One user."""
        user = self._roster.shown[index]
        details = self._roster.details.get(user.username)
        marked = user.username in self._roster.marked
        return row(user, self._roster.columns, details, self.widths, marked=marked)

    def empty_rows(self) -> tuple[Spans, ...]:
        """Why there is nobody."""
        return self.hint

    def show_hint(self, *lines: str) -> None:
        """Say why there is nobody, and what to do."""
        self.hint = tuple(((line, MUTED if at else TEXT),) for at, line in enumerate(lines))
        self.refresh()

    def action_last(self) -> None:
        """To the last user of all: what is not loaded yet is read first."""
        if self._roster.is_complete:
            super().action_last()
        else:
            self.post_message(self.AllAsked())

    def watch_cursor(self, old: int, new: int) -> None:
        """Tell the screen; ask for more in time."""
        super().watch_cursor(old, new)
        self.post_message(self.Moved())
        if new + _AHEAD >= self.row_count() and not self._roster.is_complete:
            self.post_message(self.MoreAsked())
