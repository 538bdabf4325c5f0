"""A pane whose environment cannot be opened says why, and the app goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static

from screens.pane import PaneScreen
from screens.panes import PANES, Pane
from screens.widgets.line_view import LineView
from screens.widgets.text_styles import plain
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app
from tests.screens.settling import sandbox_screen, until
from workbench.localcloud.lifecycle import LocalCloudProblem
from workbench.model.user_problem import UserProblem

PROBLEMS = (
    LocalCloudProblem("The local cloud cannot start.", "Look into its log.", ("port taken",)),
    UserProblem("The project is broken.", "Look into its log."),
)


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("pane", PANES, ids=lambda pane: pane.id)
async def test_the_pane_says_why(tmp_path: Path, pane: Pane, problem: UserProblem) -> None:
    def fail() -> object:
        raise problem

    starter = ScriptedStarter(
        tmp_path,
        open_api=fail,  # type: ignore[arg-type]
        open_pool=fail,  # type: ignore[arg-type]
        open_functions=fail,  # type: ignore[arg-type]
        open_branches=fail,  # type: ignore[arg-type]
    )
    app = scripted_app(starter)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await sandbox_screen(pilot, starter, first_deployment())
        await pilot.press(pane.key)

        def said() -> bool:
            rows: list[str] = [str(note.message) for note in app._notifications]
            for view in app.screen.query(LineView):
                rows += [plain(view.row_spans(at)) for at in range(view.row_count())]
                rows += [plain(spans) for spans in view.empty_rows()]
            rows += [str(each.content) for each in app.screen.query(Static)]
            return problem.what in "\n".join(rows)

        await until(pilot, lambda: isinstance(app.screen, PaneScreen), pane.id)
        await until(pilot, said, problem.what)
        assert app.is_running


def test_all_problems_are_of_one_family() -> None:
    for each in PROBLEMS:
        assert isinstance(each, UserProblem)
        assert each.next_step == "Look into its log."
        assert str(each) == f"{each.what}\n  → Look into its log."
    assert PROBLEMS[0].details == ("port taken",)
