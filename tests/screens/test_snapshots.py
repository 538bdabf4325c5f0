"""Each screen in two sizes. Update with ``pytest --snapshot-update``, and look first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.screens.scripted import (
    ScriptedPast,
    ScriptedStarter,
    failed_resource,
    first_deployment,
    losing_save,
    save_begins,
    save_ends,
    scripted_app,
    type_error,
)
from tests.screens.settling import sandbox_screen, until
from workbench.model.events import AnyEvent
from workbench.model.user_problem import UserProblem

SIZES = pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=["80x24", "200x50"])
DEPLOYED = first_deployment()
RUNNING = DEPLOYED + save_begins()
SAVED = RUNNING + save_ends()

Compare = Callable[..., bool]
PAGES: dict[str, tuple[list[AnyEvent], list[str]]] = {
    "empty": ([], []),
    "deploying": (RUNNING, []),
    "watching": (SAVED, []),
    "resources": (SAVED, ["3"]),
    "log": (SAVED, ["4"]),
    "history": (SAVED, ["5"]),
    "type-error": (SAVED + type_error(), []),
    "failed-resource": (SAVED + failed_resource(), ["6"]),
    "question": (SAVED + losing_save(), []),
    "question-open": (SAVED + losing_save(), ["f12"]),
    "resource-details": (SAVED, ["3", "j", "j", "enter"]),
    "old-deployment": (SAVED, ["5", "enter"]),
    "help": (SAVED, ["question_mark"]),
}


@SIZES
@pytest.mark.parametrize("page", PAGES)
def test_sandbox(page: str, size: tuple[int, int], snap_compare: Compare) -> None:
    events, keys = PAGES[page]
    past = ScriptedPast({2: save_begins() + save_ends()})
    starter = ScriptedStarter(Path("/project"), past=past)

    async def before(pilot: Pilot[None]) -> None:
        await sandbox_screen(pilot, starter, events)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.1)

    assert snap_compare(scripted_app(starter), run_before=before, terminal_size=size)


@SIZES
@pytest.mark.parametrize("theme", ["light", "terminal"])
def test_theme(theme: str, size: tuple[int, int], snap_compare: Compare) -> None:
    starter = ScriptedStarter(Path("/project"))

    async def before(pilot: Pilot[None]) -> None:
        await sandbox_screen(pilot, starter, SAVED + failed_resource())

    app = scripted_app(starter, theme=theme)
    assert snap_compare(app, run_before=before, terminal_size=size)


@SIZES
def test_start_problem(size: tuple[int, int], snap_compare: Compare) -> None:
    problem = UserProblem(
        "There is no Amplify project here.",
        "Make one with `amplify-tui init .`, or go to the folder of your app.",
        where="/project",
        offer="init",
    )
    starter = ScriptedStarter(Path("/project"), problem=problem)

    async def before(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: pilot.app.screen.query("#start-box.-problem"), "the problem")

    assert snap_compare(scripted_app(starter), run_before=before, terminal_size=size)


@SIZES
def test_target_choice(size: tuple[int, int], snap_compare: Compare) -> None:
    starter = ScriptedStarter(Path("/project"), target_chosen=False)

    async def before(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: pilot.app.screen.id == "target", "the choice")

    assert snap_compare(scripted_app(starter), run_before=before, terminal_size=size)
