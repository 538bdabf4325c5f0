"""Dialog for an unexpected error: the error, and where the crash log is."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.row_list import Row
from screens.widgets.text_styles import FAIL, MUTED, STRONG, TEXT
from screens.widgets.titles import as_title
from screens.widgets.wrapped_rows import WrappedRows
from workbench.crash_log import said


class TroubleScreen(ModalScreen[None]):
    """The error in plain words; its text can be copied."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("trouble.close", "escape,enter,q", "close", "Close", "Close; the app continues"),
    ]

    def __init__(self, error: BaseException, log: Path | None) -> None:
        # No id: another may come while one is open.
        super().__init__(classes="rows")
        self._error = said(error)
        self._log = log

    def compose(self) -> ComposeResult:
        """The rows."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title("Something went wrong")
            yield WrappedRows(id="trouble-rows")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is known."""
        where = str(self._log) if self._log else "The crash log could not be written."
        whole = f"{self._error}\n{where}"
        rows = [
            Row((("✗ ", FAIL), (self._error, STRONG)), "error", whole, indent=2),
            Row(()),
            Row((("This is a bug in amplify-tui, not in your project.", TEXT),), "bug", whole),
            Row(
                (
                    ("Your last action may not have taken effect. The app continues; if it ", TEXT),
                    ("misbehaves, quit and restart it.", TEXT),
                ),
                "next",
                whole,
            ),
            Row(()),
            Row((("Details for a report, without secrets:", MUTED),), "log", where),
            Row(((where, TEXT),), "path", where),
        ]
        view = self.query_one(WrappedRows)
        view.show_wrapped(rows)
        view.focus()

    def action_close(self) -> None:
        """Close the dialog."""
        self.dismiss()
