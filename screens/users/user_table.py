"""The table of users: paints what is on screen only, and asks for more near its end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from screens.users.user_list import UserList
from screens.users.user_rows import ASKED, column_widths, header, row
from screens.widgets.line_view import LineView
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import MUTED, TEXT, Spans
from workbench.users.bulk import run_bulk
from workbench.users.user_pools import User, UserDetails, UserPool

_AHEAD = 100
_UNKNOWN = 80
"""Cells before the first layout."""

_DELAY = 0.15
"""Seconds that the table must rest before details of the users on screen are asked for."""


class UserTable(LineView):
    """The rows of a UserList; the cursor stays on its user when they change."""

    class MoreWanted(Message):
        """The cursor is near the end of what is loaded."""

    class AllWanted(Message):
        """The end was asked for, and not all users are loaded."""

    class Moved(Message):
        """The cursor is on another user."""

    class Opened(Message):
        """A double click on a user."""

    class DetailsLoaded(Message):
        """Groups and second factors of the users on screen are there; else ``refusals`` say why."""

        def __init__(self, refusals: Sequence[str]) -> None:
            super().__init__()
            self.refusals = refusals

    def __init__(self, users: UserList) -> None:
        super().__init__(id="users-table")
        self._users = users
        self._followed = ""
        """The username under the cursor."""
        self.widths: Mapping[str, int] = {}
        self.hint: tuple[Spans, ...] = ((("Loading the users …", MUTED),),)

    @property
    def current(self) -> User | None:
        """The user under the cursor."""
        shown = self._users.shown
        return shown[self.cursor] if self.cursor < len(shown) else None

    def measure(self) -> Mapping[str, int]:
        """Make the columns as wide as what is loaded, and as fits; returns the widths."""
        users = self._users
        room = self.text_width or _UNKNOWN
        self.widths = column_widths(users.columns, users.shown, users.details, room)
        return self.widths

    def show_users(self, current: str = "") -> None:
        """Repaint; the cursor goes to this user, else stays on its own."""
        followed = current or self._followed
        for index, user in enumerate(self._users.shown if followed else ()):
            if user.username == followed:
                self.set_reactive(LineView.cursor, index)
                break
        self.rows_changed()
        self._follow()
        if self.row_count():
            self.show_row(self.cursor)

    def _follow(self) -> None:
        current = self.current
        self._followed = "" if current is None else current.username

    def row_count(self) -> int:
        """The loaded users."""
        return len(self._users.shown)

    def row_spans(self, index: int) -> Spans:
        """One user."""
        user = self._users.shown[index]
        details = self._users.details.get(user.username)
        marked = user.username in self._users.marked
        return row(user, self._users.columns, details, self.widths, marked=marked)

    def empty_rows(self) -> tuple[Spans, ...]:
        """Why there are no users."""
        return self.hint

    def show_hint(self, *lines: str) -> None:
        """Say why there are no users, and what to do."""
        self.hint = tuple(((line, MUTED if at else TEXT),) for at, line in enumerate(lines))
        self.refresh()

    def action_last(self) -> None:
        """Go to the last user of all; those that are not loaded yet are read first."""
        if self._users.is_complete:
            super().action_last()
        else:
            self.post_message(self.AllWanted())

    def row_opened(self, index: int) -> None:
        """Tell the screen."""
        self.post_message(self.Opened())

    def watch_cursor(self, old: int, new: int) -> None:
        """Tell the screen; ask for more in time."""
        super().watch_cursor(old, new)
        self._follow()
        self.post_message(self.Moved())
        if new + _AHEAD >= self.row_count() and not self._users.is_complete:
            self.post_message(self.MoreWanted())

    @work(group="details", exclusive=True)
    async def load_details(self, pool: UserPool) -> None:
        """Load groups and second factors of the users on screen, if these columns are shown."""
        users = self._users
        if not set(ASKED) & set(users.columns):
            return
        await asyncio.sleep(_DELAY)
        top = int(self.scroll_offset.y)
        on_screen = users.shown[top : top + self.size.height]
        names = [user.username for user in on_screen if user.username not in users.details]

        def load(name: str) -> None:
            users.details[name] = pool.user(name)

        if names:
            report = await asyncio.to_thread(run_bulk, names, load)
            for each in report.failed:
                # Not asked for again while the cursor moves.
                users.details[each.username] = UserDetails.unknown(each.username, each.why)
            refusals = {*(each.why for each in report.failed)}
            refusals |= {users.details[name].no_groups for name in report.done} - {""}
            self.post_message(self.DetailsLoaded(sorted(refusals)))


class UserPane(Vertical):
    """The table below the names of its columns."""

    def __init__(self, users: UserList) -> None:
        super().__init__(id="users-left", classes="pane")
        self.border_title = "Users"
        self._users = users
        self._names = RowList(id="users-names")
        self._names.can_focus = False
        self.table = UserTable(users)

    def compose(self) -> ComposeResult:
        """The names of the columns, and the rows."""
        yield self._names
        yield self.table

    def on_mount(self) -> None:
        """Show the names of the columns."""
        self.show_columns()

    def show_users(self, current: str = "") -> None:
        """Repaint all; the cursor goes to this user, else stays on its own."""
        self.show_columns()
        self.table.show_users(current)

    def show_columns(self) -> None:
        """Measure the columns again, for other contents or another width."""
        widths = self.table.measure()
        self._names.show_rows([Row(header(self._users.columns, self._users.order, widths))])
        self.table.refresh()

    def on_resize(self) -> None:
        """The columns take the new width."""
        self.call_after_refresh(self.show_columns)
