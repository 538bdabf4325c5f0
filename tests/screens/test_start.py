"""The start screen: problems with an offer, and the choice of a target."""

from __future__ import annotations

from pathlib import Path

import pytest

from screens.sandbox.screen import SandboxScreen
from screens.start.screen import StartScreen
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app
from tests.screens.settling import sandbox_screen, until
from workbench.aws.target import AwsTarget, LocalTarget
from workbench.model.user_problem import UserProblem


def missing(offer: str) -> UserProblem:
    return UserProblem("Something is missing.", "Fix it.", offer=offer)  # type: ignore[arg-type]


async def test_new_project_is_scaffolded_installed_and_opened(tmp_path: Path) -> None:
    starter = ScriptedStarter(tmp_path, problem=missing("init"))
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("#start-box.-problem"), "the problem")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.id == "language", "the choice")
        assert starter.mended == []  # nothing is made before the user chose
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SandboxScreen), "the sandbox")
        assert starter.mended == ["scaffold typescript", "install"]


async def test_a_python_project_needs_no_npm(tmp_path: Path) -> None:
    starter = ScriptedStarter(tmp_path, problem=missing("init"))
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("#start-box.-problem"), "the problem")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.id == "language", "the choice")
        starter.problem = None
        await pilot.press("j", "enter")
        await until(pilot, lambda: isinstance(app.screen, SandboxScreen), "the sandbox")
        assert starter.mended == ["scaffold python"]


async def test_escape_makes_nothing_and_stops_an_installation(tmp_path: Path) -> None:
    starter = ScriptedStarter(tmp_path, problem=missing("init"), slow_install=True)
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("#start-box.-problem"), "the problem")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.id == "language", "the choice")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.id == "start", "the first screen")
        assert starter.mended == []
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.id == "language", "the choice again")
        await pilot.press("enter")
        await until(pilot, lambda: "install" in starter.mended, "the installation")
        await pilot.press("escape")
        await until(pilot, lambda: "stopped" in starter.mended, "its end")
        await until(pilot, lambda: app.screen.query("#start-box.-problem"), "what to do next")


async def test_ctrl_c_in_an_installation_ends_it_and_says_what_is_left(tmp_path: Path) -> None:
    starter = ScriptedStarter(tmp_path, problem=missing("install"), slow_install=True)
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("#start-box.-problem"), "the problem")
        await pilot.press("enter")
        await until(pilot, lambda: "install" in starter.mended, "the installation")
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not app.is_running, "the end")
        # The installation's own thread looks now and then; the process waits for it at its end.
        await until(pilot, lambda: starter.mended[-1] == "stopped", "the installation's end")
    assert "start amplify-tui here" in app.ending.farewell


async def test_packages_are_installed_when_offered(tmp_path: Path) -> None:
    starter = ScriptedStarter(tmp_path, problem=missing("install"))
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("#start-box.-problem"), "the problem")
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, SandboxScreen), "the sandbox")
        assert starter.mended == ["install"]


async def test_problem_without_offer_can_be_looked_at_again(tmp_path: Path) -> None:
    starter = ScriptedStarter(tmp_path, problem=missing(""))
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query("#start-box.-problem"), "the problem")
        assert "enter" not in app.screen.active_bindings
        starter.problem = None
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, SandboxScreen), "the sandbox")
        assert starter.mended == []


async def test_first_run_asks_and_enter_is_local(tmp_path: Path) -> None:
    starter = ScriptedStarter(tmp_path, target_chosen=False)
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.id == "target", "the choice")
        assert starter.emit is None  # nothing is started before the user chose
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SandboxScreen), "the sandbox")
        assert starter.chosen == [LocalTarget("")]


async def test_first_run_takes_a_profile(tmp_path: Path) -> None:
    starter = ScriptedStarter(tmp_path, target_chosen=False)
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.id == "target", "the choice")
        await pilot.press("j", "j")  # the rows that explain are skipped
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SandboxScreen), "the sandbox")
        assert starter.chosen == [AwsTarget(profile="staging")]


async def test_ctrl_c_leaves_from_a_dialog_too(tmp_path: Path) -> None:
    starter = ScriptedStarter(tmp_path, target_chosen=False)
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.id == "target", "the choice")
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not app.is_running, "the end")
    assert app.return_code == 0
    assert starter.chosen == []


async def test_escape_at_the_first_question_goes_back_and_asks_again(tmp_path: Path) -> None:
    starter = ScriptedStarter(tmp_path, target_chosen=False)
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(2):
            await until(pilot, lambda: app.screen.id == "target", "the choice")
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, StartScreen), "the first screen")
            assert app.is_running
            await pilot.press("enter")
        await until(pilot, lambda: app.screen.id == "target", "the choice")
        assert starter.emit is None


@pytest.mark.parametrize("leave", [["escape"], ["q"], ["enter"]], ids=["Esc", "q", "as now"])
async def test_the_second_question_ends_nothing_by_itself(tmp_path: Path, leave: list[str]) -> None:
    starter = ScriptedStarter(tmp_path)
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, first_deployment())
        await pilot.press("T")
        await until(pilot, lambda: app.screen.id == "target", "the choice")
        assert starter.controls.asked == []
        await pilot.press(*leave)
        await until(pilot, lambda: app.screen is screen, "the sandbox")
        await pilot.pause(0.1)
        assert starter.controls.asked == []
        assert app.is_running


async def test_another_target_ends_the_loop_and_starts_anew(tmp_path: Path) -> None:
    starter = ScriptedStarter(tmp_path)
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, first_deployment())
        await pilot.press("T")
        await until(pilot, lambda: app.screen.id == "target", "the choice")
        await pilot.press("j", "j", "enter")
        await until(pilot, lambda: starter.chosen, "the choice's end")
        await until(pilot, lambda: isinstance(app.screen, SandboxScreen), "the new sandbox")
        assert starter.controls.asked == ["stop"]
        assert starter.chosen == [AwsTarget(profile="staging")]
        assert app.screen is not screen
