"""The sandbox screen driven by real keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from screens.app import WorkbenchApp
from screens.dialogs.confirm_screen import ConfirmScreen
from screens.help_screen import HelpScreen, collect_bindings
from screens.sandbox.deployment_screen import DeploymentScreen
from screens.sandbox.header import HeaderBar
from screens.sandbox.log_pane import LogView
from screens.sandbox.panes import HistoryPane, ProblemsPane
from screens.sandbox.resource_screen import ResourceScreen
from screens.sandbox.resources_pane import ResourcesPane
from screens.widgets.key_bar import KeyBar
from screens.widgets.row_list import RowList
from screens.widgets.text_styles import plain
from tests.screens.scripted import (
    NOW,
    SAVED,
    ScriptedStarter,
    failed_resource,
    first_deployment,
    resources,
    save_begins,
    save_ends,
    scripted_app,
    type_error,
)
from tests.screens.settling import sandbox_screen, until
from workbench.model.events import LoopState, ResourcesListed, StateChanged
from workbench.project.settings import Settings


@contextmanager
def copied(app: WorkbenchApp) -> Iterator[list[str]]:
    """What the app copies, instead of the terminal's clipboard."""
    found: list[str] = []
    app.shell.copy = lambda text, what: found.append(text)  # type: ignore[method-assign]
    yield found


def badge(screen: object) -> str:
    header = screen.query_one(HeaderBar)  # type: ignore[attr-defined]
    return "".join(text for text, _ in header.badges())


async def test_number_keys_show_each_pane_in_the_narrow_layout(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, SAVED)
        for key, pane in (("3", "resources"), ("4", "log"), ("5", "history"), ("1", "deployment")):
            await pilot.press(key)
            await until(pilot, lambda pane=pane: screen.focused_pane() == pane, pane)
            assert screen.query_one(f"#{pane}").size.height > 3


async def test_problem_is_shown_with_its_place_and_goes_when_mended(
    starter: ScriptedStarter,
) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, SAVED + type_error())
        pane = screen.query_one(ProblemsPane)
        assert pane.display
        assert any("amplify/data/resource.ts:8:7" in plain(row.spans) for row in pane.rows)
        assert "FAILED" in badge(screen)
        await sandbox_screen(pilot, starter, first_deployment(NOW + 200))
        assert not pane.display
        assert "WATCHING" in badge(screen)


async def test_offer_key_recreates_only_where_it_is_offered(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, SAVED)
        await pilot.press("x")
        assert starter.controls.asked == []
        await sandbox_screen(pilot, starter, failed_resource())
        await pilot.press("x")
        assert starter.controls.asked == ["recreate"]


async def test_resource_details_copy_and_no_console_on_the_local_cloud(
    starter: ScriptedStarter,
) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, SAVED)
        with copied(app) as found:
            await pilot.press("3")
            await until(pilot, lambda: screen.focused_pane() == "resources")
            await pilot.press("j", "j")
            assert "o" not in screen.active_bindings
            await pilot.press("y")
            await until(pilot, lambda: found, "the copy")
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(app.screen, ResourceScreen), "the details")
            await pilot.press("j", "j", "y")
            await until(pilot, lambda: len(found) == 2, "the second copy")
        assert found == ["us-east-1:6c6e2a30-3d1f-4a34-9a86-2f4b1c0d9e11"] * 2


async def test_console_key_only_with_an_address(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    listed = ResourcesListed(at=NOW, stack_name="amplify-x", resources=resources(console=True))
    async with app.run_test(size=(200, 50)) as pilot:
        screen = await sandbox_screen(pilot, starter, [*SAVED, listed])
        await pilot.press("3", "j", "j")
        await until(pilot, lambda: "o" in screen.active_bindings, "the console key")


async def test_tree_folds_and_keeps_its_folds_when_resources_change(
    starter: ScriptedStarter,
) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(200, 50)) as pilot:
        screen = await sandbox_screen(pilot, starter, SAVED)
        pane = screen.query_one(ResourcesPane)
        await pilot.press("3")
        await until(pilot, lambda: screen.focused_pane() == "resources")
        before = len(pane.rows)
        await pilot.press("h")
        assert len(pane.rows) == before - 5
        await sandbox_screen(pilot, starter, failed_resource())
        assert len(pane.rows) == before - 5
        assert "✗" in plain(pane.rows[0].spans)  # the failed user pool shows on its closed branch
        await pilot.press("right")
        assert len(pane.rows) == before


async def test_history_opens_a_deployment_from_the_journal(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, SAVED)
        await pilot.press("5")
        await until(pilot, lambda: screen.focused_pane() == "history")
        assert len(screen.query_one(HistoryPane).rows) == 2
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, DeploymentScreen), "the page")

        def shown() -> str:
            return "\n".join(plain(row.spans) for row in app.screen.query_one("#page").rows)  # type: ignore[attr-defined]

        await until(pilot, lambda: "schema 91d07e52 uploaded" in shown(), "its log")
        assert "TransformerSchema" in shown()
        assert "0.48s" in shown()


async def test_log_filters_searches_and_pauses(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, SAVED)
        view = screen.query_one(LogView)
        await pilot.press("4")
        await until(pilot, lambda: screen.focused_pane() == "log")
        await pilot.press("f", *"throttled", "enter")
        assert [row.line.text for row in view.buffer.rows] == ["retrying after a throttled call"]
        await pilot.press("escape")
        assert view.row_count() > 3
        await pilot.press("slash", *"wrote", "enter")
        assert "wrote amplify_outputs.json" in view.buffer.rows[view.cursor].text
        assert not view.following
        await pilot.press("t")
        assert view.following
        await pilot.press("l")
        assert {row.line.level.value for row in view.buffer.rows} <= {"warning", "error"}


