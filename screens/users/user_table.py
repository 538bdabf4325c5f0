"""The table of users: paints what is on screen only, and asks for more near its end."""

from __future__ import annotations

from textual.message import Message

from screens.users.roster import Roster
from screens.users.user_rows import row
from screens.widgets.line_view import LineView
from screens.widgets.tones import MUTED, TEXT, Spans
from workbench.aws.user_pools import User

_AHEAD = 100


class UserTable(LineView):
    """The roster's users; the cursor stays on a user when they change."""

    class MoreAsked(Message):
        """The cursor is near the end of what is loaded."""

    class Moved(Message):
        """The cursor is on another user."""

    def __init__(self, roster: Roster) -> None:
        super().__init__(id="users-table")
        self._roster = roster
        self.hint: tuple[Spans, ...] = ((("Reading the users …", MUTED),),)

    @property
    def current(self) -> User | None:
        """The user under the cursor."""
        shown = self._roster.shown
        return shown[self.cursor] if self.cursor < len(shown) else None

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
        return row(user, self._roster.columns, details, marked=user.username in self._roster.marked)

    def empty_rows(self) -> tuple[Spans, ...]:
        """Why there is nobody."""
        return self.hint

    def show_hint(self, *lines: str) -> None:
        """Say why there is nobody, and what to do."""
        self.hint = tuple(((line, MUTED if at else TEXT),) for at, line in enumerate(lines))
        self.refresh()

    def watch_cursor(self, old: int, new: int) -> None:
        """Tell the screen; ask for more in time."""
        super().watch_cursor(old, new)
        self.post_message(self.Moved())
        if new + _AHEAD >= self.row_count() and not self._roster.is_complete:
            self.post_message(self.MoreAsked())
