"""Which API the playground talks to, and its schema: read at the start and after deployments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.model.user_problem import UserProblem
from workbench.playground.addresses import Address
from workbench.playground.api import PlaygroundApi
from workbench.playground.lint import broken_by
from workbench.playground.open_api import open_url_api
from workbench.playground.schema_source import LoadedSchema, NoSchemaError
from workbench.wording import plural

if TYPE_CHECKING:
    from screens.playground.screen import PlaygroundScreen


class Connection:
    """The sandbox's own API, or any address; one at a time."""

    def __init__(
        self, screen: PlaygroundScreen, open_sandbox: Callable[[], PlaygroundApi], title: str
    ) -> None:
        self._screen = screen
        self._open_sandbox = open_sandbox
        self._sandbox_title = title
        self.address: Address | None = None
        self.api: PlaygroundApi | None = None
        self.schema: LoadedSchema | None = None
        self.words = "schema: reading …"
        self.problem = ""
        """Why there is no API."""

    @property
    def title(self) -> str:
        """Where requests go."""
        if self.address is None:
            return self._sandbox_title
        return self.address.label.partition("://")[2]

    def connect(self) -> None:
        """Open the API where it is not, and read its schema."""
        self._screen.begin(self._connect(), exclusive=True, group="connect")

    def anew(self) -> None:
        """Forget the API with its callers and its schema's text, and open it again."""
        old, self.api = self.api, None
        if old is not None:
            old.forget_callers()
            self._screen.begin(self._close(old), group="close")
        self.connect()

    def go_to(self, address: Address | None) -> None:
        """Talk to another address; None is the sandbox's own API."""
        self.address = address
        # Another API's schema breaks nothing: it is not the same one changed.
        self.schema = None
        self.words = "schema: reading …"
        for sheet in self._screen.desk.sheets.all:
            sheet.broken = False
        self.anew()
        self._screen.desk.show_names()

    async def close(self) -> None:
        """End all connections."""
        if self.api is not None:
            await self.api.close()

    async def _close(self, old: PlaygroundApi) -> None:
        running = [
            outcome.worker
            for sheet in self._screen.desk.sheets.all
            for outcome in sheet.outcomes
            if outcome.worker is not None
        ]
        # A request that is on its way keeps its connection until it is answered.
        if running:
            await self._screen.workers.wait_for_complete(running)
        await old.close()

    def _open(self) -> PlaygroundApi:
        if self.address is None:
            return self._open_sandbox()
        return open_url_api(self.address.url, self.address.headers)

    async def _connect(self) -> None:
        screen = self._screen
        if self.api is None:
            try:
                self.api = await asyncio.to_thread(self._open)
            except (UserProblem, OSError) as problem:
                self.problem, self.words, self.schema = str(problem), "not connected", None
                if screen.desk.sheet.stream is None and not screen.desk.sheet.outcomes:
                    screen.result_pane.show_problem(self.problem)
                screen.desk.show_names()
                screen.checking.check()
                return
        if self.problem:
            self.problem = ""
            screen.desk.show_outcome()
        api = self.api
        await self._load_schema(api)
        await screen.running.choose_first(api)

    async def _load_schema(self, api: PlaygroundApi) -> None:
        screen = self._screen
        try:
            loaded = await api.load_schema()
        except NoSchemaError as problem:
            self.words = "no schema"
            screen.desk.show_names()
            screen.shell.say(str(problem), "error")
            return
        before, self.schema = self.schema, loaded
        self.words = f"{plural(len(loaded.schema.type_map), 'type')}"
        screen.desk.show_names()
        screen.checking.check()
        if before is not None and before.revision != loaded.revision:
            await self._tell_broken(before, loaded)

    async def _tell_broken(self, before: LoadedSchema, after: LoadedSchema) -> None:
        screen = self._screen
        screen.desk.keep()
        sheets = list(screen.desk.sheets.all)
        texts = [sheet.text for sheet in sheets]
        broken = await asyncio.to_thread(broken_by, before.schema, after.schema, texts)
        still = await asyncio.to_thread(broken_by, None, after.schema, texts)
        wrong_now = {index for index, _ in still}
        newly = {index for index, _ in broken}
        for index, sheet in enumerate(sheets):
            sheet.broken = index in newly or (sheet.broken and index in wrong_now)
        screen.desk.show_names()
        if not broken:
            screen.shell.say("The schema has changed; no open operation is broken by it")
            return
        for index, finding in broken[:3]:
            name = finding.operation or sheets[index].title
            screen.shell.say(f"The new schema breaks {name}: {finding.message}", "warning")
        if len(newly) > 1 and len(broken) > 3:
            screen.shell.say(f"{plural(len(newly), 'broken tab')} in all, marked with !", "warning")
