"""The users pane: what can be done with the pool's users."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.widgets import Input

from screens.messages import OpenPlayground, SignInsChanged
from screens.users.bindings import SCREEN_BINDINGS
from screens.users.dialogs import (
    MORE,
    ask_attributes,
    ask_delete,
    ask_group,
    ask_mfa,
    ask_more,
    ask_password,
    ask_pool,
)
from screens.users.new_user_form import ask_new_user
from screens.users.table_screen import UserTableScreen
from workbench.aws.target import LocalTarget
from workbench.users.groups import (
    Group,
    add_to_group,
    create_group,
    list_groups,
    remove_from_group,
)
from workbench.users.open_pool import list_pools, other_pool
from workbench.users.outbound_messages import read_inbox
from workbench.users.pool_settings import read_settings
from workbench.users.token_store import forget_tokens
from workbench.users.trigger_logs import read_triggers
from workbench.users.user_pools import User, UserPoolProblem
from workbench.wording import plural


class UsersScreen(UserTableScreen, inherit_bindings=False):
    """Stays alive behind the sandbox's screen, with what is loaded, searched and marked."""

    BINDINGS: ClassVar[list[BindingType]] = SCREEN_BINDINGS

    @property
    def chosen(self) -> list[User]:
        """The marked users, else the one under the cursor."""
        marked = [user for user in self.roster.shown if user.username in self.roster.marked]
        current = self.table.current
        return marked or ([current] if current is not None else [])

    @work(group="dialog")
    async def action_create(self) -> None:
        """Ask for a new user until Cognito takes it, or the form is closed."""
        if self.pool is None:
            return
        user = await ask_new_user(self, self.pool)
        if user is None:
            return
        self.roster.put(user)
        self.table.show_users(user.username)
        self.show_roster()
        self.shell.say(f"Created {user.label}")

    @work(group="dialog")
    async def action_edit(self) -> None:
        """Change attributes; the form stays as it was filled in until Cognito takes them."""
        pool, before = self.pool, self.table.current
        if pool is None or before is None:
            return
        user = await ask_attributes(self, pool, before)
        if user is None:
            return
        names = {*user.attributes, *before.attributes}
        changed = [n for n in names if user.attributes.get(n) != before.attributes.get(n)]
        self.roster.put(user)
        self.show_roster()
        self.shell.say(f"Changed {', '.join(sorted(changed))} of {user.label}")

    @work(group="dialog")
    async def action_password(self) -> None:
        """Set a password; a generated one is copied and never shown."""
        pool, user = self.pool, self.table.current
        if pool is None or user is None or not await ask_password(self, pool, user):
            return
        self.shell.say(f"Password set: {user.label}")
        try:
            self.roster.put((await asyncio.to_thread(pool.user, user.username)).user)
        except UserPoolProblem as problem:
            self.shell.say(str(problem), "error")
        self.show_roster()

    @work(group="dialog")
    async def action_groups(self) -> None:
        """Put the chosen users into a group, or take them out."""
        pool, users = self.pool, self.chosen
        if pool is None or not users:
            return
        try:
            groups = await asyncio.to_thread(list_groups, pool)
            own = (await asyncio.to_thread(pool.user, users[0].username)).groups
        except UserPoolProblem as problem:
            self.shell.say(str(problem), "error")
            return
        group = await ask_group(self, _whom(users), groups, own)
        if group is None:
            return
        if group.startswith("="):
            group = group[1:]
            try:
                await asyncio.to_thread(create_group, pool, Group(group))
            except UserPoolProblem as problem:
                self.shell.say(str(problem), "error")
                return
        if group in own:
            await self.acting.act(
                f"Out of {group}", pool, users, lambda name: remove_from_group(pool, name, group)
            )
        else:
            await self.acting.act(
                f"Into {group}", pool, users, lambda name: add_to_group(pool, name, group)
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
        await self._forget(users)

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
            "resend": pool.resend_invitation,
            "sign_out": pool.sign_out,
        }
        if chosen == "mfa":
            kind = await ask_mfa(self, _whom(users))
            if kind is None:
                return
            actions["mfa"] = lambda name: pool.set_mfa(name, kind)
        await self.acting.act(MORE[chosen].partition(",")[0], pool, users, actions[chosen])
        await self._forget(users)

    @work(group="dialog")
    async def action_delete(self) -> None:
        """Delete the chosen users; asks first."""
        pool, users = self.pool, self.chosen
        if pool is None or not users:
            return
        opened = self.loading_users.opened
        other = opened.name if opened is not None else ""
        if not await ask_delete(self, users, other):
            return
        await self.acting.act("Deleted", pool, users, pool.delete, removes=True)
        await self._forget(users)

    async def _forget(self, users: Sequence[User]) -> None:
        """The users' tokens count no more: neither here nor in the playground."""
        opened = self.loading_users.opened
        if opened is not None and opened.kept_file is not None:
            names = tuple(user.username for user in users)
            await asyncio.to_thread(forget_tokens, opened.kept_file, opened.pool.pool_id, names)
        self.post_message(SignInsChanged())

    @work(group="dialog")
    async def action_sign_in(self) -> None:
        """Sign in as the user, really; the tokens are kept for the playground."""
        from screens.users.signing_in import sign_in
        from screens.users.tokens_screen import TokensScreen

        opened, user = self.loading_users.opened, self.table.current
        if opened is None or user is None:
            return
        kept = await sign_in(self, opened, user)
        if kept is not None:
            self.post_message(SignInsChanged())
            self.app.push_screen(TokensScreen(opened, kept))

    def action_manage_groups(self) -> None:
        """All groups: make, change, delete, see the members."""
        from screens.users.groups_screen import GroupsScreen

        if self.pool is not None:
            self.app.push_screen(GroupsScreen(self.pool))

    def action_triggers(self) -> None:
        """The pool's trigger functions, and their last runs for the user."""
        from screens.users.triggers_screen import TriggersScreen

        opened, user = self.loading_users.opened, self.table.current
        if opened is None:
            return
        names: tuple[str, ...] = ()
        if user is not None:
            shown = (user.attributes.get("email", ""), user.attributes.get("sub", ""))
            names = (user.username, *shown)
        self.app.push_screen(
            TriggersScreen(
                lambda: read_triggers(opened.clients, opened.pool, names),
                user.label if user is not None else "",
            )
        )

    @work(group="dialog")
    async def action_pool(self) -> None:
        """Choose another pool of the same account and region."""
        opened = self.loading_users.opened
        if opened is None:
            return
        try:
            pools = await asyncio.to_thread(list_pools, opened)
        except UserPoolProblem as problem:
            self.shell.say(str(problem), "error")
            return
        chosen = await ask_pool(self, pools, opened.pool.pool_id)
        found = next((each for each in pools if each.id == chosen), None)
        if found is not None:
            self.loading_users.choose(lambda own: other_pool(own, found))
            self.action_reload()

    @work(group="dialog")
    async def action_export(self) -> None:
        """Write the users that the search finds to a file."""
        from screens.users.import_export import export_users

        if self.pool is not None:
            await export_users(self, self.pool)

    @work(group="dialog")
    async def action_import(self) -> None:
        """Make the users of a file, after all its rows are checked."""
        from screens.users.import_export import import_users

        if self.pool is not None:
            await import_users(self, self.pool)

    @work(group="dialog")
    async def action_seed(self) -> None:
        """Make users to try the backend with."""
        from screens.users.import_export import seed

        if self.pool is not None:
            await seed(self, self.pool)

    def action_query(self) -> None:
        """Go to the playground as this user."""
        user = self.table.current
        if user is not None:
            self.post_message(OpenPlayground(f"user:{user.label}"))

    def action_settings(self) -> None:
        """Show the pool's settings."""
        from screens.users.settings_screen import SettingsScreen

        opened = self.loading_users.opened
        if opened is not None:
            cognito, pool_id = opened.clients.cognito_idp, opened.pool.pool_id
            root = self.root
            self.app.push_screen(SettingsScreen(lambda: read_settings(cognito, pool_id, root)))

    def action_inbox(self) -> None:
        """Show what Cognito would have sent."""
        from screens.users.messages_screen import InboxScreen

        opened = self.loading_users.opened
        target = opened.clients.target if opened is not None else None
        if opened is not None and isinstance(target, LocalTarget):
            pool_id = opened.pool.pool_id
            self.app.push_screen(InboxScreen(lambda: read_inbox(target, pool_id)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        is_typing = isinstance(self.focused, Input)
        if action in _OF_A_USER:
            return not is_typing and self.is_mounted and self.table.current is not None
        if action in _OF_A_POOL:
            return not is_typing and self.pool is not None
        if action == "inbox":
            opened = self.loading_users.opened
            is_local = opened is not None and isinstance(opened.clients.target, LocalTarget)
            return is_local and not is_typing
        if action in ("sort", "columns", "reload", "search", "mark_all"):
            return not is_typing
        return super().check_action(action, parameters)


_OF_A_USER = ("edit", "password", "groups", "switch", "more", "delete", "query", "mark", "sign_in")
_OF_A_POOL = ("create", "settings", "manage_groups", "triggers", "pool", "export", "import", "seed")


def _whom(users: Sequence[User]) -> str:
    return users[0].label if len(users) == 1 else plural(len(users), "user")
