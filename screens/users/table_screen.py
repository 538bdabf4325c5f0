"""The users pane as something to look at: the table as it is loaded, and one user's details."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Self

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from screens.pane import PaneContext, PaneScreen
from screens.users.bulk_runner import Acting
from screens.users.columns_screen import ColumnsScreen
from screens.users.detail_pane import DetailPane
from screens.users.pager import Loading
from screens.users.user_list import Roster
from screens.users.user_rows import ASKED, KNOWN, Order, header
from screens.users.user_table import UserTable
from screens.widgets.environment_banner import EnvironmentBanner
from screens.widgets.key_bar import KeyBar
from screens.widgets.row_list import Row, RowList
from workbench.users.bulk import run_bulk
from workbench.users.open_pool import OpenedPool
from workbench.users.search import parse_search
from workbench.users.user_pools import UserPool, UserPoolProblem
from workbench.wording import plural

_HINT_LOCAL = "any part of a name or an attribute · name=Ann exactly · name^An by the beginning"
_HINT_AWS = "an e-mail's beginning · ~smith anywhere, reads all users · name=Ann · name^An"

_BAR = 16
"""Cells of the bar that shows how far an action is."""

_DELAY = 0.15
"""Seconds that the table must rest before what is on screen is asked for."""


class UserTableScreen(PaneScreen, inherit_bindings=False):
    """What is loaded of which pool, searched, sorted and marked."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it so
        (0, "-narrow"),
        (110, "-wide"),
    ]

    def __init__(self, open_pool: Callable[[], OpenedPool], root: Path, title: str) -> None:
        super().__init__(id="users")
        self.roster = Roster()
        self.acting = Acting(self)
        self.loading_users = Loading(self, open_pool)
        self.root = root
        self._title = title
        self._is_stale = False

    @classmethod
    def of(cls, context: PaneContext) -> Self:
        """The users of the selected environment."""
        return cls(context.open_pool, context.sandbox.info.root, context.title)

    def compose(self) -> ComposeResult:
        """What is shown of which pool; the table; one user."""
        yield EnvironmentBanner()
        yield Static("", id="users-bar", markup=False)
        yield Input(id="users-search")
        with Horizontal(id="users-columns"):
            with Vertical(id="users-left", classes="pane") as left:
                left.border_title = "Users"
                names = RowList(id="users-names")
                names.can_focus = False
                yield names
                yield UserTable(self.roster)
            yield DetailPane()
        yield Static("", id="users-progress", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the first users."""
        self.table.focus()
        self._show_names()
        self.action_reload()

    @property
    def pool(self) -> UserPool | None:
        """The pool, once it is open."""
        opened = self.loading_users.opened
        return None if opened is None else opened.pool

    @property
    def table(self) -> UserTable:
        """The table of users."""
        return self.query_one(UserTable)

    def deployed(self) -> None:
        """A deployment has ended: the pool may be another."""
        self._is_stale = True
        if self.is_current:
            self.action_reload()

    def on_screen_resume(self) -> None:
        """Read again what a deployment may have changed meanwhile."""
        if self._is_stale:
            self.action_reload()

    # -- loading ----------------------------------------------------------------------------------

    def action_reload(self) -> None:
        """Open the pool and read its users from the first."""
        self._is_stale = False
        self.loading_users.anew()

    @on(UserTable.MoreAsked)
    def _more_asked(self) -> None:
        self.loading_users.more()

    @on(UserTable.AllAsked)
    def _all_asked(self) -> None:
        self.loading_users.all()

    # -- showing ----------------------------------------------------------------------------------

    def show_roster(self) -> None:
        """Paint the users anew, the cursor on the same one."""
        current = self.table.current
        self._show_names()
        self.table.show_users(current.username if current is not None else "")
        self.show_bar()
        self._rest()
        self.refresh_bindings()

    def show_bar(self) -> None:
        """Say which pool it is, how much of it is loaded, and what goes on."""
        roster, loading = self.roster, self.loading_users
        opened = loading.opened
        title = self._title if opened is None or not opened.name else f"▲ {opened.name}"
        parts = [f"{title} · {self.pool.pool_id}" if self.pool else title]
        count = (plural(len(roster.shown), "user")) + ("" if roster.is_complete else " so far")
        if loading.estimate is not None and not roster.is_complete:
            count += f" of about {loading.estimate:,}"
        parts.append("reading …" if loading.is_running and not roster.shown else count)
        if roster.search:
            parts.append(f"search {roster.search}")
            if roster.finds is not None and self.pool is not None and not self.pool.is_local:
                parts.append(f"Cognito cannot: {roster.read_count:,} read here")
        if roster.order.column:
            parts.append(
                f"by {roster.order.column}" + ("" if roster.is_complete else " (of the loaded)")
            )
        if roster.marked:
            parts.append(f"{len(roster.marked)} marked")
        self.query_one("#users-bar", Static).update(" · ".join(parts))
        progress = self.query_one("#users-progress", Static)
        share = self.acting.share
        done = "" if share is None else f"{'█' * round(_BAR * min(1, share)):░<{_BAR}} "
        progress.update(f"{done}{self.acting.words}")
        progress.display = bool(self.acting.words)

    def _show_names(self) -> None:
        names = self.query_one("#users-names", RowList)
        widths = self.table.measure()
        names.show_rows([Row(header(self.roster.columns, self.roster.order, widths))])

    @on(UserTable.Moved)
    def _rest(self) -> None:
        self.query_one(DetailPane).rest_on(self.table.current, self.loading_users.opened)
        self._ask_details()
        self.refresh_bindings()

    @work(group="details", exclusive=True)
    async def _ask_details(self) -> None:
        """Ask for the groups and second factors of the users on screen, where these are shown."""
        roster, pool = self.roster, self.pool
        if pool is None or not set(ASKED) & set(roster.columns):
            return
        await asyncio.sleep(_DELAY)
        top = int(self.table.scroll_offset.y)
        shown = roster.shown[top : top + self.table.size.height]
        names = [user.username for user in shown if user.username not in roster.details]

        def ask(name: str) -> None:
            roster.details[name] = pool.user(name)

        if names:
            await asyncio.to_thread(run_bulk, names, ask)
            self._show_names()
            self.table.refresh()

    def on_resize(self) -> None:
        """The columns take the new width."""
        self.call_after_refresh(self._measure)

    def _measure(self) -> None:
        self._show_names()
        self.table.refresh()

    # -- search, order, marks ---------------------------------------------------------------------

    def action_search(self) -> None:
        """Open the search line."""
        line = self.query_one("#users-search", Input)
        line.add_class("-open")
        is_local = self.pool is not None and self.pool.is_local
        line.placeholder = _HINT_LOCAL if is_local else _HINT_AWS
        line.value = self.roster.search
        line.focus()

    @on(Input.Submitted, "#users-search")
    def _searched(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        try:
            parse_search(text, everywhere=self.pool is not None and self.pool.is_local)
        except UserPoolProblem as problem:
            self.shell.say(str(problem), "error")
            return
        self.roster.search = text
        event.input.remove_class("-open")
        self.table.focus()
        self.action_reload()

    def action_sort(self) -> None:
        """Sort by the next column: up, down, then by none."""
        roster = self.roster
        orders = [Order()]
        for name in roster.columns:
            orders += [Order(name), Order(name, descending=True)]
        at = orders.index(roster.order) if roster.order in orders else 0
        roster.sort(orders[(at + 1) % len(orders)])
        self.show_roster()

    def action_columns(self) -> None:
        """Show, hide and move columns."""
        roster = self.roster

        def change(columns: tuple[str, ...]) -> None:
            roster.columns = columns
            self.show_roster()

        known = (*KNOWN, *roster.attributes())
        self.app.push_screen(ColumnsScreen(roster.columns, known, change))

    def action_mark(self) -> None:
        """Mark the user, or unmark; go on to the next."""
        user = self.table.current
        if user is None:
            return
        self.roster.marked ^= {user.username}
        self.table.cursor += 1
        self.table.refresh()
        self.show_bar()

    def action_mark_all(self) -> None:
        """Mark all loaded users."""
        self.roster.marked = {user.username for user in self.roster.shown}
        self.table.refresh()
        self.show_bar()

    def action_back(self) -> None:
        """One step back: out of the search line, the marks, the search, the pane."""
        line = self.query_one("#users-search", Input)
        if line.has_class("-open"):
            line.remove_class("-open")
            self.table.focus()
        elif self.loading_users.is_reading_all:
            self.loading_users.stop()
        elif self.acting.is_busy:
            self.acting.cancel()
        elif self.roster.marked:
            self.roster.marked.clear()
            self.table.refresh()
            self.show_bar()
        elif self.roster.search:
            self.roster.search = ""
            self.action_reload()
        else:
            self.leave()
