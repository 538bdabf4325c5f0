"""Dialog that shows a problem the user can solve: what, why, and the next step."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.problem_rows import problem_rows
from screens.widgets.titles import as_title
from screens.widgets.wrapped_rows import WrappedRows
from workbench.model.user_problem import UserProblem


class ProblemScreen(ModalScreen[None]):
    """One problem; its text can be copied."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("problem.close", "escape,enter,q", "close", "Close", "Close"),
    ]

    def __init__(self, problem: UserProblem) -> None:
        # No id: another may come while one is open.
        super().__init__(classes="rows -few")
        self.problem = problem

    def compose(self) -> ComposeResult:
        """The rows and the keys."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title("Problem")
            yield WrappedRows(id="problem-rows")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the problem."""
        view = self.query_one(WrappedRows)
        view.show_wrapped(problem_rows(self.problem))
        view.focus()

    def action_close(self) -> None:
        """Close the dialog."""
        self.dismiss()
