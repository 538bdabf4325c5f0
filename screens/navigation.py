"""Navigation between the sandbox and the panes, and which environment the panes show."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from screens.messages import OpenPane
from screens.pane import PaneContext, PaneScreen
from screens.panes import PANES, Pane, pane_of
from workbench.model.events import AnyEvent, DeploymentFinished

if TYPE_CHECKING:
    from screens.app import WorkbenchApp
    from workbench.branches.context import OpenedBranches
    from workbench.branches.selected_environment import Workplace


class EnvironmentPanes:
    """Opens the panes over the sandbox's screen, and keeps them for the next time."""

    def __init__(self, app: WorkbenchApp) -> None:
        self._app = app
        self._branches: OpenedBranches | None = None
        self._open: dict[str, PaneScreen] = {}

    def open(self, message: OpenPane) -> None:
        """Go to a pane; keys typed from now on are for it."""
        app, pane = self._app, pane_of(message.pane)
        app.hold_keys(pane.id)

        async def opened() -> None:
            try:
                await self._show(pane, message)
            finally:
                app.release_keys(pane.id)

        app.run_worker(opened(), exclusive=True, group=pane.id)

    async def _show(self, pane: Pane, message: OpenPane) -> None:
        """Put the pane over the sandbox, in place of whatever is there."""
        app, sandbox = self._app, self._app.sandbox
        if sandbox is None:
            return
        if pane.id not in self._open:
            kind = await asyncio.to_thread(pane.load)
            context = PaneContext(sandbox.opened, app.place, self._branches)
            self._open[pane.id] = kind.of(context)
            app.install_screen(self._open[pane.id], pane.id)
        screen = self._open[pane.id]
        if app.screen is not screen:
            app.close_to_sandbox()
            await app.push_screen(pane.id)
        screen.opened_by(message)

    def leave(self) -> None:
        """Back to the sandbox; the pane in front keeps its state."""
        if self._app.screen in self._open.values():
            self._app.pop_screen()

    def turn_to(self, place: Workplace | None, opened: OpenedBranches | None = None) -> None:
        """Switch all panes to another environment, or (None) back to the user's sandbox."""
        app = self._app
        if place == app.place:
            return
        for pane in PANES:
            if pane.follows_environment:
                self._drop(pane.id)
        self._branches = opened if place is not None else None
        app.place = place
        for screen in self._open.values():
            screen.environment_changed()
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
        for name in list(self._open):
            self._drop(name)

    def deployed(self, events: Sequence[AnyEvent]) -> None:
        """Tell the sandbox's panes when its backend may have changed."""
        if self._app.place is None and any(_changed_backend(event) for event in events):
            for screen in self._open.values():
                screen.deployed()

    def forget_callers(self) -> None:
        """Tell the panes that saved sign-ins have changed."""
        for screen in self._open.values():
            screen.sign_ins_changed()

    def _drop(self, name: str) -> None:
        screen = self._open.pop(name, None)
        if screen is not None:
            self._app.uninstall_screen(screen)
            screen.remove()


def _changed_backend(event: AnyEvent) -> bool:
    return isinstance(event, DeploymentFinished) and event.result.value == "succeeded"
