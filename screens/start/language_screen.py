"""Asks for a new project's language, and shows what creating it changes in the folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.start.target_screen import ChoiceList
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import MUTED, STRONG, TEXT

NAMES = {"typescript": "TypeScript", "python": "Python"}


class LanguageScreen(ModalScreen[str | None]):
    """Dismissed with the language, or None: nothing is created."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("language.choose", "enter", "choose", "Create", "Create the project"),
        key("language.back", "escape,q", "back", "Back", "Back; nothing is created"),
    ]

    def __init__(self, folder: str, planned: Mapping[str, Sequence[str]]) -> None:
        super().__init__(id="language")
        self._folder = folder
        self._planned = planned

    def compose(self) -> ComposeResult:
        """A row for each language, and below it what will be done."""
        rows: list[Row] = [Row(((self._folder, MUTED),)), Row(())]
        for language, steps in self._planned.items():
            rows.append(Row(((NAMES[language], STRONG),), key=language))
            rows.extend(Row(((f"  {step}", MUTED),)) for step in steps)
            rows.append(Row(()))
        rows.append(Row((("Nothing is written or installed before you choose.", TEXT),)))
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "A new Amplify project: in which language?"
            yield ChoiceList(rows, id="page")
        yield KeyBar()

    def on_mount(self) -> None:
        """Start on the first language."""
        choices = self.query_one(ChoiceList)
        choices.cursor = next(at for at, row in enumerate(choices.rows) if row.key)
        choices.focus()

    @on(RowList.Opened)
    def _row_opened(self, event: RowList.Opened) -> None:
        self.dismiss(event.row.key)

    def action_choose(self) -> None:
        """Create it in the marked language."""
        row = self.query_one(ChoiceList).current
        if row is not None and row.key:
            self.dismiss(row.key)

    def action_back(self) -> None:
        """Back; nothing is created."""
        self.dismiss(None)
