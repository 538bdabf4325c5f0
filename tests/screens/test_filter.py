"""`/` filters every list: typed into the list, kept by Enter, ended by Esc."""

from __future__ import annotations

import pytest

from screens.help_screen import HelpScreen
from screens.sandbox.resources_pane import ResourcesPane
from screens.widgets.row_list import RowList
from screens.widgets.text_styles import plain
from tests.screens.scripted import (
    SAVED,
    ScriptedStarter,
    scripted_app,
)
from tests.screens.settling import sandbox_screen, until


def texts(view: RowList) -> list[str]:
    return [plain(row.spans).strip() for row in view.rows]


@pytest.mark.parametrize(
    ("pane", "typed", "words"),
    [
        ("2 #diff", "schema", ("TransformerSchema", "globalSecondaryIndexes")),
        ("5 #history", "start", ("start", "saved")),
        ("1 #deployment", "assets", ("publish assets", "synthesize")),
    ],
)
async def test_lists_show_only_what_fits(
    starter: ScriptedStarter, pane: str, typed: str, words: tuple[str, str]
) -> None:
    key, name = pane.split()
    found, gone = words
    app = scripted_app(starter)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await sandbox_screen(pilot, starter, SAVED)
        await pilot.press(key)
        view = screen.query_one(name, RowList)
        await until(pilot, lambda: view.has_focus, name)
        before = texts(view)
        await pilot.press("slash", *typed)
        assert any(found in row for row in texts(view))
        assert not any(gone in row for row in texts(view))
        assert starter.controls.asked == []  # the letters were no commands
        assert f"/{typed}" in view.render_line(view.size.height - 1).text
        await pilot.press("enter", "escape")
        assert texts(view) == before


async def test_resources_are_found_in_closed_branches_with_what_they_are_in(
    starter: ScriptedStarter,
) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await sandbox_screen(pilot, starter, SAVED)
        await pilot.press("3")
        view = screen.query_one(ResourcesPane)
        await until(pilot, lambda: view.has_focus, "the resources")
        await pilot.press("C")
        closed = texts(view)
        await pilot.press("slash", *"listtodos")
        shown = texts(view)
        assert [row.split()[2] for row in shown[:3]] == ["data", "amplifyData", "Todo"]
        assert [row.split()[1] for row in shown[3:]] == ["queryListTodosResolver"]
        await pilot.press("down", "down", "escape")
        assert texts(view) == closed


async def test_wrapped_rows_are_filtered_as_a_whole_and_backspace_widens(
    starter: ScriptedStarter,
) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, SAVED)
        await pilot.press("5", "enter")
        await until(pilot, lambda: app.screen.query("#page"), "the page")
        view = app.screen.query_one("#page", RowList)
        await until(pilot, lambda: view.has_focus and len(view.rows) > 5, "its rows")
        await pilot.press("slash", *"synthesizeX")
        assert texts(view) == []
        await pilot.press("backspace")
        assert len(texts(view)) == 1
        await pilot.press("escape")
        assert len(texts(view)) > 5
        assert app.screen.query("#page")  # the first Esc ended the filter only


async def test_help_is_filtered(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, SAVED)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen), "the help")
        await pilot.press("slash", *"log.fil")
        assert [row.split()[0] for row in texts(app.screen.query_one("#page", RowList))] == ["f"]
