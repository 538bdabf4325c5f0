"""The pane is closed, or the app ends, while the playground is at work: nothing of it is left."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from types import CodeType

import pytest

from screens.messages import SelectEnvironment
from screens.playground.screen import PlaygroundScreen
from tests.screens.playground.held_api import QUERY, SCHEMA_REQUEST
from tests.screens.playground.held_playground import HeldPlayground
from tests.screens.settling import until
from workbench.branches.selected_environment import SelectedEnvironment
from workbench.playground.lint import lint
from workbench.playground.saved_tabs import load_tabs

MANY = "".join(f"query Q{at} {{ list(name: {at}) {{ id name wrong }} }}\n" for at in range(3_000))


async def opening(held: HeldPlayground) -> None:
    held.may_open.clear()
    await held.show()
    await until(held.pilot, held.is_opening.is_set, "the opening")


async def loading_the_schema(held: HeldPlayground) -> None:
    held.api.held = frozenset({SCHEMA_REQUEST})
    await held.show()
    await until(held.pilot, lambda: SCHEMA_REQUEST in held.api.arrived, "the request")


async def checking(held: HeldPlayground) -> None:
    screen = await held.show_ready()
    screen.workspace.editors.operation.text = MANY
    await until(held.pilot, lambda: runs_in_a_thread(lint.__code__), "the check")


async def waiting_for_a_result(held: HeldPlayground) -> None:
    held.api.held = frozenset({QUERY})
    await held.show_ready()
    await held.pilot.press("f5")
    await until(held.pilot, lambda: QUERY in held.api.arrived, "the request")


async def reconnecting_before_a_result(held: HeldPlayground) -> None:
    await waiting_for_a_result(held)
    screen = held.pilot.app.screen
    assert isinstance(screen, PlaygroundScreen)
    screen.deployed()
    await until(
        held.pilot, lambda: screen.workspace.connection.api is held.opened[-1], "the new API"
    )
    assert len(held.opened) == 2
    assert not held.opened[0].is_closed


async def following_a_stream(held: HeldPlayground) -> None:
    screen = await held.show_ready()
    screen.workspace.editors.operation.text = "subscription { onList { id } }"
    await held.pilot.press("f5")
    tab = screen.workspace.tabs.active
    await until(held.pilot, lambda: tab.stream and tab.stream.started, "the stream")


async def saving_the_tabs(held: HeldPlayground) -> None:
    screen = await held.show_ready()
    screen.workspace.editors.operation.text = "{ list { name } }"
    await until(
        held.pilot, lambda: screen.workspace.tabs.active.text == "{ list { name } }", "the edit"
    )


Reach = Callable[[HeldPlayground], Awaitable[None]]
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
    held: HeldPlayground,
    reach: Reach,
) -> None:
    async with held.app() as (pilot, app):
        app.post_message(
            SelectEnvironment(SelectedEnvironment("main", "stack", is_production=False))
        )
        await until(pilot, lambda: app.shell.environment, "the environment")
        before = asyncio.all_tasks()
        await reach(held)
        assert asyncio.all_tasks() - before
        app.post_message(SelectEnvironment(None))
        await until(pilot, lambda: asyncio.all_tasks() <= before, "the end of all tasks")
        held.release()
        if reach is not opening:
            await until(pilot, held.nothing_left, "the end of all connections")


@phases
async def test_an_ended_app_leaves_no_task_and_no_connection(
    held: HeldPlayground, reach: Reach
) -> None:
    before = asyncio.all_tasks()
    async with held.app():
        await reach(held)
    held.release()
    left = asyncio.all_tasks() - before
    if left:
        # A stream says goodbye to its server.
        _, left = await asyncio.wait(left, timeout=10)
    assert not left
    if reach is not opening:
        assert all(each.is_closed for each in held.opened)
    if reach is saving_the_tabs:
        (tab,) = load_tabs(held.folder / ".amplify/workbench/me/local")[0].tabs
        assert tab.text == "{ list { name } }"


def runs_in_a_thread(code: CodeType) -> bool:
    for frame in sys._current_frames().values():
        at = frame
        while at is not None:
            if at.f_code is code:
                return True
            at = at.f_back  # type: ignore[assignment]
    return False
