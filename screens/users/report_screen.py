"""Report of an action on many users: who failed and why, with another try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from screens.users.actions import UserAction
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import FAIL, MUTED, STRONG, TEXT
from screens.widgets.titles import as_title
from workbench.users.bulk import BulkFailure
from workbench.wording import plural


class ReportScreen(ModalScreen[tuple[str, ...]]):
    """Dismissed with the usernames to retry; none when it is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("report.again", "a", "again", "Retry all", "Retry with all of them"),
        key("report.one", "enter", "one", "Retry", "Retry with this user"),
        key("report.close", "escape", "close", "Close", "Leave it as it is"),
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
        """A row for each user that failed; equal reasons are shown once."""
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
        """Retry with all of them."""
        self.dismiss(tuple(each.username for each in self._failed))

    def action_one(self) -> None:
        """Retry with the one under the cursor."""
        row = self.query_one(RowList).current
        if row is not None:
            self.dismiss((row.key,))

    def action_close(self) -> None:
        """Leave it."""
        self.dismiss(())


def report_title(action: UserAction, done: int, failed: int, skipped: int = 0) -> str:
    """``Created 498 of 500 users, 2 failed``."""
    total = done + failed + skipped
    stopped = f", {skipped:,} not started" if skipped else ""
    whom = f"{done:,} of {plural(total, 'user')}"
    return f"{action.words(whom)}, {failed:,} failed{stopped}"
