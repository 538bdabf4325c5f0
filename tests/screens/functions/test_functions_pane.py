"""What one does in the functions pane, on a local cloud."""

from __future__ import annotations

import json

from screens.functions.debug_screen import DebugScreen
from screens.functions.invocation_screen import InvocationScreen
from screens.functions.invoke_screen import InvokeScreen
from screens.widgets.text_styles import plain
from screens.widgets.wrapped_rows import WrappedRows
from tests.screens.functions.conftest import OpenPane
from tests.screens.settling import until


async def test_a_function_is_watched_looked_into_and_called_again(pane: OpenPane) -> None:
    async with pane() as driver:
        await driver.sees("greeting")
        assert "schedule rate(7 days)" in driver.shown()
        driver.invoke(name="Ann")
        driver.invoke(name="Bob")
        await driver.sees("ValueError: no Bobs")
        await driver.sees("✗ 1")
        view = driver.screen.log_view
        shown = [plain(view.row_spans(at)) for at in range(view.row_count())]
        assert sum("hello Ann" in each for each in shown) == 1
        assert any("▸" in each and "cold start" in each for each in shown)
        assert any("✗" in each and "error" in each for each in shown)

        # A filter by text, its end, and by what one user is named.
        await driver.press("enter", "f", *"hello")
        await until(driver.pilot, lambda: view.row_count() == 2, "the filter")
        await driver.press("enter", "escape")
        await until(driver.pilot, lambda: view.row_count() > 4, "its end")
        await driver.press("u", *"ann")
        await until(driver.pilot, lambda: "hello Ann" in driver.shown(), "the user")
        assert "hello Bob" not in driver.shown()
        await driver.press("enter", "escape")

        # The failed invocation: its event, and its trace in the project's own file.
        await driver.press("G", "enter")
        await until(driver.pilot, lambda: isinstance(driver.app.screen, InvocationScreen), "it")
        await driver.sees('File "amplify/functions/greeting/index.py", line 7')
        assert '{"name": "Bob"}' in driver.shown()

        # Sent again with another name.
        await driver.press("i")
        await until(driver.pilot, lambda: isinstance(driver.app.screen, InvokeScreen), "invoke")
        screen = driver.app.screen
        assert isinstance(screen, InvokeScreen)
        await until(driver.pilot, lambda: bool(screen.editor.text), "its event")
        assert json.loads(screen.editor.text) == {"name": "Bob"}
        screen.editor.text = '{"name": "Cat"}'
        await driver.press("f5")
        await driver.sees("Hello, Cat")
        assert "✓ succeeded" in driver.shown()

        # Saved in the project, and wrong where it is no JSON.
        await driver.press("ctrl+s")
        await driver.press(*"cat", "f5")
        saved = driver.root / "function-events" / "greeting" / "cat.json"
        await until(driver.pilot, saved.exists, "the file")
        screen.editor.text = '{"name": }'
        await driver.press("f5")
        await driver.sees("The event is not JSON")
        await driver.press("f6", "escape")
        await driver.press("escape")
        await until(driver.pilot, lambda: driver.app.screen is driver.screen, "the pane again")

        # What starts it: the schedule is turned off, and run all the same.
        driver.screen.table.focus()
        await driver.press("end", "d")
        await driver.sees("schedule rate(7 days), enabled")
        facts = driver.app.screen.query_one(WrappedRows)
        found = (at for at, row in enumerate(facts.rows) if "rate(7 days)" in plain(row.spans))
        facts.cursor = next(found)
        await driver.press("t")
        await driver.sees("schedule rate(7 days), disabled")
        await driver.press("f5", "escape")
        await driver.sees("hello None")
        await until(driver.pilot, lambda: driver.app.screen is driver.screen, "the list")

        # Under a debugger, if there is one for Python; else what is to be installed.
        driver.screen.table.focus()
        await driver.press("down", "b")
        await until(driver.pilot, lambda: isinstance(driver.app.screen, DebugScreen), "debugger")
        await driver.sees("debugpy")


async def test_hostile_lines_cannot_touch_the_terminal(pane: OpenPane) -> None:
    async with pane((80, 24)) as driver:
        await driver.sees("greeting")
        driver.invoke(name="\x1b[2J\x1b]0;owned\x07\u202eevil\u200b")
        await driver.sees("hello ")
        view = driver.screen.log_view
        shown = "".join(plain(view.row_spans(at)) for at in range(view.row_count()))
        assert not set("\x1b\x07\u202e\u200b") & set(shown)
