"""The panes of the main screen that are lists of rows: deployment, diff, history, problems."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from screens.sandbox.diff_rows import diff_rows, diff_summary
from screens.sandbox.problem_rows import problem_rows, problem_title
from screens.sandbox.stage_rows import history_rows, stage_rows
from screens.sandbox.story import SandboxStory
from screens.widgets.row_list import RowList
from screens.widgets.titles import as_title
from screens.widgets.tones import ACCENT, MUTED, TEXT
from screens.widgets.wrapped_rows import WrappedRows


class DeploymentPane(RowList):
    """The stages of the current deployment with their durations, and the plan's steps."""

    def __init__(self) -> None:
        super().__init__(
            id="deployment",
            classes="pane",
            empty=(
                (("Waiting for the first deployment.", TEXT),),
                (("It starts by itself; then each save in ", MUTED), ("amplify/", ACCENT)),
                (("becomes one.", MUTED),),
            ),
        )
        self.border_title = "1 Deployment"

    def show_story(self, story: SandboxStory, now: float) -> None:
        """Show the current deployment at this moment."""
        self.show_rows(stage_rows(story.current, now))


class DiffPane(RowList):
    """What the latest deployment changes."""

    def __init__(self) -> None:
        super().__init__(
            id="diff",
            classes="pane",
            empty=(
                (("Nothing to compare yet.", TEXT),),
                (("Edit ", MUTED), ("amplify/data/resource", ACCENT), (" and save:", MUTED)),
                (("the change appears here before it is deployed.", MUTED),),
            ),
        )
        self.border_title = "2 Diff"

    def show_story(self, story: SandboxStory) -> None:
        """Show the newest diff."""
        shown = story.shown_diff
        self.show_rows([] if shown is None else diff_rows(shown))
        title = "2 Diff"
        if shown is not None and shown.diff is not None:
            title += f" · #{shown.number} {diff_summary(shown.diff)}"
        self.border_title = as_title(title)


class HistoryPane(RowList):
    """All deployments, newest first; Enter shows one again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "open", "Show", id="history.show", tooltip="Its diff, timings and log again"
        ),
    ]

    def __init__(self) -> None:
        super().__init__(
            id="history",
            classes="pane",
            empty=(
                (("No deployment yet.", TEXT),),
                (("Each one stays here with its diff, timings and log.", MUTED),),
            ),
        )
        self.border_title = "5 History"

    def show_story(self, story: SandboxStory) -> None:
        """Show the deployments known."""
        at_top = self.cursor == 0
        self.show_rows(history_rows(list(story.history.values())))
        if at_top and not self.has_focus:
            self.cursor = 0

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter only where there is a row."""
        if action == "open":
            return bool(self.rows)
        return super().check_action(action, parameters)


class ProblemsPane(WrappedRows):
    """What is wrong now: shown only then, above the other panes."""

    def __init__(self) -> None:
        super().__init__(id="problems", classes="pane")
        self.display = False

    def show_story(self, story: SandboxStory, offer_key: str) -> None:
        """Show the problems, or hide the pane."""
        rows = problem_rows(story, offer_key)
        self.display = bool(rows)
        self.show_wrapped(rows)
        self.styles.height = None
        self.border_title = as_title(f"6 {problem_title(story)}")

    def rows_changed(self) -> None:
        """Take as much height as the rows need; the style sheet bounds it."""
        super().rows_changed()
        self.styles.height = self.row_count() + self.gutter.height
