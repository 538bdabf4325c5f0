"""Asks before data is destroyed: answered by typing a word, so never by a stray key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from screens.dialogs.confirm_screen import Choice
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.row_list import Row
from screens.widgets.wrapped_rows import WrappedRows

KEEP = "keep"
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, and how it was given: for the record."""

    allowed: bool
    how: str


class DestroyScreen(ModalScreen[Decision | None]):
    """Dismissed with a decision, or None to decide later: the question stays open."""

    LEFT_BY_NUMBERS = False  # a question is answered, or left by Esc
    BINDINGS: ClassVar[list[BindingType]] = [
        key("destroy.later", "escape", "later", "Decide later", "Decide later"),
        key("destroy.down", "down", "scroll(1)", "Scroll", "Scroll down", show=False),
        key("destroy.up", "up", "scroll(-1)", "Scroll", "Scroll up", show=False),
        key("destroy.page_down", "pagedown", "scroll(4)", "Page", "Page down", show=False),
        key("destroy.page_up", "pageup", "scroll(-4)", "Page", "Page up", show=False),
    ]

    def __init__(
        self, title: str, rows: Sequence[Row], word: str, act: str, *, later: str = "Decide later"
    ) -> None:
        """``word`` is what to type; ``act`` says what that does ("destroy it").

        ``later`` names leaving without an answer: where nothing waits for one, that is closing it.
        """
        super().__init__(id="destroy")
        self._heading = title
        self._rows = rows
        self.word = word
        self._act = act
        self._later = later
        self._bindings = self._bindings.copy()
        self._bindings.key_to_bindings["escape"] = [
            replace(each, description=later) for each in self._bindings.key_to_bindings["escape"]
        ]

    def compose(self) -> ComposeResult:
        """Title, what is lost, the line to type in."""
        with Vertical(id="dialog"):
            yield Static(self._heading, id="dialog-title", markup=False)
            yield WrappedRows(id="dialog-rows")
            words = f"Type  {self.word}  to {self._act}, or  {KEEP}  to keep the data:"
            yield Static(words, id="destroy-words", markup=False)
            yield Input(id="destroy-input", placeholder=f"{self.word} or {KEEP}, then Enter")
            yield Static("", id="destroy-problem", markup=False)
            with Horizontal(id="dialog-choices"):
                yield Choice(" Keep the data ", id="keep")
                yield Choice(f" {self._later} ", id="later")
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in the rows; they scroll where they do not fit."""
        rows = self.query_one(WrappedRows)
        rows.can_focus = False
        rows.show_wrapped(self._rows)
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _typed(self) -> None:
        self.query_one("#destroy-problem", Static).update("")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        if typed == self.word:
            self.dismiss(Decision(True, f"typed {self.word}"))
        elif typed.lower() == KEEP:
            self.dismiss(Decision(False, f"typed {KEEP}"))
        else:
            words = f"That is neither {self.word} nor {KEEP}. Nothing was done."
            self.query_one("#destroy-problem", Static).update(words)

    def on_key(self, event: events.Key) -> None:
        """Enter on a marked answer."""
        if event.key == "enter" and isinstance(self.focused, Choice):
            event.stop()
            self._choose(self.focused)

    def on_click(self, event: events.Click) -> None:
        """Answer by mouse: both answers here keep the data."""
        if isinstance(event.widget, Choice):
            self._choose(event.widget)

    def _choose(self, choice: Choice) -> None:
        self.dismiss(Decision(False, "chose to keep the data") if choice.id == "keep" else None)

    def action_later(self) -> None:
        """Close; the question stays open."""
        self.dismiss(None)

    def action_scroll(self, rows: int) -> None:
        """Scroll what would be lost."""
        self.query_one(WrappedRows).cursor += rows * 3


def word_to_type(name: str, act: str) -> str:
    """A word that is only typed on purpose: the name, after ``act`` if it is short or ``keep``."""
    name = " ".join(name.split())
    return f"{act} {name}" if len(name) < _SHORTEST or name.lower() == KEEP else name
