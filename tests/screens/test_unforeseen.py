"""Errors that nobody foresaw, wherever they come from.

A dialog, a crash log, and the app goes on.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Input, Static

from screens.app import WorkbenchApp
from screens.dialogs.problem_screen import ProblemScreen
from screens.dialogs.trouble_screen import TroubleScreen
from screens.pane import PaneContext, PaneScreen
from screens.panes import Pane
from screens.unforeseen import watch_threads
from screens.widgets.text_styles import plain
from screens.widgets.wrapped_rows import WrappedRows
from tests.hostile_text import EVIL
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app
from tests.screens.settling import sandbox_screen, until
from workbench.model.user_problem import UserProblem

SECRET = "aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def fail() -> None:
    raise KeyError(f"unheard of {SECRET} {EVIL}")


async def fail_later() -> None:
    fail()


class NoCompose(Screen[None]):
    """A screen that cannot be set up."""

    def compose(self) -> ComposeResult:
        fail()
        yield Static("")


class NoMount(Screen[None]):
    def on_mount(self) -> None:
        fail()


class NoTyping(Screen[None]):
    """A screen whose handler fails, and which must live on."""

    def compose(self) -> ComposeResult:
        yield Input()

    def on_input_changed(self) -> None:
        if self.query_one(Input).value == "x":
            fail()


def in_thread(app: WorkbenchApp) -> None:
    threading.Thread(target=fail).start()


def in_task(app: WorkbenchApp) -> None:
    async def begin() -> None:
        task = asyncio.create_task(fail_later())
        await asyncio.sleep(0)
        del task

    app.run_worker(begin())


PLACES: dict[str, Callable[[WorkbenchApp], object]] = {
    "worker": lambda app: app.run_worker(fail_later()),
    "thread worker": lambda app: app.run_worker(fail, thread=True),
    "timer": lambda app: app.set_timer(0.01, fail),
    "callback": lambda app: app.call_later(fail),
    "after a refresh": lambda app: app.screen.call_after_refresh(fail),
    "compose": lambda app: app.push_screen(NoCompose()),
    "mount": lambda app: app.push_screen(NoMount()),
    "thread": in_thread,
    "task": in_task,
    "screen's timer": lambda app: app.screen.set_timer(0.01, fail),
}


@pytest.mark.parametrize("place", PLACES)
async def test_it_is_said_and_the_app_goes_on(
    tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    starter = ScriptedStarter(tmp_path)
    app = scripted_app(starter)
    app.raises_unforeseen = False
    watch_threads(app.unforeseen)
    async with app.run_test(size=(120, 40)) as pilot:
        await sandbox_screen(pilot, starter, first_deployment())
        sandbox = app.screen
        PLACES[place](app)
        for _ in range(500):  # a pilot would wait for a screen that never comes up
            if isinstance(app.screen, TroubleScreen) and app.screen.is_mounted:
                break
            await asyncio.sleep(0.02)
        assert isinstance(app.screen, TroubleScreen)
        view = app.screen.query_one(WrappedRows)
        await until(pilot, lambda: view.rows, "its rows")
        words = "\n".join(plain(row.spans) for row in view.rows)
        assert "KeyError" in words
        assert "wJalrXUtnFEMI" not in words
        logs = list((tmp_path / ".amplify" / "workbench").glob("crash-*.log"))
        assert len(logs) == 1
        assert logs[0].stat().st_mode & 0o777 == 0o600
        text = logs[0].read_text()
        assert "Traceback" in text
        assert "in fail" in text
        assert "wJalrXUtnFEMI" not in text
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is sandbox, "the sandbox")
        await pilot.press("4", "question_mark")
        await until(pilot, lambda: app.screen is not sandbox, "the help: keys still work")
        assert app.is_running
        assert not app.unforeseen.last_words


class BrokenPane(PaneScreen):
    @classmethod
    def of(cls, context: PaneContext) -> Self:
        return cls()

    def compose(self) -> ComposeResult:
        fail()
        yield Static("")


async def test_a_pane_that_cannot_be_set_up_goes_and_the_sandbox_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = Pane("8", "users", "Users", "", lambda: BrokenPane)
    monkeypatch.setattr("screens.navigation.pane_of", lambda name: pane)
    starter = ScriptedStarter(tmp_path)
    app = scripted_app(starter)
    app.raises_unforeseen = False
    async with app.run_test(size=(120, 40)) as pilot:
        sandbox = await sandbox_screen(pilot, starter, first_deployment())
        await pilot.press("8")
        for _ in range(500):
            if isinstance(app.screen, TroubleScreen) and app.screen.is_mounted:
                break
            await asyncio.sleep(0.02)
        assert isinstance(app.screen, TroubleScreen)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is sandbox, "the sandbox")
        await pilot.press("question_mark")
        await until(pilot, lambda: app.screen is not sandbox, "the help: keys still work")


async def test_a_failed_handler_leaves_its_widget_alive(tmp_path: Path) -> None:
    starter = ScriptedStarter(tmp_path)
    app = scripted_app(starter)
    app.raises_unforeseen = False
    async with app.run_test(size=(120, 40)) as pilot:
        await sandbox_screen(pilot, starter, first_deployment())
        screen = NoTyping()
        await app.push_screen(screen)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, TroubleScreen), "the dialog")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen, "the screen")
        await pilot.press("y", "z")
        await until(pilot, lambda: screen.query_one(Input).value.endswith("yz"), "what is typed")


async def test_an_error_of_every_frame_ends_the_app_with_words(tmp_path: Path) -> None:
    app = scripted_app(ScriptedStarter(tmp_path))
    app.raises_unforeseen = False
    async with app.run_test(size=(120, 40)):
        app.set_interval(0.01, fail)
        for _ in range(500):  # a pilot would wait for a screen that is going away
            if app._exit:
                break
            await asyncio.sleep(0.02)
        assert app._exit
    assert app.return_code == 1
    assert "Something went wrong inside amplify-tui (KeyError" in app.unforeseen.last_words
    assert "crash-" in app.unforeseen.last_words


async def test_a_problem_that_the_user_can_solve_is_shown_and_is_no_crash(tmp_path: Path) -> None:
    async def worker() -> None:
        raise UserProblem("The folder is gone.", "Make it again.", where="amplify")

    starter = ScriptedStarter(tmp_path)
    app = scripted_app(starter)
    async with app.run_test(size=(120, 40)) as pilot:
        sandbox = await sandbox_screen(pilot, starter, first_deployment())
        app.run_worker(worker())
        await until(pilot, lambda: isinstance(app.screen, ProblemScreen), "the dialog")
        app.run_worker(worker())  # the same once more, while it is shown
        view = app.screen.query_one(WrappedRows)
        await until(pilot, lambda: view.rows, "its rows")
        words = "\n".join(plain(row.spans) for row in view.rows)
        assert "The folder is gone." in words
        assert "→ Make it again." in words
        await pilot.press("y")
        await until(pilot, lambda: app.clipboard, "the copy")
        assert app.clipboard == "amplify: The folder is gone.\n  → Make it again."
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is sandbox, "the sandbox: there was one dialog")
    assert not list(tmp_path.rglob("crash-*.log"))  # noqa: ASYNC240


async def test_tests_fail_on_what_nobody_foresaw(tmp_path: Path) -> None:
    app = scripted_app(ScriptedStarter(tmp_path))
    with pytest.raises(KeyError):
        async with app.run_test(size=(120, 40)) as pilot:
            app.call_later(fail)
            await pilot.pause(0.3)
