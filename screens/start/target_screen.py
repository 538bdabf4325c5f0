"""Asks where the project should run: at its first start, and again by key; Esc changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import ACCENT, MUTED, STRONG, TEXT, Spans
from screens.widgets.titles import as_title
from workbench.aws.target import AwsTarget, LocalTarget, Target


class ChoiceList(RowList):
    """Rows of which only those with a key can be marked; a mark stands before the marked one."""

    def validate_cursor(self, value: int) -> int:
        """Skip rows that explain, in the direction of the move."""
        value = super().validate_cursor(value)
        step = 1 if value >= self.cursor else -1
        found = value
        while 0 <= found < len(self.rows) and not self.rows[found].key:
            found += step
        return found if 0 <= found < len(self.rows) else self.cursor

    def row_spans(self, index: int) -> Spans:
        """The row, after the mark if it is at the cursor."""
        return ((("▸ " if index == self.cursor else "  "), ACCENT), *super().row_spans(index))

    def watch_cursor(self, old: int, new: int) -> None:
        """Move the mark."""
        super().watch_cursor(old, new)
        self.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing here to copy."""
        return action != "copy" and super().check_action(action, parameters)

    def on_click(self, event: events.Click) -> None:
        """One click is enough to choose."""
        offset = event.get_content_offset(self)
        if offset is not None and self.scroll_offset.y + offset.y < self.row_count():
            self.row_opened(self.scroll_offset.y + offset.y)
        event.prevent_default()


class TargetScreen(ModalScreen[Target | None]):
    """The choice is saved for the project; ``--local`` and ``--profile`` override it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("target.choose", "enter", "choose", "Choose", "Choose the marked target"),
        key("target.back", "escape,q", "back", "Back", "Back without choosing"),
    ]

    def __init__(self, project: str, profiles: Sequence[str], now: str = "") -> None:
        """``now`` names the target that the project runs on already."""
        super().__init__(id="target")
        self._project = project
        self._profiles = profiles
        self._now = now

    def compose(self) -> ComposeResult:
        """One list."""
        with Vertical(id="dialog"):
            yield ChoiceList(self._rows(), id="page")
        yield KeyBar()

    def on_mount(self) -> None:
        """Start on the local cloud."""
        dialog = self.query_one("#dialog", Vertical)
        dialog.border_title = as_title(f"Where should {self._project} run?")
        choices = self.query_one(ChoiceList)
        choices.focus()
        for index, row in enumerate(choices.rows):
            if row.key and target_of(row.key).label == self._now:
                choices.cursor = index

    def _rows(self) -> list[Row]:
        rows = [
            Row((("Local cloud", STRONG),), key="local"),
            Row((("  On this machine: no account, no cost, nothing to install.", MUTED),)),
            Row(()),
            Row((("AWS", STRONG), ("  default credentials", TEXT)), key="aws:"),
            *(
                Row((("AWS", STRONG), ("  profile ", TEXT), (name, ACCENT)), key=f"aws:{name}")
                for name in self._profiles
                if name != "default"
            ),
            Row((("  Your account: real resources, which may cost money.", MUTED),)),
            Row(()),
            Row((("Saved for this project; --local and --profile override it.", MUTED),)),
        ]
        if not self._now:
            return rows
        words = "Another choice stops what runs here; what is deployed stays."
        marked = [
            replace(row, spans=(*row.spans, ("  current", MUTED)))
            if row.key and target_of(row.key).label == self._now
            else row
            for row in rows
        ]
        return [*marked, Row(((words, MUTED),))]

    @on(RowList.Opened)
    def _row_opened(self, event: RowList.Opened) -> None:
        """A click chooses."""
        self._take(event.row.key)

    def action_choose(self) -> None:
        """Take the marked target."""
        row = self.query_one(ChoiceList).current
        if row is not None and row.key:
            self._take(row.key)

    def action_back(self) -> None:
        """Leave without a choice: nothing is started, nothing is ended."""
        self.dismiss(None)

    def _take(self, key: str) -> None:
        self.dismiss(target_of(key))


def target_of(key: str) -> Target:
    """The target that a row's key stands for: ``local``, ``aws:`` or ``aws:PROFILE``."""
    kind, _, profile = key.partition(":")
    return LocalTarget("") if kind == "local" else AwsTarget(profile=profile or None)
