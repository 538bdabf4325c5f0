"""Esc, q, numbers, `:` and `?` mean the same on every screen; keys go to the screen that opens."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.command import CommandPalette
from textual.screen import Screen
from textual.widgets import Input

from screens.app import WorkbenchApp
from screens.branches.screen import BranchesScreen
from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.form_screen import FormField, FormScreen
from screens.dialogs.rows_screen import RowsScreen
from screens.help_screen import HelpScreen
from screens.users.screen import UsersScreen
from screens.widgets.key_bar import KeyBar
from screens.widgets.row_list import Row
from screens.widgets.text_styles import TEXT
from tests.screens.scripted import (
    NOW,
    SAVED,
    ScriptedStarter,
    scripted_app,
)
from tests.screens.settling import sandbox_screen, until
from workbench.model.events import LoopState, StateChanged


async def test_numbers_work_from_every_screen(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(100, 30)) as pilot:
        sandbox = await sandbox_screen(pilot, starter, SAVED)
        await pilot.press("8")
        await until(pilot, lambda: isinstance(app.screen, UsersScreen), "the users")
        await pilot.press("9")
        await until(pilot, lambda: isinstance(app.screen, BranchesScreen), "the branches")
        assert app.screen_stack == [app.screen]  # the users are not below
        await pilot.press("8")
        await until(pilot, lambda: isinstance(app.screen, UsersScreen), "the users again")
        await pilot.press("5")
        await until(pilot, lambda: sandbox.focused_pane() == "history", "the history")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.id == "deployment-page", "a deployment")
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen), "the help")
        await pilot.press("3")  # through a dialog over a page
        await until(pilot, lambda: sandbox.focused_pane() == "resources", "the resources")
        assert app.screen is sandbox


async def test_numbers_are_text_in_a_field_and_leave_no_question(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    answers: list[bool | None] = []
    async with app.run_test(size=(100, 30)) as pilot:
        await sandbox_screen(pilot, starter, SAVED)
        form = FormScreen("A form", [FormField("text", "Text")], lambda filled: "")
        app.push_screen(form)
        await until(pilot, lambda: isinstance(app.focused, Input), "the form")
        await pilot.press("8", "colon", "q", "question_mark")
        assert app.screen is form
        assert form.query_one(Input).value == "8:q?"
        await pilot.press("escape")
        app.push_screen(ConfirmScreen("A question", [], "Yes", "No"), answers.append)
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen), "the question")
        await pilot.press("8", "5")
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("q")
        await until(pilot, lambda: answers == [False], "no")


async def test_q_and_escape_go_back_and_only_q_on_the_first_screen_quits(
    starter: ScriptedStarter,
) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(100, 30)) as pilot:
        sandbox = await sandbox_screen(pilot, starter, SAVED)
        for key in ("q", "escape"):
            for opening in (
                ["8"],
                ["9"],
                ["5", "enter"],
                ["question_mark"],
                ["3", "j", "j", "enter"],
            ):
                await pilot.press(*opening)
                await until(pilot, lambda: app.screen is not sandbox, str(opening))
                await pilot.press(key)
                await until(pilot, lambda: app.screen is sandbox, f"{key} from {opening}")
        app.push_screen(RowsScreen("Rows", [Row((("one", TEXT),))]))
        await until(pilot, lambda: isinstance(app.screen, RowsScreen), "the rows")
        await pilot.press("q")
        await until(pilot, lambda: app.screen is sandbox, "the panes")
        await pilot.press(*["escape"] * 5)
        assert app.is_running
        assert starter.controls.asked == []
        await pilot.press("q")
        await until(pilot, lambda: starter.controls.asked == ["stop"], "the end")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (LoopState.SYNTHESIZING, "being prepared"),
        (LoopState.CHECKING, "being prepared"),
        (LoopState.DEPLOYING, "is running"),
    ],
)
async def test_q_asks_while_something_is_under_way(
    starter: ScriptedStarter, state: LoopState, words: str
) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(100, 30)) as pilot:
        await sandbox_screen(pilot, starter, [*SAVED, StateChanged(at=NOW, state=state)])
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen), "the question")
        rows = app.screen.query_one("#dialog-rows").rows  # type: ignore[attr-defined]
        assert words in str([row.spans for row in rows])
        await pilot.press("escape")
        assert starter.controls.asked == []


async def test_colon_opens_the_commands_and_f1_the_keys_from_a_field(
    starter: ScriptedStarter,
) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(100, 30)) as pilot:
        await sandbox_screen(pilot, starter, SAVED)
        await pilot.press("question_mark", "colon")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette), "the commands")
        await pilot.press("escape", "escape", "escape")
        app.push_screen(FormScreen("A form", [FormField("text", "Text")], lambda filled: ""))
        await until(pilot, lambda: isinstance(app.focused, Input), "the form")
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen), "the keys")


async def test_keys_typed_while_a_screen_opens_go_to_it_in_order(
    starter: ScriptedStarter,
) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(100, 30)) as pilot:
        await sandbox_screen(pilot, starter, SAVED)
        for key in "4/wrote":  # the log pane, its search, the text: as fast as they come
            name = {"/": "slash"}.get(key, key)
            app.post_message(events.Key(name, key))
        await until(pilot, lambda: app.gate.is_idle, "the keys")
        await pilot.pause(0.1)
        assert isinstance(app.focused, Input)
        assert app.focused.value == "wrote"


class SlowScreen(Screen[None]):
    """A screen whose field is there only after a while."""

    async def on_mount(self) -> None:
        await asyncio.sleep(0.3)
        await self.mount(Input())
        self.query_one(Input).focus()


class SlowApp(WorkbenchApp):
    """Opens the slow screen by a worker that has to read first."""

    def action_open_pane(self, name: str) -> None:
        self.shell.hold_keys(name)

        async def open_it() -> None:
            await asyncio.sleep(0.3)
            await self.push_screen(SlowScreen())
            self.shell.release_keys(name)

        self.run_worker(open_it())


async def test_a_pane_that_is_slow_to_open_gets_all_that_was_typed(
    starter: ScriptedStarter,
) -> None:
    app = scripted_app(starter)
    app.__class__ = SlowApp
    async with app.run_test(size=(100, 30)) as pilot:
        await sandbox_screen(pilot, starter, SAVED)
        app.post_message(events.Key("7", "7"))
        for letter in "raq8":
            app.post_message(events.Key(letter, letter))
        await until(pilot, lambda: isinstance(app.focused, Input), "the field")
        await until(pilot, lambda: app.gate.is_idle, "the keys")
        await pilot.pause(0.1)
        assert isinstance(app.focused, Input)
        assert app.focused.value == "raq8"
        assert starter.controls.asked == []


async def test_zoom_keeps_the_header_and_the_keys(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(140, 40)) as pilot:
        screen = await sandbox_screen(pilot, starter, SAVED)
        for key, name in (("3", "resources"), ("4", "log"), ("2", "diff")):
            await pilot.press(key)
            await until(pilot, lambda name=name: screen.focused_pane() == name, name)
            pane = screen.query_one(f"#{name}")
            before = pane.size
            await pilot.press("z")
            await until(pilot, lambda pane=pane: pane.outer_size.height == 38, "its height")
            assert pane.outer_size.width == 140
            assert screen.query_one(KeyBar).region.y == 39
            assert screen.query_one("#header").region.y == 0
            await pilot.press("escape")
            await until(pilot, lambda pane=pane, before=before: pane.size == before, "the panes")
