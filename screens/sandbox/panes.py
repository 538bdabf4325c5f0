"""The panes of the main screen that are lists of rows: deployment, diff, history, problems."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from screens.sandbox.diff_rows import diff_rows, diff_summary
from screens.sandbox.problem_rows import problem_rows, problem_title
from screens.sandbox.stage_rows import history_rows, stage_rows
from screens.sandbox.view_state import ACTIVE_STATES, SandboxState
from screens.widgets.keys import key
from screens.widgets.row_list import RowList
from screens.widgets.text_styles import ACCENT, MUTED, TEXT, Spans
from screens.widgets.titles import as_title
from screens.widgets.wrapped_rows import WrappedRows
from workbench.model.events import LoopState


class DeploymentPane(RowList):
    """The stages of the current deployment with their durations, and the plan's steps."""

    def __init__(self) -> None:
        super().__init__(
            id="deployment",
            classes="pane",
            empty=(
                (("Waiting for the first deployment.", TEXT),),
                (("It starts on its own; then each save in ", MUTED), ("amplify/", ACCENT)),
                (("starts another.", MUTED),),
            ),
        )
        self.border_title = "1 Deployment"

    def show_state(self, state: SandboxState, now: float) -> None:
        """Show the current deployment at this moment."""
        self.show_rows(stage_rows(state.current, now, state.warm))


class DiffPane(RowList):
    """The changes of the latest deployment."""

    def __init__(self, file: str) -> None:
        """``file`` is one to edit, relative to the project's root."""
        super().__init__(id="diff", classes="pane")
        self.border_title = "2 Diff"
        self._file = file
        self._state: SandboxState | None = None

    def empty_rows(self) -> tuple[Spans, ...]:
        """Why there is no diff now, and how to get one."""
        state = self._state
        if self.filter or state is None or state.current is None:
            return super().empty_rows() or _no_diff("Nothing is deployed yet.", self._file)
        if state.loop in ACTIVE_STATES:
            return ((("The diff appears when the backend is evaluated …", MUTED),),)
        if state.loop is LoopState.FAILED:
            words = "There is no diff: the backend cannot be evaluated or deployed."
            return (((words, TEXT),), (("Fix the problems in 6, then save.", MUTED),))
        return _no_diff(f"#{state.current.number} changed nothing.", self._file)

    def show_state(self, state: SandboxState) -> None:
        """Show the newest diff."""
        self._state = state
        shown = state.shown_diff
        self.show_rows([] if shown is None else diff_rows(shown))
        title = "2 Diff"
        if shown is not None and shown.diff is not None:
            title += f" · #{shown.number} {diff_summary(shown.diff)}"
        self.border_title = as_title(title)


def _no_diff(why: str, file: str) -> tuple[Spans, ...]:
    return (
        ((why, TEXT),),
        (("Edit ", MUTED), (file, ACCENT), (" and save:", MUTED)),
        (("the change appears here before it is deployed.", MUTED),),
    )


class HistoryPane(RowList):
    """All deployments, newest first; Enter shows one again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("history.show", "enter", "open", "Show", "Show its diff, timings and log"),
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

    def show_state(self, state: SandboxState) -> None:
        """Show the deployments known."""
        at_top = self.cursor == 0
        self.show_rows(history_rows(list(state.history.values())))
        if at_top and not self.has_focus:
            self.cursor = 0

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter only if there is a row."""
        if action == "open":
            return bool(self.rows)
        return super().check_action(action, parameters)


class ProblemsPane(WrappedRows):
    """Current problems; shown above the other panes only if there are any."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("problems.edit", "enter", "open", "Edit", "Open the file at the error"),
    ]

    def __init__(self) -> None:
        super().__init__(id="problems", classes="pane", keys_by_row=True)
        self.display = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter only on a problem in a file."""
        if action == "open":
            return self.current is not None and self.current.key.startswith("diagnostic:")
        return super().check_action(action, parameters)

    def show_state(self, state: SandboxState, offer_key: str) -> None:
        """Show the problems, or hide the pane."""
        rows = problem_rows(state, offer_key)
        self.display = bool(rows)
        self.show_wrapped(rows)
        self.styles.height = None
        self.border_title = as_title(f"6 {problem_title(state)}")

    def rows_changed(self) -> None:
        """Take as much height as the rows need; the style sheet bounds it."""
        super().rows_changed()
        self.styles.height = self.row_count() + self.gutter.height
