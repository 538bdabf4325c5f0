"""The question of the first run: deploy to the local cloud, or to an AWS account?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.markup import escape
from textual.screen import ModalScreen

from screens.widgets.key_bar import KeyBar
from screens.widgets.row_list import Row, RowList
from screens.widgets.tones import ACCENT, MUTED, STRONG, TEXT
from workbench.aws.target import AwsTarget, LocalTarget, Target


class TargetScreen(ModalScreen[Target | None]):
    """The choice is remembered for the project; ``--local`` and ``--profile`` decide anew."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Choose", id="target.choose", tooltip="Take the marked target"),
        Binding("q,escape", "quit_now", "Quit", id="target.quit", tooltip="Choose nothing now"),
    ]

    def __init__(self, project: str, profiles: Sequence[str]) -> None:
        super().__init__(id="target")
        self._project = project
        self._profiles = profiles

    def compose(self) -> ComposeResult:
        """One list."""
        with Vertical(id="dialog"):
            yield RowList(self._rows(), id="page")
        yield KeyBar()

    def on_mount(self) -> None:
        """Start on the local cloud."""
        dialog = self.query_one("#dialog", Vertical)
        dialog.border_title = escape(f"Where shall {self._project} run?")
        choices = self.query_one(RowList)
        choices.focus()

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
            Row((("Remembered for this project; --local and --profile choose anew.", MUTED),)),
        ]
        return rows

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """A double click chooses."""
        self._take(event.row.key)

    def action_choose(self) -> None:
        """Take the marked target."""
        row = self.query_one(RowList).current
        if row is not None and row.key:
            self._take(row.key)

    def action_quit_now(self) -> None:
        """Leave without a choice: nothing has been started."""
        self.app.exit()

    def _take(self, key: str) -> None:
        kind, _, profile = key.partition(":")
        self.dismiss(LocalTarget("") if kind == "local" else AwsTarget(profile=profile or None))
