"""The users of a pool to browse: loaded, searched, sorted and marked, beside one user's details."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from screens.ports import UsesShell
from screens.users.bulk_runner import BulkRunner
from screens.users.columns_screen import ColumnsScreen
from screens.users.detail_pane import DetailPane
from screens.users.full_read import full_read_cost, full_read_question
from screens.users.pager import Pager
from screens.users.search_line import SearchLine
from screens.users.status_lines import ProgressLine, loading_text, status_text
from screens.users.user_list import UserList
from screens.users.user_rows import ASKED, KNOWN
from screens.users.user_table import UserPane, UserTable
from workbench.users.open_pool import OpenedPool
from workbench.users.search import nobody_found, parse_search
from workbench.users.user_pools import User


class UserBrowser(UsesShell, Vertical):
    """Shows a UserList that its pager loads and its bulk runner changes."""

    def __init__(self, open_pool: Callable[[], OpenedPool], title: str) -> None:
        super().__init__(id="users-browser")
        self.users = UserList()
        self.pager = Pager(
            self.users,
            open_pool,
            self.post_message,
            lambda reading: self.run_worker(reading, group="load", exclusive=True),
        )
        self.bulk = BulkRunner(self.users, self.post_message)
        self._title = title
        self._told: set[str] = set()
        """What was said of columns that cannot be filled."""

    def compose(self) -> ComposeResult:
        """The pool and the search; the table beside one user; the progress."""
        yield Static("", id="users-bar", markup=False)
        yield SearchLine()
        with Horizontal(id="users-columns"):
            yield UserPane(self.users)
            yield DetailPane()
        yield ProgressLine()

    @property
    def table(self) -> UserTable:
        """The table of users."""
        return self.query_one(UserTable)

    @property
    def current(self) -> User | None:
        """The user under the cursor."""
        return self.table.current if self.is_mounted else None

    @property
    def chosen(self) -> list[User]:
        """The users that an action is for: the marked ones, else the current one."""
        return self.users.chosen(self.current)

    # -- showing ----------------------------------------------------------------------------------

    @on(Pager.Changed)
    @on(BulkRunner.Changed)
    def _users_changed(self) -> None:
        self.show_users()

    def show_users(self, current: str = "") -> None:
        """Show the users and all that is said of them; the cursor goes to ``current``."""
        self.table.show_hint(*self._hint())
        self.query_one(UserPane).show_users(current)
        self._show_lines()
        self._show_details()

    def _hint(self) -> Sequence[str]:
        """Why there are no users."""
        pager, opened = self.pager, self.pager.opened
        if pager.problem is not None:
            return (*str(pager.problem).split("\n"), "Press r to retry.")
        if opened is None or not self.users.is_complete:
            return ("Loading the users …",)
        if not self.users.search:
            return ("This pool has no users yet.", "n creates one.")
        everywhere = opened.pool.is_local
        search = parse_search(self.users.search, everywhere=everywhere)
        return (*nobody_found(search, everywhere=everywhere), "Esc ends the search.")

    @on(Pager.Started)
    @on(BulkRunner.Progress)
    def _show_lines(self) -> None:
        pager, progress = self.pager, self.query_one(ProgressLine)
        text = status_text(
            self._title,
            pager.opened,
            self.users,
            estimate=pager.estimate,
            loading=pager.is_running,
        )
        self.query_one("#users-bar", Static).update(text)
        if self.bulk.is_running:
            progress.show(self.bulk.text, self.bulk.share)
        elif pager.is_reading_all:
            progress.show(*loading_text(self.users, pager.estimate))
        else:
            progress.show("")

    @on(UserTable.Moved)
    def _show_details(self) -> None:
        opened = self.pager.opened
        self.query_one(DetailPane).rest_on(self.table.current, opened)
        if opened is not None:
            self.table.load_details(opened.pool)
        self.screen.refresh_bindings()

    @on(UserTable.DetailsLoaded)
    def _details_loaded(self, event: UserTable.DetailsLoaded) -> None:
        self.query_one(UserPane).show_columns()
        for why in set(event.refusals) - self._told:
            self._told.add(why)
            self.shell.say(why, "warning")

    @on(UserTable.Opened)
    def show_details(self) -> None:
        """Go to the details of the user under the cursor."""
        self.query_one(DetailPane).focus()

    # -- loading ----------------------------------------------------------------------------------

    @on(UserTable.MoreWanted)
    def _more_wanted(self) -> None:
        self.pager.read_more()

    @on(UserTable.AllWanted)
    @work(group="dialog")
    async def _all_wanted(self) -> None:
        if await self._may_read_all("The last user comes after all others."):
            self.pager.read_all()

    async def _may_read_all(self, why: str) -> bool:
        """Ask before a read that takes many requests."""
        opened = self.pager.opened
        cost = full_read_cost(opened.pool, self.pager.about) if opened is not None else ""
        if not cost or self.users.is_complete:
            return True
        return await self.app.push_screen_wait(full_read_question(cost, why)) is True

    @on(Pager.NotDescribed)
    def _not_described(self, event: Pager.NotDescribed) -> None:
        self.shell.say(str(event.problem), "warning")

    @on(Pager.ReachedEnd)
    def _reached_end(self) -> None:
        self.table.action_last()

    # -- search, order, marks ---------------------------------------------------------------------

    def open_search(self) -> None:
        """Open the search line."""
        opened = self.pager.opened
        everywhere = opened is not None and opened.pool.is_local
        self.query_one(SearchLine).open(self.users.search, everywhere=everywhere)

    @on(SearchLine.Searched)
    @work(group="dialog")
    async def _searched(self, event: SearchLine.Searched) -> None:
        self.table.focus()
        opened = self.pager.opened
        everywhere = opened is not None and opened.pool.is_local
        search = parse_search(event.text, everywhere=everywhere)
        if search.is_local and event.text != self.users.search:
            why = f"Cognito cannot search {search.text!r} itself."
            if not await self._may_read_all(why):
                return
        self.users.search = event.text
        self.pager.reload()

    def sort_by_next(self) -> None:
        """Sort by the next column: ascending, descending, then by none."""
        self.users.sort_by_next()
        self.show_users()

    def choose_columns(self) -> None:
        """Show, hide and move columns in a dialog."""

        def change(columns: tuple[str, ...]) -> None:
            self.users.columns = columns
            self.show_users()

        known = (*KNOWN, *self.users.attributes())
        opened = self.pager.opened
        costs = opened is not None and not opened.pool.is_local
        notes = dict.fromkeys(ASKED, "2 requests for each user on screen") if costs else {}
        self.app.push_screen(ColumnsScreen(self.users.columns, known, change, notes))

    def toggle_mark(self) -> None:
        """Mark the user, or remove the mark; go to the next."""
        user = self.current
        if user is not None:
            self.users.toggle_mark(user)
            self.table.cursor += 1
            self._marks_changed()

    def mark_all(self) -> None:
        """Mark all loaded users."""
        self.users.mark_all()
        self._marks_changed()

    def _marks_changed(self) -> None:
        self.table.refresh()
        self._show_lines()

    def step_back(self) -> bool:
        """Leave the search line or the details, stop what runs, end marks or search; else False."""
        line = self.query_one(SearchLine)
        if line.is_open or self.query_one(DetailPane).has_focus:
            line.close()
            self.table.focus()
        elif self.pager.is_reading_all:
            self.pager.stop()
        elif self.bulk.is_running:
            self.bulk.cancel()
        elif self.users.marked:
            self.users.marked.clear()
            self._marks_changed()
        elif self.users.search:
            self.users.search = ""
            self.pager.reload()
        else:
            return False
        return True
