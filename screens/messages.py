"""Messages with which a screen asks the app for something: ``self.post_message(LeavePane())``.

They bubble to the app; ``screens.navigation`` does what they ask for. Any thread may post them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from screens.ports import OpenedSandbox
    from workbench.branches.context import OpenedBranches
    from workbench.branches.selected_environment import SelectedEnvironment
    from workbench.model.user_problem import UserProblem


class Request(Message):
    """Anything that a screen asks the app for."""


class SandboxOpened(Request):
    """The start screen has started the sandbox: show it."""

    def __init__(self, opened: OpenedSandbox) -> None:
        super().__init__()
        self.opened = opened


class ChooseTarget(Request):
    """Ask where the project should run; another choice restarts the sandbox there."""


class OpenPane(Request):
    """Go to a pane, by its id in ``screens.panes``.

    A subclass carries what the pane should show; the pane gets it in ``PaneScreen.opened_by``.
    """

    def __init__(self, pane: str) -> None:
        super().__init__()
        self.pane = pane


class OpenPlayground(OpenPane):
    """Go to the playground; ``caller`` becomes who runs the operations of the front tab."""

    def __init__(self, caller: str = "") -> None:
        super().__init__("playground")
        self.caller = caller


class LeavePane(Request):
    """Go back from a pane to the sandbox; the pane keeps its state."""


class SelectEnvironment(Request):
    """Switch the workbench to another environment; ``None`` is the user's own sandbox.

    ``branches`` reads the environment. The open panes are told by ``environment_changed``.
    """

    def __init__(
        self, environment: SelectedEnvironment | None, branches: OpenedBranches | None = None
    ) -> None:
        super().__init__()
        self.environment = environment
        self.branches = branches


class SignInsChanged(Request):
    """Saved sign-ins are new or no longer valid: who uses one has to read it again."""


class ShowProblem(Request):
    """Show a problem in a dialog; the same as ``Shell.show_problem``, from any thread."""

    def __init__(self, problem: UserProblem) -> None:
        super().__init__()
        self.problem = problem


class AnswerQuestion(Request):
    """Open the engine's question that waits for an answer."""
