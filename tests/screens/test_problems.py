"""What is wrong in the files: said once, with its line, opened by Enter.

And what a message says.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from screens.editor import at_place, editor_of
from screens.sandbox.log_pane import LogView
from screens.sandbox.panes import DiffPane, ProblemsPane
from screens.sandbox.problem_rows import diagnostic_rows
from screens.shell import AppShell
from screens.widgets.row_list import RowList
from screens.widgets.text_styles import plain
from tests.screens.scripted import (
    NOW,
    ScriptedPast,
    ScriptedStarter,
    first_deployment,
    scripted_app,
)
from tests.screens.settling import sandbox_screen, until
from workbench.model.deployment import DeploymentResult
from workbench.model.diagnostics import Diagnostic, with_source
from workbench.model.events import (
    AnyEvent,
    DeploymentFinished,
    DeploymentStarted,
    DiagnosticsReported,
    LocalCloudReported,
    LoopState,
    Stage,
    StageFinished,
    StateChanged,
    Trigger,
)


def wrong() -> list[AnyEvent]:
    """A deployment that failed in the user's files."""
    return [
        DeploymentStarted(at=NOW, deployment=1, trigger=Trigger("save")),
        DeploymentFinished(at=NOW, deployment=1, result=DeploymentResult.FAILED, seconds=1.0),
        StateChanged(at=NOW, state=LoopState.FAILED),
    ]


def problems(screen: object) -> str:
    pane = screen.query_one(ProblemsPane)  # type: ignore[attr-defined]
    return "\n".join(plain(row.spans) for row in pane.rows)


async def test_one_mistake_is_said_once_with_its_line_and_a_mark(starter: ScriptedStarter) -> None:
    typed = Diagnostic(
        "error",
        "Property 'dat' does not exist. Did you mean 'date'?",
        "TS2551",
        "amplify/data/resource.ts",
        12,
        18,
        source="  at: a.string().dat(),",
    )
    thrown = Diagnostic(
        "error", "TypeError: a.string(...).dat is not a function", "", typed.file, typed.line, 20
    )
    app = scripted_app(starter)
    events = [
        *wrong(),
        DiagnosticsReported(at=NOW, deployment=1, source="synth", diagnostics=(thrown,)),
        DiagnosticsReported(at=NOW, deployment=1, source="types", diagnostics=(typed,)),
    ]
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await sandbox_screen(pilot, starter, events)
        shown = problems(screen)
        assert "TypeError" not in shown
        assert "TS2551" in shown
        lines = shown.splitlines()
        quoted = next(line for line in lines if "a.string().dat()" in line)
        mark = lines[lines.index(quoted) + 1]
        assert quoted[mark.index("^") :] == "dat(),"