async def test_functions_logs_are_asked_for_and_the_title_says_so(
    starter: ScriptedStarter,
) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, SAVED)
        await pilot.press("4", "F")
        await until(pilot, lambda: starter.controls.asked == ["function logs True"])
        assert "functions" in str(screen.query_one("#log").border_title)
        await pilot.press("F")
        await until(pilot, lambda: starter.controls.asked[-1] == "function logs False")
        assert "functions" not in str(screen.query_one("#log").border_title)


async def test_log_is_saved_in_the_sandboxs_folder(
    starter: ScriptedStarter, tmp_path: Path
) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, SAVED)
        await pilot.press("4")
        await until(pilot, lambda: screen.focused_pane() == "log")
        await pilot.press("s")
        folder = tmp_path / ".amplify/workbench/me/local/logs"
        await until(pilot, lambda: list(folder.glob("log-*.txt")), "the file")
        (saved,) = folder.glob("log-*.txt")
        await until(pilot, lambda: "#2 succeeded in 0.92s" in saved.read_text(), "its lines")


async def test_attached_terminal_only_watches(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    attached = StateChanged(at=NOW, state=LoopState.ATTACHED, detail="process 7 runs this sandbox")
    mirrored = StateChanged(at=NOW, state=LoopState.ATTACHED, detail="deploying")
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, [attached])
        assert badge(screen) == " ◇ ATTACHED "
        await sandbox_screen(pilot, starter, [mirrored])
        assert "ATTACHED" in badge(screen)
        assert "DEPLOYING" in badge(screen)
        await pilot.press("r", "R")
        assert starter.controls.asked == []


async def test_quit_asks_while_deploying(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, first_deployment() + save_begins())
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen), "the question")
        await pilot.press("n")
        assert starter.controls.asked == []
        await pilot.press("q", "y")
        await until(pilot, lambda: starter.controls.asked == ["stop"], "the end")


async def test_ctrl_c_ends_at_once(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, first_deployment() + save_begins())
        await pilot.press("ctrl+c")
        await until(pilot, lambda: starter.controls.asked == ["stop"], "the end")
    assert app.return_code == 0


async def test_remapped_key_works_and_is_shown(starter: ScriptedStarter) -> None:
    app = scripted_app(starter, settings=Settings(keys={"sandbox.redeploy": "f5"}))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, SAVED)
        await pilot.press("r")
        assert starter.controls.asked == []
        await pilot.press("f5")
        assert starter.controls.asked == ["redeploy"]
        bindings = collect_bindings(screen, app, app.keys.keymap)  # type: ignore[arg-type]
        assert bindings["sandbox"]["sandbox.redeploy"].key_display == "f5"


async def test_every_binding_has_id_and_words(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, SAVED)
        for pane in "12345":
            await pilot.press(pane)
            await pilot.pause()
            for active in screen.active_bindings.values():
                if active.binding.system or active.binding.action == "screen.copy_text":
                    continue
                assert active.binding.id, active.binding
                assert active.binding.description, active.binding
                assert active.binding.tooltip, active.binding


async def test_help_lists_the_keys_by_pane(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, SAVED)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen), "the help")
        shown = "\n".join(plain(row.spans) for row in app.screen.query_one("#page").rows)  # type: ignore[attr-defined]
        assert "Log" in shown
        assert "log.filter" in shown
        assert "resources.open" in shown


@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=["80x24", "200x50"])
async def test_the_helps_names_stand_in_one_column(
    starter: ScriptedStarter, size: tuple[int, int]
) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=size) as pilot:
        await sandbox_screen(pilot, starter, SAVED)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen), "the help")
        page = app.screen.query_one("#page", RowList)
        await until(pilot, lambda: page.text_width and len(page.rows) > 10, "its rows")
        named = [plain(row.spans) for row in page.rows if row.key and "#" not in row.key]
        assert len({text.rindex(" ") for text in named}) == 1
        assert max(len(plain(row.spans)) for row in page.rows) <= page.text_width
        column = named[0].rindex(" ")
        words = " ".join(" ".join(plain(row.spans)[:column] for row in page.rows).split())
        assert "Open the question that waits for you" in words


async def test_theme_switches_live_from_the_palette_and_is_remembered(
    starter: ScriptedStarter,
) -> None:
    remembered: list[str] = []
    app = scripted_app(starter, remember=remembered.append)
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, SAVED)
        await pilot.press("ctrl+p")
        await pilot.pause(0.3)
        await pilot.press(*"theme light")
        await pilot.pause(0.5)
        await pilot.press("enter")
        await until(pilot, lambda: app.theme == "light", "the theme")
        await until(pilot, lambda: remembered == ["light"], "its memory")


async def test_idle_has_no_timer(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, first_deployment() + save_begins())
        assert screen.is_ticking
        await sandbox_screen(pilot, starter, save_ends())
        assert not screen.is_ticking


async def test_key_bar_shows_only_what_works_and_always_help(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(60, 20)) as pilot:
        screen = await sandbox_screen(pilot, starter, SAVED)
        await pilot.press("4")
        await until(pilot, lambda: screen.focused_pane() == "log")
        await pilot.pause(0.1)
        text = screen.query_one(KeyBar).render_line(0).text
        assert len(text) == 60
        assert "? Keys" in text
        assert "Fix" not in text
