"""The pane is closed, or the app ends, while the playground is at work: nothing of it is left."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from types import CodeType

import pytest
from textual.pilot import Pilot

from screens.app import WorkbenchApp
from screens.playground.screen import PlaygroundScreen
from tests.screens.playground.held_api import QUERY, SCHEMA_REQUEST, HeldApi, held_api
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app
from tests.screens.settling import sandbox_screen, until
from workbench.playground.api import PlaygroundApi
from workbench.playground.lint import lint
from workbench.playground.open_api import open_url_api
from workbench.playground.saved_tabs import load_tabs

MANY = "".join(f"query Q{at} {{ list(name: {at}) {{ id name wrong }} }}\n" for at in range(3_000))


class Playing:
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

    async def show(self) -> PlaygroundScreen:
        pilot = self.pilot
        await pilot.press("7")
        await until(pilot, lambda: isinstance(pilot.app.screen, PlaygroundScreen), "the pane")
        screen = pilot.app.screen
        assert isinstance(screen, PlaygroundScreen)
        return screen

    async def show_ready(self) -> PlaygroundScreen:
        screen = await self.show()
        await until(self.pilot, lambda: screen.connection.schema, "the schema")
        return screen

    def nothing_left(self) -> bool:
        return not self.api.connections and all(each.is_closed for each in self.opened)


@pytest.fixture
def playing(tmp_path: Path) -> Iterator[Playing]:
    with held_api() as api:
        playing = Playing(api, tmp_path)
        try:
            yield playing
        finally:
            playing.may_open.set()


async def opening(playing: Playing) -> None:
    playing.may_open.clear()
    await playing.show()
    await until(playing.pilot, playing.is_opening.is_set, "the opening")


async def loading_the_schema(playing: Playing) -> None:
    playing.api.held = frozenset({SCHEMA_REQUEST})
    await playing.show()
    await until(playing.pilot, lambda: SCHEMA_REQUEST in playing.api.arrived, "the request")


async def checking(playing: Playing) -> None:
    screen = await playing.show_ready()
    screen.editors.operation.text = MANY
    await until(playing.pilot, lambda: runs_in_a_thread(lint.__code__), "the check")


async def waiting_for_a_result(playing: Playing) -> None:
    playing.api.held = frozenset({QUERY})
    await playing.show_ready()
    await playing.pilot.press("f5")
    await until(playing.pilot, lambda: QUERY in playing.api.arrived, "the request")


async def reconnecting_before_a_result(playing: Playing) -> None:
    await waiting_for_a_result(playing)
    screen = playing.pilot.app.screen
    assert isinstance(screen, PlaygroundScreen)
    screen.deployed()
    await until(playing.pilot, lambda: screen.connection.api is playing.opened[-1], "the new API")
    assert len(playing.opened) == 2
    assert not playing.opened[0].is_closed


async def following_a_stream(playing: Playing) -> None:
    screen = await playing.show_ready()
    screen.editors.operation.text = "subscription { onList { id } }"
    await playing.pilot.press("f5")
    tab = screen.tabs.active
    await until(playing.pilot, lambda: tab.stream and tab.stream.started, "the stream")


async def saving_the_tabs(playing: Playing) -> None:
    screen = await playing.show_ready()
    screen.editors.operation.text = "{ list { name } }"
    await until(playing.pilot, lambda: screen.tabs.active.text == "{ list { name } }", "the edit")


Reach = Callable[[Playing], Awaitable[None]]
PHASES: tuple[Reach, ...] = (
    opening,
    loading_the_schema,
    checking,
    waiting_for_a_result,
    reconnecting_before_a_result,
    following_a_stream,
    saving_the_tabs,
)
phases = pytest.mark.parametrize("reach", PHASES, ids=[each.__name__ for each in PHASES])


@phases
async def test_a_closed_pane_leaves_no_task_and_no_connection(
    playing: Playing,
    reach: Reach,
) -> None:
    async with playing.app() as (pilot, app):
        before = asyncio.all_tasks()
        await reach(playing)
        assert asyncio.all_tasks() - before
        app.close_to_sandbox()
        app.panes.forget()
        await until(pilot, lambda: asyncio.all_tasks() <= before, "the end of all tasks")
        playing.api.release()
        if reach is not opening:
            await until(pilot, playing.nothing_left, "the end of all connections")


@phases
async def test_an_ended_app_leaves_no_task_and_no_connection(
    playing: Playing,
    reach: Reach,
) -> None:
    before = asyncio.all_tasks()
    async with playing.app():
        await reach(playing)
    assert asyncio.all_tasks() <= before
    if reach is saving_the_tabs:
        (tab,) = load_tabs(playing.folder / ".amplify/workbench/me")[0].tabs
        assert tab.text == "{ list { name } }"


def runs_in_a_thread(code: CodeType) -> bool:
    for frame in sys._current_frames().values():
        at = frame
        while at is not None:
            if at.f_code is code:
                return True
            at = at.f_back  # type: ignore[assignment]
    return False