async def test_enter_on_an_error_opens_its_place(
    starter: ScriptedStarter, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Diagnostic("error", "wrong", file="amplify/backend.ts", line=3, column=5)
    opened: list[tuple[str, int, int]] = []
    monkeypatch.setattr(AppShell, "can_edit", property(lambda _: True))
    app = scripted_app(starter)
    shell: Any = app.shell
    shell.edit = lambda file, line, column: opened.append((file.name, line, column))  # type: ignore[method-assign]
    reported = DiagnosticsReported(at=NOW, deployment=1, source="synth", diagnostics=(found,))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await sandbox_screen(pilot, starter, [*wrong(), reported])
        await pilot.press("6")
        await until(pilot, lambda: screen.focused_pane() == "problems", "the problems")
        await pilot.press("enter")
        assert opened == [("backend.ts", 3, 5)]


@pytest.mark.parametrize(
    ("editor", "there"),
    [
        ("vim", "+call cursor(12,14)"),
        ("nvim", "+call cursor(12,14)"),
        ("nano", "+12,14"),
        ("emacs", "+12:14"),
        ("ed", "+12"),
    ],
)
def test_editors_go_to_the_column(editor: str, there: str) -> None:
    assert at_place([editor], Path("f.ts"), 12, 14) == [editor, there, "f.ts"]


def test_without_a_setting_it_is_the_usual_editor() -> None:
    assert editor_of({"EDITOR": "code -w"}, lambda _: None) == ("code", "-w")
    assert editor_of({}, lambda name: name if name == "nano" else None) == ("nano",)
    assert editor_of({}, lambda name: name if name in ("vi", "nano") else None) == ("vi",)
    assert editor_of({}, lambda _: None) == ()


async def test_messages_are_kept(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(100, 30)) as pilot:
        await sandbox_screen(pilot, starter)
        app.shell.say("first")
        app.shell.say("second\nwith more", "error")
        await pilot.press("ctrl+g")
        await until(pilot, lambda: app.screen.id == "messages", "the messages")
        rows = app.screen.query_one(RowList).rows
        assert [plain(row.spans)[10:] for row in rows] == [
            "✗ second",
            "  with more",
            "  first",
        ]


async def test_a_check_that_did_not_run_is_no_success(starter: ScriptedStarter) -> None:
    skipped = StageFinished(
        at=NOW,
        deployment=1,
        stage=Stage.TYPE_CHECK,
        seconds=0.0,
        ok=True,
        note="not checked: pip install mypy",
        skipped=True,
    )
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, [*first_deployment(), skipped])
        rows = [plain(row.spans) for row in screen.query_one("#deployment", RowList).rows]
        assert "  – check types    not checked: pip install mypy" in rows


async def test_a_pane_that_connects_again_adds_nothing_to_the_log(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    running = LocalCloudReported(at=NOW, status="running", endpoint="http://127.0.0.1:1")
    async with app.run_test(size=(80, 24)) as pilot:
        again = replace(running, at=NOW + 5)
        other = replace(running, at=NOW + 6, endpoint="http://127.0.0.1:2")
        screen = await sandbox_screen(pilot, starter, [running, again, again, other])
        lines = [row.line.text for row in screen.query_one(LogView).buffer.rows]
        assert [line for line in lines if line.startswith("running")] == [
            "running http://127.0.0.1:1",
            "running http://127.0.0.1:2",
        ]


async def test_the_empty_diff_says_why_and_names_a_file_that_is_there(
    starter: ScriptedStarter,
) -> None:
    starter.past = ScriptedPast({1: wrong()})
    app = scripted_app(starter)

    def shown(pane: DiffPane) -> str:
        return "\n".join(plain(spans) for spans in pane.empty_rows())

    async with app.run_test(size=(100, 30)) as pilot:
        screen = await sandbox_screen(pilot, starter)
        pane = screen.query_one(DiffPane)
        assert "amplify/data/resource.ts" in shown(pane)
        await sandbox_screen(pilot, starter, wrong())
        assert "cannot be evaluated" in shown(pane)
        assert "Nothing" not in shown(pane)


def test_findings_quote_the_line_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one\n\ttext: strr\n")
    found = Diagnostic("error", "no", file="a.py", line=2, column=8)
    gone = Diagnostic("error", "no", file="gone.py", line=2)
    beyond = replace(found, line=9)
    quoted = with_source((found, gone, beyond), tmp_path)
    assert [one.source for one in quoted] == [" text: strr", "", ""]


def test_a_long_source_line_keeps_its_mark_below_the_column() -> None:
    source = "  " + "a" * 90 + "!" + "b" * 90
    found = Diagnostic("error", "No.", "X", "amplify/a.ts", 7, source.index("!") + 1, source=source)
    quoted, mark = (
        row for row in diagnostic_rows([found]) if row.key.endswith((":source", ":mark"))
    )
    line, below = ("".join(text for text, _ in row.spans) for row in (quoted, mark))
    assert len(line) < 76
    assert line[below.index("^")] == "!"
    assert quoted.copy == source.strip()
