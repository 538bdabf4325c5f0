"""A scrolling view of many single-line rows with a cursor, painted line by line.

Only the rows on screen are rendered (Textual's Line API), so a hundred thousand rows cost no more
than fifty: a frame of 200×50 cells takes about 3 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from screens.widgets.keys import key
from screens.widgets.text_styles import TEXT, Spans, plain
from screens.widgets.tones import Toned
from workbench.terminal_text import safe_line


class LineView(Toned, ScrollView, can_focus=True, inherit_bindings=False):
    """Rows addressed by index; a subclass says how many there are and what each one shows."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"line--cursor"}
    ALLOW_SELECT = False
    ALLOW_MAXIMIZE = True

    BINDINGS: ClassVar[list[BindingType]] = [
        key("list.down", "down,j", "move(1)", "Next row", "Go down one row", show=False),
        key("list.up", "up,k", "move(-1)", "Previous row", "Go up one row", show=False),
        key(
            "list.page_down",
            "pagedown,ctrl+d",
            "page(1)",
            "Page down",
            "Go down one page",
            show=False,
        ),
        key("list.page_up", "pageup,ctrl+u", "page(-1)", "Page up", "Go up one page", show=False),
        key("list.first", "home,g", "first", "First row", "Go to the first row", show=False),
        key("list.last", "end,G", "last", "Last row", "Go to the last row", show=False),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)

    # -- what a subclass provides -----------------------------------------------------------------

    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def row_spans(self, index: int) -> Spans:
        """What the row shows."""
        raise NotImplementedError

    def empty_rows(self) -> tuple[Spans, ...]:
        """What stands in the empty view: a hint that teaches the next step."""
        return ()

    def last_line(self) -> Spans | None:
        """What stands in the view's last line instead of a row; None for nothing."""
        return None

    def shows_cursor(self) -> bool:
        """Whether the cursor row is marked now."""
        return self.has_focus and self.row_count() > 0

    # -- state ------------------------------------------------------------------------------------

    def rows_changed(self) -> None:
        """Measure again and repaint; call after the rows changed."""
        count = self.row_count()
        size = Size(0, count + (self.last_line() is not None))
        if self.show_vertical_scrollbar and size.height > self.container_size.height > 0:
            # Only the scrollbar moves: a layout of the whole screen takes 25 ms of each frame.
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        else:
            self.virtual_size = size
        if count == 0:
            self.set_reactive(LineView.cursor, 0)
        elif self.cursor >= count:
            self.set_reactive(LineView.cursor, count - 1)
        self.refresh()

    def validate_cursor(self, value: int) -> int:
        """Keep the cursor inside the rows."""
        return max(0, min(value, self.row_count() - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        """Bring the cursor into view and repaint."""
        if old != new and self.is_attached:
            self.show_row(new)
            self.refresh()

    def show_row(self, index: int) -> None:
        """Scroll as little as needed to show the row."""
        height = max(1, self.size.height - (self.last_line() is not None))
        top = self.scroll_offset.y
        if index < top:
            self.scroll_to(y=index, animate=False, immediate=True, force=True)
        elif index >= top + height:
            self.scroll_to(y=index - height + 1, animate=False, immediate=True, force=True)

    def on_focus(self) -> None:
        """The cursor row is marked only in the focused view."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor row is marked only in the focused view."""
        self.refresh()

    def watch_show_vertical_scrollbar(self) -> None:
        """The scrollbar takes a column, or gives it back; no resize tells of that."""
        self.call_later(self.text_width_changed)

    def text_width_changed(self) -> None:
        """Wrap the rows again, in a view that wraps them."""

    @property
    def text_width(self) -> int:
        """The cells for text: what border, padding and scrollbar leave."""
        return self.scrollable_content_region.width

    # -- keys and mouse ---------------------------------------------------------------------------

    def action_move(self, rows: int) -> None:
        """Move the cursor by some rows."""
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        """Move the cursor by some pages."""
        self.cursor += pages * max(1, self.size.height - 1)

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self.cursor = 0

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self.cursor = self.row_count() - 1

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the clicked row."""
        offset = event.get_content_offset(self)
        if offset is None or not self.row_count():
            return
        index = self.scroll_offset.y + offset.y
        if index < self.row_count():
            self.cursor = index
            if event.chain == 2:
                self.row_opened(index)

    def row_opened(self, index: int) -> None:
        """A double click (in some subclasses Enter) on a row; does nothing by default."""

    # -- painting ---------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Paint one line of the visible part."""
        width = self.text_width
        index = self.scroll_offset.y + y
        base = self.rich_style
        if y == self.size.height - 1 and (last := self.last_line()) is not None:
            return paint(last, width, base, self.tone_style)
        if not self.row_count():
            empty = self.empty_rows()
            spans: Spans = empty[y] if y < len(empty) else ()
        elif index < self.row_count():
            spans = self.row_spans(index)
        else:
            spans = ()
        at_cursor = index == self.cursor and self.shows_cursor()
        if at_cursor:
            base += self.get_component_rich_style("line--cursor", partial=True)
        return paint(spans, width, base, self.tone_style, reverse_safe=at_cursor)

    def copied_text(self) -> str:
        """What the copy key takes: the cursor row's text."""
        if not self.row_count():
            return ""
        return plain(self.row_spans(self.cursor)).strip()


def paint(
    spans: Spans,
    width: int,
    base: Style,
    style_of: Callable[[str], Style],
    *,
    reverse_safe: bool = False,
) -> Strip:
    """One line of exactly ``width`` cells; what does not fit ends in an ellipsis.

    ``reverse_safe`` keeps the cursor row's own colours readable where a theme marks it in reverse.
    """
    segments: list[Segment] = []
    used = 0
    for original, tone in spans:
        text = safe_line(original)
        if not text:
            continue
        style = base if tone == TEXT or (reverse_safe and base.reverse) else base + style_of(tone)
        cells = len(text) if text.isascii() else cell_len(text)
        if used + cells > width:
            segments.append(Segment(_cut(text, width - used), style))
            used = width
            break
        segments.append(Segment(text, style))
        used += cells
    if used < width:
        segments.append(Segment(" " * (width - used), base))
    return Strip(segments, width)


def _cut(text: str, cells: int) -> str:
    """The text's beginning in exactly ``cells`` cells, with an ellipsis at its end."""
    if cells <= 0:
        return ""
    kept = text[: cells - 1] if text.isascii() else _cut_wide(text, cells - 1)
    return kept + "…" + " " * (cells - 1 - cell_len(kept))


def _cut_wide(text: str, cells: int) -> str:
    used = 0
    for position, character in enumerate(text):
        used += cell_len(character)
        if used > cells:
            return text[:position]
    return text
