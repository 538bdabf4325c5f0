"""The panes of one environment: its playground and users, and the branches to choose it from.

The environment is one's own sandbox, or the one that the whole workbench was turned to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from workbench.model.events import AnyEvent, DeploymentFinished

if TYPE_CHECKING:
    from screens.app import WorkbenchApp
    from screens.branches.screen import BranchesScreen
    from screens.playground.screen import PlaygroundScreen
    from screens.users.screen import UsersScreen
    from workbench.branches.context import OpenedBranches
    from workbench.branches.selected_environment import Workplace
    from workbench.playground.api import PlaygroundApi
    from workbench.users.open_pool import OpenedPool


class EnvironmentPanes:
    """Opens the panes over the sandbox's screen, and keeps them for the next time."""

    def __init__(self, app: WorkbenchApp) -> None:
        self._app = app
        self._branches_of_place: OpenedBranches | None = None
        self.playground: PlaygroundScreen | None = None
        self.users: UsersScreen | None = None
        self.branches: BranchesScreen | None = None

    def _open(self, name: str, opening: Coroutine[None, None, None]) -> None:
        """Open a pane; keys typed from now on are for it."""
        app = self._app
        app.gate.begin_opening(name)

        async def opened() -> None:
            try:
                await opening
            finally:
                app.opened(name)

        app.run_worker(opened(), exclusive=True, group=name)

    async def _show(self, name: str) -> None:
        """Put an installed pane over the sandbox, in place of whatever is there."""
        app = self._app
        pane = app.get_screen(name)
        if app.screen is not pane:
            app.close_to_sandbox()
            await app.push_screen(name)

    # -- the playground ---------------------------------------------------------------------------

    def open_playground(self, caller: str = "") -> None:
        """Go to the playground, as a caller; its first opening imports GraphQL, in a thread."""
        self._open("playground", self._open_playground(caller))

    async def _open_playground(self, caller: str) -> None:
        app, sandbox = self._app, self._app.sandbox
        if sandbox is None:
            return
        if self.playground is None:
            await asyncio.to_thread(import_module, "screens.playground.screen")
            from screens.playground.screen import PlaygroundScreen

            info = sandbox.opened.info
            self.playground = PlaygroundScreen(
                self._opener_of_api(sandbox.opened.open_api),
                info.sandbox_dir,
                info.root,
                self._title(info.target),
            )
            app.install_screen(self.playground, "playground")
        await self._show("playground")
        if caller:
            self.playground.run_as(caller)

    def leave_playground(self) -> None:
        """Back to the sandbox; the playground's streams go on."""
        if self._app.screen is self.playground:
            self._app.pop_screen()

    # -- the users --------------------------------------------------------------------------------

    def open_users(self) -> None:
        """Go to the users; the first opening imports botocore, in a thread."""
        self._open("users", self._open_users())

    async def _open_users(self) -> None:
        app, sandbox = self._app, self._app.sandbox
        if sandbox is None:
            return
        if self.users is None:
            await asyncio.to_thread(import_module, "screens.users.screen")
            from screens.users.screen import UsersScreen

            opened = sandbox.opened
            self.users = UsersScreen(
                self._opener_of_pool(opened.open_pool),
                opened.info.root,
                self._title(opened.info.target),
            )
            app.install_screen(self.users, "users")
        await self._show("users")

    def leave_users(self) -> None:
        """Back to the sandbox; what is loaded stays."""
        if self._app.screen is self.users:
            self._app.pop_screen()

    def query_as(self, name: str) -> None:
        """Go from the users to the playground, as one of them."""
        self.leave_users()
        self.open_playground(f"user:{name}")

    def forget_callers(self) -> None:
        """A user is another now: the playground asks anew for tokens."""
        if self.playground is not None and self.playground.api is not None:
            self.playground.api.forget_callers()

    # -- the branches -----------------------------------------------------------------------------

    def open_branches(self) -> None:
        """Go to the branches; the first opening imports botocore, in a thread."""
        self._open("branches", self._open_branches())

    async def _open_branches(self) -> None:
        app, sandbox = self._app, self._app.sandbox
        if sandbox is None:
            return
        if self.branches is None:
            await asyncio.to_thread(import_module, "screens.branches.screen")
            from screens.branches.screen import BranchesScreen

            opened = sandbox.opened
            self.branches = BranchesScreen(opened.open_branches, opened.info)
            app.install_screen(self.branches, "branches")
        await self._show("branches")

    def leave_branches(self) -> None:
        """Back to the sandbox."""
        if self._app.screen is self.branches:
            self._app.pop_screen()

    # -- which environment ------------------------------------------------------------------------

    def turn_to(self, place: Workplace | None, opened: OpenedBranches | None = None) -> None:
        """Turn the whole workbench to another environment, or (None) back to one's sandbox."""
        app = self._app
        if place == app.place:
            return
        self._drop(self.playground)
        self._drop(self.users)
        self.playground = self.users = None
        self._branches_of_place = opened if place is not None else None
        app.place = place
        if app.sandbox is None:
            return
        if place is None or opened is None:
            app.sandbox.show_own_resources()
            return
        from workbench.branches.selected_environment import read_resources

        app.sandbox.show_resources_of(place, lambda: read_resources(opened, place))

    def forget(self) -> None:
        """Close all: another sandbox will be opened."""
        self.turn_to(None)
        for screen in (self.playground, self.users, self.branches):
            self._drop(screen)
        self.playground = self.users = self.branches = None

    def deployed(self, events: Sequence[AnyEvent]) -> None:
        """Tell the panes of the sandbox that its backend is another now."""
        if self._app.place is not None or not any(_changed_backend(event) for event in events):
            return
        if self.playground is not None:
            self.playground.deployed()
        if self.users is not None:
            self.users.deployed()

    def _title(self, target: str) -> str:
        place = self._app.place
        return target if place is None else f"{place.name} · {target}"

    def _opener_of_api(self, own: Callable[[], PlaygroundApi]) -> Callable[[], PlaygroundApi]:
        place, opened = self._app.place, self._branches_of_place
        if place is None or opened is None:
            return own
        from workbench.branches.selected_environment import open_api

        return lambda: open_api(opened, place)

    def _opener_of_pool(self, own: Callable[[], OpenedPool]) -> Callable[[], OpenedPool]:
        place, opened = self._app.place, self._branches_of_place
        if place is None or opened is None:
            return own
        from workbench.branches.selected_environment import open_pool

        return lambda: open_pool(opened, place)

    def _drop(self, screen: PlaygroundScreen | UsersScreen | BranchesScreen | None) -> None:
        if screen is not None:
            self._app.uninstall_screen(screen)
            screen.remove()


def _changed_backend(event: AnyEvent) -> bool:
    """Whether the API may be another now."""
    return isinstance(event, DeploymentFinished) and event.result.value == "succeeded"
