"""The playground's screen on a real API: the authorization matrix on its local cloud."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from screens.dialogs.picker_screen import PickerScreen
from screens.editing.code_editor import CodeEditor
from screens.playground.result_pane import ResultPane
from screens.playground.screen import PlaygroundScreen
from screens.playground.tab_state import TabState
from screens.widgets.row_list import RowList
from screens.widgets.text_styles import plain
from tests.localcloud.appsync.matrix.deployed import Deployed
from tests.screens.driver import Driver
from tests.screens.playground.held_api import held_api
from tests.screens.playground.held_playground import HeldPlayground
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app
from tests.screens.settling import sandbox_screen, until
from workbench.aws.clients import Clients
from workbench.outputs_file import from_outputs
from workbench.playground.api import PlaygroundApi
from workbench.playground.caller_credentials import CallerCredentials
from workbench.playground.graphql_apis import GraphqlApi


@dataclass
class Schemas:
    """The live schema's text, with changes that a test makes to it."""

    api: GraphqlApi
    changes: list[Callable[[str], str]] = field(default_factory=list)

    def schema_text(self) -> str:
        text = self.api.schema_text()
        for change in self.changes:
            text = change(text)
        return text


@dataclass
class PlaygroundDriver(Driver):
    """Drives the playground by its keys, and reads what it shows."""

    screen: PlaygroundScreen
    schemas: Schemas

    @property
    def tab(self) -> TabState:
        return self.screen.workspace.tabs.active

    @property
    def operation(self) -> CodeEditor:
        return self.screen.workspace.editors.operation

    @property
    def variables(self) -> CodeEditor:
        return self.screen.workspace.editors.variables

    @property
    def result(self) -> ResultPane:
        return self.screen.workspace.results.first

    @property
    def other_result(self) -> ResultPane:
        return self.screen.workspace.results.second

    async def write(self, text: str) -> None:
        """Replace the text of the editor that has the focus, else the operation."""
        if self.app.focused is self.result:
            await self.press("i")
            await self.until(lambda: self.operation.has_focus)
        editor = self.app.focused
        assert editor in (self.operation, self.variables)
        editor.text = text  # type: ignore[union-attr]
        await self.pilot.pause()

    async def offered(self) -> list[str]:
        """The rows of the dialog that opens."""
        await until(self.pilot, lambda: isinstance(self.app.screen, PickerScreen), "the dialog")
        return [plain(row.spans) for row in self.app.screen.query_one(RowList).rows]

    async def run(self) -> str:
        """Run what the cursor is in; what the result pane shows then."""
        await self.press("f5")
        tab = self.tab
        await until(
            self.pilot,
            lambda: tab.problem or (tab.outcomes and not tab.is_running),
            "the result",
        )
        await self.pilot.pause()
        return self.shown()

    def shown(self, pane: ResultPane | None = None) -> str:
        return "\n".join(plain(row.spans) for row in (pane or self.result).rows)


Open = Callable[..., AbstractAsyncContextManager[PlaygroundDriver]]


@pytest.fixture
def playground(matrix: Deployed, tmp_path: Path) -> Open:
    """Open the playground in an app; the same folder each time, as after a restart."""

    @asynccontextmanager
    async def opened(size: tuple[int, int] = (140, 40)) -> AsyncIterator[PlaygroundDriver]:
        environment = from_outputs(matrix.project / "amplify_outputs.json")
        clients = Clients(matrix.target)
        schemas = Schemas(GraphqlApi(clients, environment))

        def api() -> PlaygroundApi:
            return PlaygroundApi(environment, CallerCredentials(clients, environment.auth), schemas)

        starter = ScriptedStarter(tmp_path, open_api=api)
        app = scripted_app(starter)
        async with app.run_test(size=size) as pilot:
            await sandbox_screen(pilot, starter, first_deployment())
            await pilot.press("7")
            await until(pilot, lambda: isinstance(app.screen, PlaygroundScreen), "the playground")
            screen = app.screen
            assert isinstance(screen, PlaygroundScreen)
            await until(pilot, lambda: screen.workspace.connection.schema, "the schema")
            driver = PlaygroundDriver(pilot, app, screen, schemas)
            yield driver

    return opened


@pytest.fixture
def held(tmp_path: Path) -> Iterator[HeldPlayground]:
    """The playground on an endpoint that holds its answers back."""
    with held_api() as api:
        playground = HeldPlayground(api, tmp_path)
        try:
            yield playground
        finally:
            playground.release()
