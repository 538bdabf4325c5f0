"""The engine's open question: a banner on every screen, the dialog only by its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import Screen

from screens.ports import OpenedSandbox, shell_of
from screens.widgets.question_banner import show_banner
from workbench.model.events import ConfirmationNeeded

if TYPE_CHECKING:
    from screens.dialogs.destroy_screen import Decision, DestroyScreen
    from screens.sandbox.view_state import SandboxState


class OpenQuestion:
    """Shows and answers the question of the sandbox it follows.

    ``vanished`` is called before a dialog goes away by itself: what is typed at it must not become
    commands of the screen below.
    """

    def __init__(self, app: App[Any], vanished: Callable[[], None]) -> None:
        self._app = app
        self._vanished = vanished
        self._opened: OpenedSandbox | None = None
        self._state: SandboxState | None = None
        self._question: ConfirmationNeeded | None = None
        self._dialog: DestroyScreen | None = None
        self._wanted = False

    def follow(self, opened: OpenedSandbox, state: SandboxState) -> None:
        """Ask the questions of this sandbox from now on; ``state`` is what its screen knows."""
        self._opened, self._state = opened, state
        self.changed()

    def forget(self) -> None:
        """The sandbox is closed: there is no question."""
        self._opened = self._state = None
        self.changed()

    @property
    def is_open(self) -> bool:
        """Whether a question waits that may be answered here."""
        state = self._state
        return state is not None and self._question is not None and not state.is_attached

    def want(self) -> None:
        """The user asked for what comes with a question: open it, unless another key is pressed."""
        self._wanted = True

    def key_pressed(self) -> None:
        """The user has turned to something else."""
        self._wanted = False

    def changed(self) -> None:
        """The sandbox's question may be another now, or gone."""
        question = self._state.question if self._state is not None else None
        if question is self._question:
            return
        self._question = question
        dialog, self._dialog = self._dialog, None
        if dialog is not None and dialog.is_current:
            self._vanished()
            dialog.dismiss(None)
            shell_of(self._app).say("The question is withdrawn: the backend has changed meanwhile")
        for screen in self._app.screen_stack:
            self.show_on(screen)
        if question is not None and self._wanted and self.is_open:
            self.ask()
        self._wanted = False

    def show_on(self, screen: Screen[Any]) -> None:
        """Put the banner on a screen, or take it away."""
        show_banner(screen, "" if screen is self._dialog else self._text())

    def ask(self) -> None:
        """Open the question's dialog."""
        opened, asked = self._opened, self._question
        if opened is None or asked is None:
            return
        if not self.is_open:
            shell_of(self._app).say(self._text(), "warning")
            return
        if self._dialog is not None and self._dialog in self._app.screen_stack:
            return
        from screens.sandbox.questions import question_of

        self._dialog = question_of(asked, opened.info.identifier)

        def answered(decision: Decision | None) -> None:
            self._dialog = None
            if decision is not None and self._question is asked:
                opened.controls.answer(decision.allowed, decision.how)

        self._app.push_screen(self._dialog, answered)

    def _text(self) -> str:
        question, opened, state = self._question, self._opened, self._state
        if question is None or opened is None or state is None:
            return ""
        from screens.sandbox.questions import question_words

        owner = state.owner if state.is_attached else ""
        return question_words(question, opened.info.identifier, owner)
