"""The playground on a held API: opened, and left, at any moment of its work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event

from textual.pilot import Pilot

from screens.app import WorkbenchApp
from screens.messages import OpenPlayground
from screens.playground.screen import PlaygroundScreen
from tests.screens.playground.held_api import HeldApi
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app
from tests.screens.settling import sandbox_screen, until
from workbench.playground.api import PlaygroundApi
from workbench.playground.open_api import open_url_api


class HeldPlayground:
    """The playground on a held API, with what it opened."""

    def __init__(self, api: HeldApi, folder: Path) -> None:
        self.api = api
        self.folder = folder
        self.opened: list[PlaygroundApi] = []
        self.may_open = Event()
        self.is_opening = Event()
        self.may_open.set()

    def open(self) -> PlaygroundApi:
        self.is_opening.set()
        self.may_open.wait(60)
        self.opened.append(open_url_api(self.api.url, {}))
        return self.opened[-1]

    @asynccontextmanager
    async def app(self) -> AsyncIterator[tuple[Pilot[None], WorkbenchApp]]:
        starter = ScriptedStarter(self.folder, open_api=self.open)
        app = scripted_app(starter)
        async with app.run_test(size=(140, 40)) as pilot:
            await sandbox_screen(pilot, starter, first_deployment())
            self.pilot = pilot
            yield pilot, app

    async def show(self, caller: str = "") -> PlaygroundScreen:
        pilot = self.pilot
        pilot.app.post_message(OpenPlayground(caller))
        await until(pilot, lambda: isinstance(pilot.app.screen, PlaygroundScreen), "the pane")
        screen = pilot.app.screen
        assert isinstance(screen, PlaygroundScreen)
        return screen

    async def show_ready(self, caller: str = "") -> PlaygroundScreen:
        screen = await self.show(caller)
        await until(self.pilot, lambda: screen.workspace.connection.schema, "the schema")
        return screen

    def release(self) -> None:
        """Let go of all that is held back."""
        self.may_open.set()
        self.api.release()

    def nothing_left(self) -> bool:
        return not self.api.connections and all(each.is_closed for each in self.opened)
