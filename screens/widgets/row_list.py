"""A line view over ready-made rows, each with the key of what it shows; `/` filters them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from screens.widgets.keys import key
from screens.widgets.line_view import LineView
from screens.widgets.text_styles import ACCENT, MUTED, STRONG, Spans, plain


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
    """Rows given as data; the cursor stays on the same key when they change.

    The filter's text is typed into the list itself, on its last line: no list needs room for it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        key("list.filter", "slash", "filter", "Filter", "Filter the rows by a text", show=False),
        key("list.unfilter", "escape", "end_filter", "All rows", "Show all rows again"),
        key("list.copy", "y", "copy", "Copy", "Copy the row's value (OSC 52)"),
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
        filters: bool = True,
    ) -> None:
        """``keys_by_row``: which keys work depends on the row, so the footer follows the cursor.

        ``filters`` is False where the key for filtering belongs to the screen.
        """
        super().__init__(id=id, classes=classes)
        self._keys_by_row = keys_by_row
        self._filters = filters
        self._rows: Sequence[Row] = rows
        self._source: Sequence[Row] = rows
        self._empty = empty
        self.filter = ""
        self.takes_text = False
        """Whether keys go to the filter now."""

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
        """Show other rows, as far as they match the filter; the cursor follows its key."""
        self._source = rows
        rows = self.filtered(rows)
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
        if self.filter:
            return (((f"Nothing here has “{self.filter}”.", MUTED),),)
        return self._empty

    # -- the filter -------------------------------------------------------------------------------

    def filtered(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows that have every word of the filter."""
        return rows if not self.filter else [row for row in rows if self.fits(row)]

    def fits(self, row: Row) -> bool:
        """Whether a row has every word of the filter, in what it shows or what is copied of it."""
        text = f"{plain(row.spans)} {row.copy}".casefold()
        return all(word in text for word in self.filter.casefold().split())

    def filter_changed(self) -> None:
        """Fill in the rows again."""
        self.show_rows(self._source)

    def last_line(self) -> Spans | None:
        """The filter, while there is one."""
        if not self.filter and not self.takes_text:
            return None
        cursor = "▏" if self.takes_text else ""
        keys = "Enter keeps it, Esc ends it" if self.takes_text else "Esc shows all"
        return (("/", ACCENT), (f"{self.filter}{cursor}", STRONG), (f"   {keys}", MUTED))

    def action_filter(self) -> None:
        """Type a filter, or more of it."""
        self._set_filter(self.filter, typing=True)

    def action_end_filter(self) -> None:
        """Show all rows again; the cursor stays on its row."""
        self._set_filter("", typing=False)

    def _set_filter(self, text: str, *, typing: bool) -> None:
        self.filter, self.takes_text = text, typing
        self.filter_changed()
        self.show_row(self.cursor)
        self.screen.refresh_bindings()

    def on_key(self, event: events.Key) -> None:
        """While a filter is typed, letters go to it and are no commands; arrows still move."""
        if not self.takes_text:
            return
        if event.key == "enter":
            self._set_filter(self.filter, typing=False)
        elif event.key == "escape":
            self.action_end_filter()
        elif event.key == "backspace":
            self._set_filter(self.filter[:-1], typing=bool(self.filter))
        elif event.key == "ctrl+u":
            self._set_filter("", typing=True)
        elif event.is_printable and event.character:
            self._set_filter(self.filter + event.character, typing=True)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted while a filter is typed is part of it."""
        if self.takes_text:
            self._set_filter(self.filter + event.text, typing=True)

    def on_blur(self) -> None:
        """What is typed elsewhere is not for the filter."""
        super().on_blur()
        if self.takes_text:
            self._set_filter(self.filter, typing=False)

    # -- keys -------------------------------------------------------------------------------------

    def copied_text(self) -> str:
        """The row's own value, else its text."""
        row = self.current
        return "" if row is None else row.copy or plain(row.spans).strip()

    def row_opened(self, index: int) -> None:
        """Post that the row was opened."""
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
        """Copy only if there is a row."""
        if action == "copy":
            return bool(self._rows)
        if action == "filter":
            return self._filters and bool(self._source)
        if action == "end_filter":
            return bool(self.filter)
        return super().check_action(action, parameters)
