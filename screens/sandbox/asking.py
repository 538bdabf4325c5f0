"""The engine's open question: a banner wherever the user is, the dialog only by its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screens.widgets.question_banner import show_banner
from workbench.model.events import ConfirmationNeeded

if TYPE_CHECKING:
    from textual.screen import Screen

    from screens.app import WorkbenchApp
    from screens.dialogs.destroy_screen import Decision, DestroyScreen


class Asking:
    """Shows and answers the question of the app's sandbox."""

    def __init__(self, app: WorkbenchApp) -> None:
        self._app = app
        self._question: ConfirmationNeeded | None = None
        self._dialog: DestroyScreen | None = None
        self._wanted = False

    @property
    def is_open(self) -> bool:
        """Whether a question waits that may be answered here."""
        sandbox = self._app.sandbox
        return self._question is not None and sandbox is not None and not sandbox.story.is_attached

    def want(self) -> None:
        """The user asked for what comes with a question: open it, unless another key is pressed."""
        self._wanted = True

    def key_pressed(self) -> None:
        """The user has turned to something else."""
        self._wanted = False

    def changed(self) -> None:
        """The sandbox's question may be another now, or gone."""
        sandbox = self._app.sandbox
        question = sandbox.story.question if sandbox is not None else None
        if question is self._question:
            return
        self._question = question
        dialog, self._dialog = self._dialog, None
        if dialog is not None and dialog.is_current:
            # What is typed at the dialog must not become commands of the screen below.
            self._app.gate.appeared(by_itself=True)
            dialog.dismiss(None)
            self._app.say("The question is taken back: the backend has changed meanwhile")
        for screen in self._app.screen_stack:
            self.show_on(screen)
        if question is not None and self._wanted and self.is_open:
            self.ask()
        self._wanted = False

    def show_on(self, screen: Screen[object]) -> None:
        """Put the banner on a screen, or take it away."""
        show_banner(screen, "" if screen is self._dialog else self._words())

    def ask(self) -> None:
        """Open the question's dialog."""
        sandbox = self._app.sandbox
        if not self.is_open or self._question is None or sandbox is None:
            words = self._words()
            if words:
                self._app.say(words, "warning")
            return
        if self._dialog is not None and self._dialog in self._app.screen_stack:
            return
        from screens.sandbox.questions import question_of

        asked = self._question
        self._dialog = question_of(asked, sandbox.opened.info.identifier)

        def answered(decision: Decision | None) -> None:
            self._dialog = None
            if decision is not None and self._question is asked:
                sandbox.opened.controls.answer(decision.allowed, decision.how)

        self._app.push_screen(self._dialog, answered)

    def _words(self) -> str:
        sandbox = self._app.sandbox
        if self._question is None or sandbox is None:
            return ""
        from screens.sandbox.questions import question_words

        owner = sandbox.story.owner if sandbox.story.is_attached else ""
        return question_words(self._question, sandbox.opened.info.identifier, owner)
