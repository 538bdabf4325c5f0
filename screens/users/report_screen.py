"""What an action on many users came to: with how many it worked, with whom not, and what to do now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from screens.widgets.key_bar import KeyBar
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import FAIL, MUTED, STRONG, TEXT
from screens.widgets.titles import as_title
from workbench.users.bulk import BulkFailure
from workbench.wording import plural


class ReportScreen(ModalScreen[tuple[str, ...]]):
    """Dismissed with the usernames to try again with; none where it is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "again", "All again", id="report.again", tooltip="Try again with all of them"),
        Binding(
            "enter", "one", "This one again", id="report.one", tooltip="Try again with this one"
        ),
        Binding("escape", "close", "Close", id="report.close", tooltip="Leave it as it is"),
    ]

    def __init__(
        self, title: str, failed: Sequence[BulkFailure], labels: Mapping[str, str]
    ) -> None:
        """``title`` as :func:`report_title` words it; ``labels`` are names that a person knows."""
        super().__init__(id="report")
        self._title = title
        self._failed = failed
        self._labels = labels

    def compose(self) -> ComposeResult:
        """A row for each user with whom it did not work; equal reasons are told once."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(self._title)
            for why in dict.fromkeys(f"{each.why} {each.next_step}" for each in self._failed):
                yield Static(f"✗ {why}", classes="report-reason", markup=False)
            yield RowList(self._rows(), id="report-rows")
        yield KeyBar()

    def _rows(self) -> list[Row]:
        several = len({each.why for each in self._failed}) > 1
        return [
            Row(
                (
                    ("✗ ", FAIL),
                    (self._labels.get(each.username, each.username), STRONG),
                    (f"  {each.why}" if several else "", MUTED if several else TEXT),
                ),
                each.username,
                copy=f"{self._labels.get(each.username, each.username)}: {each.why}",
            )
            for each in self._failed
        ]

    def on_mount(self) -> None:
        """The first row is marked, and its keys are this dialog's."""
        self.query_one(RowList).focus()

    @on(RowList.Opened)
    def _opened(self, event: RowList.Opened) -> None:
        self.dismiss((event.row.key,))

    def action_again(self) -> None:
        """Try again with all of them."""
        self.dismiss(tuple(each.username for each in self._failed))

    def action_one(self) -> None:
        """Try again with the one under the cursor."""
        row = self.query_one(RowList).current
        if row is not None:
            self.dismiss((row.key,))

    def action_close(self) -> None:
        """Leave it."""
        self.dismiss(())


def report_title(words: str, done: int, failed: int, skipped: int = 0) -> str:
    """``Made 498 of 500 users, 2 not``."""
    total = done + failed + skipped
    stopped = f", {skipped:,} not begun" if skipped else ""
    return f"{words}: {done:,} of {plural(total, 'user')}, {failed:,} not{stopped}"
