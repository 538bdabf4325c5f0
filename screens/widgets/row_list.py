"""A line view over ready-made rows, each with what it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from screens.widgets.line_view import LineView
from screens.widgets.tones import Spans, plain


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``key`` is what it stands for ("" for a heading), ``copy`` what the copy key takes.

    ``indent`` is that of later lines where the row is wrapped; None: as the row's own text.
    """

    spans: Spans
    key: str = ""
    copy: str = ""
    indent: int | None = None


class RowList(LineView):
    """Rows given as data; the cursor stays on the same key when they change."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy", id="list.copy", tooltip="Copy the row's value (OSC 52)"),
    ]

    class Opened(Message):
        """Enter or a double click on a row with a key."""

        def __init__(self, view: RowList, row: Row) -> None:
            super().__init__()
            self.view = view
            self.row = row

        @property
        def control(self) -> RowList:
            """The list, for ``@on`` selectors."""
            return self.view

    class CopyAsked(Message):
        """The copy key on a row."""

        def __init__(self, text: str, what: str) -> None:
            super().__init__()
            self.text = text
            self.what = what

    def __init__(
        self,
        rows: Sequence[Row] = (),
        *,
        empty: tuple[Spans, ...] = (),
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
        keys_by_row: bool = False,
    ) -> None:
        """``keys_by_row``: which keys work depends on the row, so the footer follows the cursor."""
        super().__init__(id=id, classes=classes)
        self._keys_by_row = keys_by_row
        self._rows: Sequence[Row] = rows
        self._empty = empty

    def on_mount(self) -> None:
        """Measure the rows given at the start."""
        super().on_mount()  # type: ignore[no-untyped-call]
        self.rows_changed()

    def watch_cursor(self, old: int, new: int) -> None:
        """What the keys can do may depend on the row."""
        super().watch_cursor(old, new)
        if self._keys_by_row and old != new:
            self.screen.refresh_bindings()

    @property
    def rows(self) -> Sequence[Row]:
        """What is shown."""
        return self._rows

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if self._rows else None

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; the cursor follows its key."""
        old = self.current
        self._rows = rows
        if old is not None and old.key:
            for index, row in enumerate(rows):
                if row.key == old.key:
                    self.set_reactive(LineView.cursor, index)
                    break
        self.rows_changed()

    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def row_spans(self, index: int) -> Spans:
        """What the row shows."""
        return self._rows[index].spans

    def empty_rows(self) -> tuple[Spans, ...]:
        """The hint given at construction."""
        return self._empty

    def copied_text(self) -> str:
        """The row's own value, else its text."""
        row = self.current
        return "" if row is None else row.copy or plain(row.spans).strip()

    def row_opened(self, index: int) -> None:
        """Tell the screen."""
        row = self._rows[index]
        if row.key:
            self.post_message(self.Opened(self, row))

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self._rows:
            self.row_opened(self.cursor)

    def action_copy(self) -> None:
        """Copy the row under the cursor."""
        text = self.copied_text()
        if text:
            self.post_message(self.CopyAsked(text, text if len(text) <= 60 else f"{text[:57]}…"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Copy only where there is a row."""
        if action == "copy":
            return bool(self._rows)
        return super().check_action(action, parameters)
