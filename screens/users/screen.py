"""The users pane: the pool's users as they are loaded, one user's details, and what can be done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Input, Static

from screens.sandbox.words import plural
from screens.users.acting import Acting
from screens.users.bindings import SCREEN_BINDINGS
from screens.users.detail_pane import DetailPane
from screens.users.dialogs import (
    MORE,
    ask_attributes,
    ask_column,
    ask_delete,
    ask_group,
    ask_more,
    ask_new_user,
    ask_password,
)
from screens.users.loading import Loading
from screens.users.roster import Roster
from screens.users.user_rows import KNOWN, Order, header
from screens.users.user_table import UserTable
from screens.widgets.key_bar import KeyBar
from screens.widgets.row_list import Row, RowList
from workbench.aws.inbox import read_inbox
from workbench.aws.pool_settings import read_settings
from workbench.aws.sandbox_pool import OpenedPool
from workbench.aws.target import LocalTarget
from workbench.aws.user_pools import (
    User,
    UserPool,
    UserPoolProblem,
    make_password,
    search_filter,
)
from workbench.users.new_user import make_user

if TYPE_CHECKING:
    from screens.app import WorkbenchApp


class UsersScreen(Screen[None], inherit_bindings=False):
    """Stays alive behind the sandbox's screen, with what is loaded, searched and marked."""

    app: WorkbenchApp

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it so
        (0, "-narrow"),
        (110, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = SCREEN_BINDINGS

    def __init__(self, open_pool: Callable[[], OpenedPool], root: Path, title: str) -> None:
        super().__init__(id="users")
        self.roster = Roster()
        self.acting = Acting(self)
        self.loading_users = Loading(self, open_pool)
        self._root = root
        self._title = title
        self._is_stale = False

    def compose(self) -> ComposeResult:
        """What is shown of which pool; the table; one user."""
        yield Static("", id="users-bar", markup=False)
        yield Input(id="users-search", placeholder="ann@ · email=ann@example.com · name^An")
        with Horizontal(id="users-columns"):
            with Vertical(id="users-left", classes="pane") as left:
                left.border_title = "Users"
                names = RowList(id="users-names")
                names.can_focus = False
                yield names
                yield UserTable(self.roster)
            yield DetailPane()
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

    # -- showing ----------------------------------------------------------------------------------

    def show_roster(self) -> None:
        """Paint the users anew, the cursor on the same one."""
        current = self.table.current
        self.table.show_users(current.username if current is not None else "")
        self.show_bar()
        self._rest()
        self.refresh_bindings()

    def show_bar(self) -> None:
        """Say which pool it is, how much of it is loaded, and what goes on."""
        roster, loading = self.roster, self.loading_users
        parts = [f"{self._title} · {self.pool.pool_id}" if self.pool else self._title]
        count = (plural(len(roster.shown), "user")) + ("" if roster.is_complete else " so far")
        if loading.estimate is not None and not roster.is_complete:
            count += f" of about {loading.estimate:,}"
        parts.append("reading …" if loading.is_running and not roster.shown else count)
        if roster.search:
            parts.append(f"search {roster.search}")
        if roster.order.column:
            parts.append(
                f"by {roster.order.column}" + ("" if roster.is_complete else " (of the loaded)")
            )
        if roster.marked:
            parts.append(f"{len(roster.marked)} marked")
        if self.acting.words:
            parts.append(self.acting.words)
        self.query_one("#users-bar", Static).update(" · ".join(parts))

    def _show_names(self) -> None:
        names = self.query_one("#users-names", RowList)
        names.show_rows([Row(header(self.roster.columns, self.roster.order))])

    @on(UserTable.Moved)
    def _rest(self) -> None:
        self.query_one(DetailPane).rest_on(self.table.current, self.pool)
        self.refresh_bindings()

    # -- search, order, marks ---------------------------------------------------------------------

    def action_search(self) -> None:
        """Open the search line."""
        line = self.query_one("#users-search", Input)
        line.add_class("-open")
        line.value = self.roster.search
        line.focus()

    @on(Input.Submitted, "#users-search")
    def _searched(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        try:
            if text:
                search_filter(text)
        except UserPoolProblem as problem:
            self.app.say(str(problem), "error")
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
        self._show_names()
        self.show_roster()

    @work(group="dialog")
    async def action_columns(self) -> None:
        """Show a column, or hide one."""
        roster = self.roster
        chosen = await ask_column(self, roster.columns, (*KNOWN, *roster.attributes()))
        if chosen is None:
            return
        if chosen not in roster.columns:
            roster.columns = (*roster.columns, chosen)
        elif len(roster.columns) > 1:
            roster.columns = tuple(name for name in roster.columns if name != chosen)
        self._show_names()
        self.show_roster()

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
            self.app.leave_users()

    # -- actions ----------------------------------------------------------------------------------

    @property
    def chosen(self) -> list[User]:
        """The marked users, else the one under the cursor."""
        marked = [user for user in self.roster.shown if user.username in self.roster.marked]
        current = self.table.current
        return marked or ([current] if current is not None else [])

    @work(group="dialog")
    async def action_create(self) -> None:
        """Ask for a new user until Cognito takes it, or the dialog is closed."""
        pool, before, problem = self.pool, None, ""
        while pool is not None:
            asked = await ask_new_user(self, before, problem)
            if asked is None:
                return
            new, before = asked
            try:
                user = await asyncio.to_thread(make_user, pool, new)
                user = (await asyncio.to_thread(pool.user, user.username)).user
            except UserPoolProblem as refused:
                problem = f"✗ {refused}"
                continue
            self.roster.put(user)
            self.table.show_users(user.username)
            self.show_roster()
            self.app.say(f"Created {user.label}")
            return

    @work(group="dialog")
    async def action_edit(self) -> None:
        """Change attributes; a refusal brings the dialog back as it was filled in."""
        pool, user, problem, before = self.pool, self.table.current, "", None
        while pool is not None and user is not None:
            asked = await ask_attributes(self, user, problem, before)
            if asked is None or not asked[0]:
                return
            changed, before = asked
            try:
                await asyncio.to_thread(pool.change, user.username, changed)
                user = (await asyncio.to_thread(pool.user, user.username)).user
            except UserPoolProblem as refused:
                problem = f"✗ {refused}"
                continue
            self.roster.put(user)
            self.show_roster()
            self.app.say(f"Changed {', '.join(changed)} of {user.label}")
            return

    @work(group="dialog")
    async def action_password(self) -> None:
        """Set a password; a generated one is copied and never shown."""
        pool, user = self.pool, self.table.current
        if pool is None or user is None:
            return
        asked = await ask_password(self, user)
        if asked is None:
            return
        typed, permanent = asked
        password = typed or make_password()

        def set_it(name: str) -> None:
            pool.set_password(name, password, permanent=permanent)

        if await self.acting.act("Password set", pool, [user], set_it) and not typed:
            self.app.copy(password, "the new password")

    @work(group="dialog")
    async def action_groups(self) -> None:
        """Put the chosen users into a group, or take them out."""
        pool, users = self.pool, self.chosen
        if pool is None or not users:
            return
        try:
            groups = await asyncio.to_thread(pool.groups)
            own = (await asyncio.to_thread(pool.user, users[0].username)).groups
        except UserPoolProblem as problem:
            self.app.say(str(problem), "error")
            return
        group = await ask_group(self, _whom(users), groups, own)
        if group is None:
            return
        if group.startswith("="):
            group = group[1:]
            try:
                await asyncio.to_thread(pool.create_group, group)
            except UserPoolProblem as problem:
                self.app.say(str(problem), "error")
                return
        if group in own:
            await self.acting.act(
                f"Out of {group}", pool, users, lambda name: pool.remove_from_group(name, group)
            )
        else:
            await self.acting.act(
                f"Into {group}", pool, users, lambda name: pool.add_to_group(name, group)
            )

    @work(group="dialog")
    async def action_switch(self) -> None:
        """Disable the chosen users where the first may sign in, else enable them."""
        pool, users = self.pool, self.chosen
        if pool is None or not users:
            return
        if users[0].enabled:
            await self.acting.act("Disabled", pool, users, pool.disable)
        else:
            await self.acting.act("Enabled", pool, users, pool.enable)
        self.app.forget_callers()

    @work(group="dialog")
    async def action_more(self) -> None:
        """The rarer actions."""
        pool, users = self.pool, self.chosen
        if pool is None or not users:
            return
        chosen = await ask_more(self, _whom(users))
        if chosen is None:
            return
        actions: dict[str, Callable[[str], None]] = {
            "confirm": pool.confirm,
            "verify_email": lambda name: pool.change(name, {"email_verified": "true"}),
            "verify_phone": lambda name: pool.change(name, {"phone_number_verified": "true"}),
            "reset": pool.reset_password,
            "sign_out": pool.sign_out,
        }
        await self.acting.act(MORE[chosen].partition(",")[0], pool, users, actions[chosen])
        self.app.forget_callers()

    @work(group="dialog")
    async def action_delete(self) -> None:
        """Delete the chosen users; asks first."""
        pool, users = self.pool, self.chosen
        if pool is None or not users or not await ask_delete(self, users):
            return
        await self.acting.act("Deleted", pool, users, pool.delete, removes=True)
        self.app.forget_callers()

    def action_query(self) -> None:
        """Go to the playground as this user."""
        user = self.table.current
        if user is not None:
            self.app.query_as(user.label)

    def action_settings(self) -> None:
        """Show the pool's settings."""
        from screens.users.settings_screen import SettingsScreen

        opened = self.loading_users.opened
        if opened is not None:
            cognito, pool_id = opened.clients.cognito_idp, opened.pool.pool_id
            root = self._root
            self.app.push_screen(SettingsScreen(lambda: read_settings(cognito, pool_id, root)))

    def action_inbox(self) -> None:
        """Show what Cognito would have sent."""
        from screens.users.inbox_screen import InboxScreen

        opened = self.loading_users.opened
        target = opened.clients.target if opened is not None else None
        if opened is not None and isinstance(target, LocalTarget):
            pool_id = opened.pool.pool_id
            self.app.push_screen(InboxScreen(lambda: read_inbox(target, pool_id)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        is_typing = isinstance(self.focused, Input)
        if action in ("edit", "password", "groups", "switch", "more", "delete", "query", "mark"):
            return not is_typing and self.is_mounted and self.table.current is not None
        if action in ("create", "settings"):
            return not is_typing and self.pool is not None
        if action == "inbox":
            opened = self.loading_users.opened
            is_local = opened is not None and isinstance(opened.clients.target, LocalTarget)
            return is_local and not is_typing
        if action in ("sort", "columns", "reload", "search", "mark_all"):
            return not is_typing
        return super().check_action(action, parameters)


def _whom(users: Sequence[User]) -> str:
    return users[0].label if len(users) == 1 else f"{len(users)} users"
