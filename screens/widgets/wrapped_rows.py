"""Rows that wrap at words."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import Spans, plain
from screens.widgets.wrap import wrap_spans


class WrappedRows(RowList):
    """A row list whose rows wrap at words to the width."""

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 - Textual's own name
        classes: str | None = None,
        empty: tuple[Spans, ...] = (),
        filters: bool = True,
        keys_by_row: bool = False,
    ) -> None:
        super().__init__(
            id=id, classes=classes, empty=empty, filters=filters, keys_by_row=keys_by_row
        )
        self._unwrapped: Sequence[Row] = ()

    def show_wrapped(self, rows: Sequence[Row]) -> None:
        """Show rows, wrapped now and after each resize."""
        self._unwrapped = rows
        self._wrap()

    def filtered(self, rows: Sequence[Row]) -> Sequence[Row]:
        """All of them: the filter is asked before the rows are wrapped."""
        return rows

    def filter_changed(self) -> None:
        """Wrap the rows that fit now."""
        self._wrap()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap to the new width."""
        self._wrap()

    def text_width_changed(self) -> None:
        """Wrap to what the scrollbar leaves."""
        self._wrap()

    def _wrap(self) -> None:
        width = self.text_width
        self.show_rows(
            [
                Row(
                    spans,
                    key=f"{row.key}#{number}" if number else row.key,
                    copy=row.copy or plain(row.spans).strip(),
                )
                for row in self._unwrapped
                if not self.filter or self.fits(row)
                for number, spans in enumerate(self.wrapped(row, width) if width else [()])
            ]
        )

    def wrapped(self, row: Row, width: int) -> Sequence[Spans]:
        """A row's lines."""
        return wrap_spans(row.spans, width, row.indent)
