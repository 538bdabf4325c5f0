"""The users pane: composes the list, its details and the dialogs, and routes keys to actions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Self

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from screens.messages import OpenPlayground, SignInsChanged
from screens.pane import PaneContext, PaneScreen
from screens.users import actions
from screens.users.actions import UserAction
from screens.users.bindings import (
    OF_A_POOL,
    OF_A_USER,
    SCREEN_BINDINGS,
    WHILE_NOT_TYPING,
)
from screens.users.browser import UserBrowser
from screens.users.bulk_runner import outcome_text
from screens.users.dialogs import (
    attributes_form,
    choose_group_action,
    choose_rarer_action,
    confirm_delete,
    password_form,
    pool_picker,
)
from screens.users.full_read import full_read_cost
from screens.users.import_export import (
    Planned,
    create_question,
    export_form,
    import_form,
    seed_form,
    seeded_password_screen,
)
from screens.users.new_user_form import new_user_form
from screens.widgets.environment_banner import EnvironmentBanner
from screens.widgets.key_bar import KeyBar
from workbench.aws.target import LocalTarget
from workbench.users.groups import Group, create_group
from workbench.users.open_pool import OpenedPool, list_pools, other_pool
from workbench.users.outbound_messages import read_inbox
from workbench.users.pool_settings import read_settings
from workbench.users.search import parse_search
from workbench.users.token_store import forget_tokens
from workbench.users.trigger_logs import read_triggers
from workbench.users.user_pools import User
from workbench.wording import plural


class UsersScreen(PaneScreen, inherit_bindings=False):
    """Stays behind the sandbox's screen with what is loaded, searched and marked.

    A refusal of Cognito's leaves an action as UserPoolProblem: the app shows it.
    """

    BINDINGS: ClassVar[list[BindingType]] = SCREEN_BINDINGS
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it so
        (0, "-narrow"),
        (110, "-wide"),
    ]

    def __init__(self, open_pool: Callable[[], OpenedPool], root: Path, title: str) -> None:
        super().__init__(id="users")
        self.browser = UserBrowser(open_pool, title)
        self._root = root
        self._is_stale = False

    @classmethod
    def of(cls, context: PaneContext) -> Self:
        """The users of the selected environment."""
        return cls(context.open_pool, context.sandbox.info.root, context.title)

    def compose(self) -> ComposeResult:
        """The users below the banner of another environment."""
        yield EnvironmentBanner()
        yield self.browser
        yield KeyBar()

    def on_mount(self) -> None:
        """Load the first users."""
        self.browser.table.focus()
        self.action_reload()

    def deployed(self) -> None:
        """The pool may be another."""
        self._is_stale = True
        if self.is_current:
            self.action_reload()

    def on_screen_resume(self) -> None:
        """Load again what a deployment may have changed meanwhile."""
        if self._is_stale:
            self.action_reload()

    # -- browsing ---------------------------------------------------------------------------------

    def action_reload(self) -> None:
        """Open the pool again and load its first users."""
        self._is_stale = False
        self.browser.pager.reload()

    def action_details(self) -> None:
        """Go to the user's details."""
        self.browser.show_details()

    def action_search(self) -> None:
        """Open the search line."""
        self.browser.open_search()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self.browser.sort_by_next()

    def action_columns(self) -> None:
        """Show, hide and move columns."""
        self.browser.choose_columns()

    def action_mark(self) -> None:
        """Mark the user, or remove the mark."""
        self.browser.toggle_mark()

    def action_mark_all(self) -> None:
        """Mark all loaded users."""
        self.browser.mark_all()

    def action_back(self) -> None:
        """One step back, at last out of the pane."""
        if not self.browser.step_back():
            self.leave()

    # -- one user ---------------------------------------------------------------------------------

    @work(group="dialog")
    async def action_create(self) -> None:
        """Create a user; a generated password is copied and never shown."""
        opened, about = self.browser.pager.opened, self.browser.pager.about
        if opened is None:
            return
        form = new_user_form(opened.pool, about.rules, about.schema)
        created = await self.app.push_screen_wait(form)
        if created is None:
            return
        if created.password:
            self.shell.copy(created.password, "the new password")
        self.browser.users.put(created.user)
        self.browser.show_users(created.user.username)
        self.shell.say(f"Created {created.user.label}")

    @work(group="dialog")
    async def action_edit(self) -> None:
        """Change attributes."""
        opened, before = self.browser.pager.opened, self.browser.current
        if opened is None or before is None:
            return
        form = attributes_form(opened.pool, self.browser.pager.about.schema, before)
        user = await self.app.push_screen_wait(form)
        if user is None or user is before:
            return
        names = {*user.attributes, *before.attributes}
        changed = [n for n in names if user.attributes.get(n) != before.attributes.get(n)]
        self.browser.users.put(user)
        self.browser.show_users()
        self.shell.say(f"Changed {', '.join(sorted(changed))} of {user.label}")

    @work(group="dialog")
    async def action_password(self) -> None:
        """Set a password; a generated one is copied and never shown."""
        opened, user = self.browser.pager.opened, self.browser.current
        if opened is None or user is None:
            return
        form = password_form(opened.pool, self.browser.pager.about.rules, user)
        generated = await self.app.push_screen_wait(form)
        if generated is None:
            return
        if generated:
            self.shell.copy(generated, "the new password")
        self.shell.say(f"Password set: {user.label}")
        changed = await asyncio.to_thread(opened.pool.get_if_allowed, user.username)
        self.browser.users.put(changed or user)
        self.browser.show_users()

    @work(group="dialog")
    async def action_sign_in(self) -> None:
        """Sign in as the user, for real; the tokens are saved for the playground."""
        from screens.users.signing_in import sign_in
        from screens.users.tokens_screen import TokensScreen

        opened, user = self.browser.pager.opened, self.browser.current
        if opened is None or user is None:
            return
        signed_in = await sign_in(self.app.push_screen_wait, opened, user)
        if signed_in is not None:
            self.post_message(SignInsChanged())
            self.app.push_screen(TokensScreen(opened, signed_in))

    @work(group="dialog")
    async def action_sign_up(self) -> None:
        """Sign up as a new user, as an application does; a sign-in that follows is saved."""
        from screens.users.signing_up import sign_up_as_new
        from screens.users.tokens_screen import TokensScreen

        opened, about = self.browser.pager.opened, self.browser.pager.about
        if opened is None:
            return
        ask = self.app.push_screen_wait
        user, signed_in = await sign_up_as_new(ask, opened, about.rules)
        if user is not None:
            self.browser.users.put(user)
            self.browser.show_users(user.username)
            self.shell.say(f"Signed up {user.label}")
        if signed_in is not None:
            self.post_message(SignInsChanged())
            self.app.push_screen(TokensScreen(opened, signed_in))

    def action_query(self) -> None:
        """Go to the playground as this user."""
        user = self.browser.current
        if user is not None:
            self.post_message(OpenPlayground(f"user:{user.label}"))

    # -- one user or several ----------------------------------------------------------------------

    async def _act(self, action: UserAction, opened: OpenedPool, users: Sequence[User]) -> bool:
        """Run an action on the users and say what it came to; True where all were done."""
        if self.browser.bulk.is_running:
            self.shell.say("Another action is still running", "warning")
            return False
        outcome = await self.browser.bulk.run(action, opened.pool, users, self.app.push_screen_wait)
        if action.ends_sign_ins:
            await self._forget(opened, users)
        if text := outcome_text(action, users, outcome):
            self.shell.say(text, "warning" if outcome.skipped else "information")
        return not outcome.failed and not outcome.skipped

    @work(group="dialog")
    async def action_groups(self) -> None:
        """Add the chosen users to a group, or remove them from one."""
        opened, users = self.browser.pager.opened, self.browser.chosen
        if opened is not None and users:
            action = await choose_group_action(self.app.push_screen_wait, opened.pool, users)
            if action is not None:
                await self._act(action, opened, users)

    @work(group="dialog")
    async def action_switch(self) -> None:
        """Disable the chosen users if the first is enabled, else enable them."""
        opened, users = self.browser.pager.opened, self.browser.chosen
        if opened is not None and users:
            action = actions.DISABLE if users[0].enabled else actions.ENABLE
            await self._act(action, opened, users)

    @work(group="dialog")
    async def action_more(self) -> None:
        """Choose one of the rarer actions."""
        opened, users = self.browser.pager.opened, self.browser.chosen
        if opened is not None and users:
            action = await choose_rarer_action(self.app.push_screen_wait, opened, users)
            if action is not None:
                await self._act(action, opened, users)

    @work(group="dialog")
    async def action_delete(self) -> None:
        """Delete the chosen users; asks first."""
        opened, users = self.browser.pager.opened, self.browser.chosen
        if opened is None or not users:
            return
        if await confirm_delete(self.app.push_screen_wait, users, opened.name):
            await self._act(actions.DELETE, opened, users)

    async def _forget(self, opened: OpenedPool, users: Sequence[User]) -> None:
        """Forget the users' saved tokens: they are no longer valid."""
        if opened.sign_ins_file is not None:
            names = tuple(user.username for user in users)
            await asyncio.to_thread(forget_tokens, opened.sign_ins_file, opened.pool.pool_id, names)
        self.post_message(SignInsChanged())

    # -- the pool ---------------------------------------------------------------------------------

    @work(group="dialog")
    async def action_export(self) -> None:
        """Write the users that match the search to a file."""
        opened = self.browser.pager.opened
        if opened is None:
            return
        search = parse_search(self.browser.users.search, everywhere=opened.pool.is_local)
        cost = "" if search.server else full_read_cost(opened.pool, self.browser.pager.about)
        form = export_form(opened.pool, search, self._root, cost)
        exported = await self.app.push_screen_wait(form)
        if exported is not None:
            count = plural(exported.count, "user")
            self.shell.say(f"{count} written to {exported.path.name}")

    @work(group="dialog")
    async def action_import(self) -> None:
        """Create the users of a file."""
        opened = self.browser.pager.opened
        if opened is None:
            return
        planned = await self.app.push_screen_wait(import_form(opened.pool, self._root))
        if planned is not None:
            await self._create_all(opened, planned)

    @work(group="dialog")
    async def action_seed(self) -> None:
        """Create test users."""
        opened = self.browser.pager.opened
        if opened is None:
            return
        planned = await self.app.push_screen_wait(seed_form(opened.pool, self.browser.pager.about))
        if planned is None:
            return
        if await self._create_all(opened, planned) and planned.password:
            self.app.push_screen(seeded_password_screen(planned.password))

    async def _create_all(self, opened: OpenedPool, planned: Planned) -> bool:
        """Create planned users after a question; True where all were created."""
        plan = planned.plan
        if not plan.users:
            self.shell.say("Nothing to do: all of these users exist", "warning")
            return False
        if await self.app.push_screen_wait(create_question(planned)) is not True:
            return False
        for name in plan.new_groups:
            await asyncio.to_thread(create_group, opened.pool, Group(name))
        by_name = {user.username: user for user in plan.users}
        users = [User(name, "", enabled=True) for name in by_name]
        return await self._act(actions.create_users(by_name, planned.verb), opened, users)

    @work(group="dialog")
    async def action_pool(self) -> None:
        """Choose another pool of the same account and region."""
        opened = self.browser.pager.opened
        if opened is None:
            return
        pools = await asyncio.to_thread(list_pools, opened)
        chosen = await self.app.push_screen_wait(pool_picker(pools, opened.pool.pool_id))
        found = next((each for each in pools if each.id == chosen), None)
        if found is not None:
            self.browser.pager.choose(lambda own: other_pool(own, found))
            self.action_reload()

    def action_manage_groups(self) -> None:
        """Show the pool's groups."""
        from screens.users.groups_screen import GroupsScreen

        if self.browser.pager.opened is not None:
            self.app.push_screen(GroupsScreen(self.browser.pager.opened.pool))

    def action_settings(self) -> None:
        """Show the pool's settings."""
        from screens.users.settings_screen import SettingsScreen

        opened = self.browser.pager.opened
        if opened is not None:
            pool, root = opened.pool, self._root
            self.app.push_screen(SettingsScreen(lambda: read_settings(pool, root)))

    def action_triggers(self) -> None:
        """Show the pool's trigger functions, and their last runs for the user."""
        from screens.users.triggers_screen import TriggersScreen

        opened, user = self.browser.pager.opened, self.browser.current
        if opened is None:
            return
        label, names = "", tuple[str, ...]()
        if user is not None:
            attributes = (user.attributes.get(name, "") for name in ("email", "sub"))
            label, names = user.label, (user.username, *attributes)
        self.app.push_screen(
            TriggersScreen(lambda: read_triggers(opened.clients, opened.pool, names), label)
        )

    def action_sent_messages(self) -> None:
        """Show the messages that Cognito would have sent."""
        from screens.users.messages_screen import MessagesScreen

        opened = self.browser.pager.opened
        if opened is None:
            return
        target, pool_id = opened.clients.target, opened.pool.pool_id
        if isinstance(target, LocalTarget):
            self.app.push_screen(MessagesScreen(lambda: read_inbox(target, pool_id)))
        else:
            self.shell.say("On AWS, Cognito sends its messages: they are in the user's mailbox")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        if action not in WHILE_NOT_TYPING:
            return super().check_action(action, parameters)
        opened = self.browser.pager.opened
        if isinstance(self.focused, Input):
            return False
        if action in OF_A_USER:
            return self.browser.current is not None
        if action in OF_A_POOL:
            return opened is not None
        return True
