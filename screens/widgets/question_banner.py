"""Banner shown on every screen while the engine waits for a decision about data."""

from __future__ import annotations

from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from screens.messages import AnswerQuestion

QUESTION_KEY = "f12"


class QuestionBanner(Static):
    """One line at the top; it never takes the focus, a click on it opens the question."""

    def __init__(self, words: str, *, docked: bool) -> None:
        super().__init__(
            words, classes="question-banner -docked" if docked else "question-banner", markup=False
        )

    def on_click(self) -> None:
        """Open the question."""
        self.post_message(AnswerQuestion())


def show_banner(screen: Screen[object], words: str) -> None:
    """Put the banner with these words on a screen; "" takes it away."""
    if not screen.is_mounted or not screen.is_running:
        return
    banners = list(screen.query(QuestionBanner))
    if not words:
        for banner in banners:
            banner.remove()
    elif banners:
        banners[0].update(words)
    else:
        docked = isinstance(screen, ModalScreen)
        screen.mount(QuestionBanner(words, docked=docked), before=0)
