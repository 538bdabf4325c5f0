"""Operations run by keys: written from the schema, as any caller, compared, streamed, exported."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from screens.dialogs.form_screen import FormScreen
from screens.dialogs.picker_screen import PickerScreen
from screens.playground.screen import PlaygroundScreen
from screens.widgets.row_list import RowList
from screens.widgets.text_styles import plain
from tests.screens.playground.conftest import Open

pytestmark = pytest.mark.npm


async def test_an_operation_of_the_schema_runs_as_a_user(playground: Open) -> None:
    async with playground() as play:
        await play.press("f3")
        await play.pick("mutation createOwned")
        assert play.operation.text.startswith("mutation CreateOwned(")
        assert json.loads(play.variables.text) == {"input": {}}
        assert "✗ " in await play.run()  # an API key may not
        await play.press("f2")
        await play.pick("user:ann")
        await play.press("f6", "f6")
        await play.write('{"input": {"text": "by keys"}}')
        shown = await play.run()
        assert "as user:ann@example.com" in shown
        assert '"text": "by keys"' in shown


async def test_two_callers_side_by_side_see_different_rows(playground: Open) -> None:
    async with playground() as play:
        await play.press("f2")
        await play.pick("user:ann")
        await play.write('mutation { createOwned(input: {text: "of ann only"}) { id } }')
        assert '"createOwned"' in await play.run()
        await play.write('{ listOwneds(filter: {text: {eq: "of ann only"}}) { items { text } } }')
        await play.press("f7")
        await play.pick("user:bob")
        await play.until(lambda: not play.tab.is_running and play.other_result.rows, "both")
        await play.until(lambda: "of ann only" in play.shown(), "ann's")
        assert "user:bob@example.com" in str(play.other_result.border_title)
        assert "of ann only" not in play.shown(play.other_result)
        assert '"items": []' in play.shown(play.other_result)


async def test_an_unauthorized_field_is_explained_by_its_error_and_its_trace(
    playground: Open,
) -> None:
    async with playground() as play:
        await play.write("query Mine {\n  listMembers { items { text } }\n}")
        shown = await play.run()
        assert "Not Authorized to access listMembers on type Query" in shown
        assert "who may: Member allows" in shown
        pane = play.result
        pane.focus()
        pane.cursor = next(
            index for index, row in enumerate(pane.rows) if row.key.startswith("error:")
        )
        await play.press("enter")
        assert play.operation.has_focus
        assert play.operation.cursor_location == (1, 2)
        await play.write("{ listKeyeds { items { text } } }")
        await play.run()
        pane.focus()
        await play.press("x")
        await play.until(lambda: "Query.listKeyeds" in play.shown(), "the trace")
        assert "KeyedTable" in play.shown() or "DataResolver" in play.shown()


async def test_a_stream_hears_a_mutation_of_another_tab(playground: Open) -> None:
    async with playground() as play:
        await play.write("subscription Live { onCreateKeyed { id text } }")
        await play.press("f5")
        live = play.tab
        await play.until(lambda: live.stream and live.stream.started, "the stream")
        await play.press("ctrl+t")
        await play.write('mutation { createKeyed(input: {text: "heard"}) { id text } }')
        assert '"heard"' in await play.run()
        await play.until(lambda: live.stream and live.stream.total, "the event")
        await play.press("ctrl+b")
        await play.until(lambda: '"heard"' in play.shown(), "its row")
        pane = play.result
        pane.focus()
        await play.press("space")
        await play.until(lambda: "paused" in str(pane.border_title), "the pause")
        await play.press("space", "f9")
        await play.until(lambda: not live.is_live, "its end")
        assert "ended" in str(pane.border_title)
        assert '"heard"' in play.shown()


async def test_pages_follow_each_other_by_one_key_and_lists_are_tables(playground: Open) -> None:
    async with playground() as play:
        for number in range(3):
            await play.write(
                f'mutation {{ createProduct(input: {{maker: "pages", code: "{number}", price: 1}})'
                " { code } }"
            )
            assert f'"{number}"' in await play.run()
        await play.write(
            'query P($nextToken: String) { listProducts(maker: "pages", limit: 2, '
            "nextToken: $nextToken) { items { code price } nextToken } }"
        )
        assert '"code": "0"' in await play.run()
        pane = play.result
        pane.focus()
        await play.press("t")
        assert any("code" in plain(row.spans) and "price" in plain(row.spans) for row in pane.rows)
        await play.press("t", "n")
        await play.until(lambda: '"code": "2"' in play.shown(), "the next page")
        await play.press("Y")
        assert {row.split()[0] for row in await play.offered()} >= {"json", "curl", "typescript"}
        await play.pick("curl")
        await play.until(lambda: play.copied, "the copy")
        (copied,) = play.copied
        assert copied.startswith("curl ")
        assert "da2-" not in copied  # the key is named, not shown


async def test_wrong_input_is_told_where_it_is_typed(playground: Open) -> None:
    async with playground() as play:
        await play.write("{ listKeyeds { items { txt } } }")
        editor = play.operation
        await play.until(lambda: "txt" in str(editor.border_subtitle), "the finding")
        await play.write("query Q($limit: Int) { listKeyeds(limit: $limit) { items { text } } }")
        await play.press("f6")
        await play.write('{"limit": "many"}')
        variables = play.variables
        await play.until(lambda: "Int" in str(variables.border_subtitle), "the finding")
        await play.write("{oops")
        shown = await play.run()
        assert "✗ Variables:" in shown
        assert play.app.focused is play.result
        await play.press("f6", "f6")
        await play.until(lambda: variables.has_focus)
        await play.write("")
        await play.press("f6", "i")
        await play.until(lambda: editor.has_focus)
        await play.write("# nothing")
        assert "There is no operation at the cursor." in await play.run()


async def test_everything_survives_a_restart(playground: Open) -> None:
    async with playground() as play:
        await play.write('mutation Kept { createKeyed(input: {text: "kept"}) { id } }')
        assert '"createKeyed"' in await play.run()
        await play.press("ctrl+t")
        await play.write("{ listKeyeds { items { id } } }")
        await play.press("f2")
        await play.pick("guest")
        await play.press("ctrl+s")
        await play.until(lambda: play.tab.file, "the file")
    async with playground(size=(80, 24)) as play:
        tabs = play.screen.workspace.tabs
        assert [tab.text.split()[0] for tab in tabs.all] == ["mutation", "{"]
        assert play.tab is tabs.all[1]
        assert play.tab.run_as == "guest"
        await play.press("f4")
        rows = await play.offered()
        assert any("Kept" in row and "api-key" in row for row in rows)
        await play.pick("Kept")
        assert "mutation Kept" in play.operation.text


async def test_a_deployment_names_the_operations_that_it_breaks(playground: Open) -> None:
    async with playground() as play:
        await play.write("query Broken { listKeyeds { items { text } } }")
        await play.press("ctrl+t")
        await play.write("query Whole { listKeyeds { items { id } } }")
        told: list[str] = []
        shell: Any = play.app.shell
        shell.say = lambda words, severity="information": told.append(words)  # type: ignore[method-assign]
        play.schemas.changes.append(
            lambda text: re.sub(r"(type Keyed\b[^{]*\{\s*)text:", r"\1words:", text)
        )
        play.screen.deployed()
        await play.until(lambda: told, "the word of it")
        assert any("Broken" in words and "text" in words for words in told), told
        assert [tab.broken for tab in play.screen.workspace.tabs.all] == [True, False]


async def test_completion_follows_the_schema(playground: Open) -> None:
    async with playground() as play:
        await play.write("")
        await play.press("{", *"listKe")
        listed = play.screen.query_one("#proposals")
        await play.until(lambda: listed.display and play.operation.offers, "proposals")
        await play.press("enter")
        assert "listKeyeds" in play.operation.text
        await play.press("escape")
        await play.until(lambda: play.app.focused is play.result, "the result")
        assert isinstance(play.app.screen, PlaygroundScreen)
        await play.press("escape")
        await play.until(lambda: not isinstance(play.app.screen, PlaygroundScreen), "the sandbox")


async def test_schema_explorer_shows_members_and_rules(playground: Open) -> None:
    async with playground() as play:
        await play.press("f3")
        await play.until(lambda: isinstance(play.app.screen, PickerScreen))
        await play.press(*"Fielded")
        rows = play.app.screen.query_one(RowList)
        await play.until(
            lambda: any("type Fielded" in plain(row.spans) for row in rows.rows), "the type"
        )
        text = "\n".join(plain(row.spans) for row in rows.rows)
        assert "secret: String" in text
        assert "@aws_cognito_user_pools" in text
        await play.press("escape")
        await play.press("f3")
        await play.pick("model Keyed")
        text = play.operation.text
        for name in ("getKeyed", "listKeyeds", "createKeyed", "deleteKeyed", "onCreateKeyed"):
            assert f"{name}(" in text


async def test_after_a_run_the_keys_are_for_the_result_and_a_refusal_keeps_it(
    playground: Open,
) -> None:
    async with playground() as play:
        await play.write("query Q($limit: Int) { listKeyeds(limit: $limit) { items { id } } }")
        assert '"listKeyeds"' in await play.run()
        assert play.app.focused is play.result
        await play.press("f6", "f6")
        await play.until(lambda: play.variables.has_focus)
        await play.write("{oops")
        shown = await play.run()
        assert "✗ Variables:" in shown
        assert '"listKeyeds"' in shown
        await play.press(*"ntx")
        assert play.variables.text == "{oops"
        assert isinstance(play.app.screen, PlaygroundScreen)


async def test_the_operation_goes_to_ones_own_editor_and_back(
    playground: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playground() as play:
        await play.write("{ listKeyeds { items { id } } }")
        opened: list[str] = []

        def edit(file: Path, line: int, column: int) -> None:
            opened.append(f"{file.suffix}:{line}:{column} {file.read_text()}")
            file.write_text("query Outside {\n  listKeyeds { items { text } }\n}\n")

        monkeypatch.setattr(type(play.app.shell), "can_edit", True)
        shell: Any = play.app.shell
        shell.edit = edit  # type: ignore[method-assign]
        play.screen.refresh_bindings()
        await play.press("ctrl+e")
        await play.until(lambda: "Outside" in play.operation.text, "the text")
        assert opened == [".graphql:1:1 { listKeyeds { items { id } } }"]
        await play.press("ctrl+z")
        await play.until(lambda: "Outside" not in play.operation.text, "the undo")


async def test_a_result_is_saved_under_a_name_that_is_asked_and_never_over_a_file(
    playground: Open, tmp_path: Path
) -> None:
    async with playground() as play:
        await play.write('mutation { createKeyed(input: {text: "saved"}) { text } }')
        await play.run()
        for _ in range(2):
            await play.press("w")
            await play.until(lambda: isinstance(play.app.screen, FormScreen), "the form")
            form = play.app.screen
            line = form.query_one("#form-0", Input)
            assert re.fullmatch(r"result-[0-9]{8}-[0-9]{6}\.json", line.value)
            line.value = "mine.json"
            await play.press("f5")
            await play.pilot.pause()
            if (tmp_path / "mine.json").exists() and isinstance(play.app.screen, FormScreen):
                assert "already exists" in str(form.query_one("#form-problem").render())
                await play.press("escape")
            await play.until((tmp_path / "mine.json").exists, "the file")
        assert json.loads((tmp_path / "mine.json").read_text())["data"]["createKeyed"] == {
            "text": "saved"
        }


async def test_admin_says_that_no_rule_was_asked(playground: Open) -> None:
    async with playground() as play:
        await play.press("f2")
        await play.pick("admin")
        await play.write("{ listKeyeds { items { text } } }")
        assert "no authorization rules were checked" in await play.run()


async def test_the_line_at_the_cursor_has_its_colours(playground: Open) -> None:
    async with playground() as play:
        await play.write('query Mine { listKeyeds(filter: {text: {eq: "x"}}) { items { text } } }')
        editor = play.operation
        assert editor.has_focus
        colours = {
            str(segment.style.color): segment.text
            for segment in editor.render_line(0)
            if segment.style is not None and segment.style.color is not None
        }
        assert len(colours) >= 5, colours
