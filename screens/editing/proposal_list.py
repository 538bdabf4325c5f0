"""The list of proposals below the cursor; the editor keeps the focus."""

from __future__ import annotations

from typing import Final

from textual.events import Click
from textual.geometry import Offset, Size
from textual.message import Message

from screens.widgets.line_view import LineView
from screens.widgets.text_styles import ACCENT, BUSY, MUTED, OK, STRONG, TEXT, WARN, Span, Spans
from workbench.playground.completion import Proposal, Proposed

MOST_ROWS: Final = 8
WIDTH: Final = 46
_MARKS: Final[dict[Proposed, Span]] = {
    Proposed.FIELD: ("f ", ACCENT),
    Proposed.ARGUMENT: ("a ", OK),
    Proposed.ENUM: ("e ", WARN),
    Proposed.VARIABLE: ("$ ", BUSY),
    Proposed.FRAGMENT: ("… ", ACCENT),
    Proposed.TYPE: ("T ", OK),
    Proposed.KEYWORD: ("k ", MUTED),
    Proposed.VALUE: ("v ", WARN),
    Proposed.DIRECTIVE: ("@ ", MUTED),
}


class ProposalList(LineView):
    """Shows proposals; hidden if there are none."""

    can_focus = False

    def __init__(self) -> None:
        super().__init__(id="proposals")
        self.proposals: tuple[Proposal, ...] = ()
        self.display = False

    class Clicked(Message):
        """A click on a proposal, which is ``chosen`` now."""

    def show_proposals(
        self, proposals: tuple[Proposal, ...], cursor: Offset, screen: Size, parent: Offset
    ) -> None:
        """Show them below the cursor, or above it if there is no room; all given by the screen."""
        self.proposals = proposals
        self.display = bool(proposals)
        if not proposals:
            return
        rows = min(MOST_ROWS, len(proposals))
        width = min(WIDTH, screen.width)
        self.styles.height = rows
        self.styles.width = width
        below = cursor.y + 1 + rows <= screen.height - 1
        y = cursor.y + 1 if below else max(0, cursor.y - rows)
        self.styles.offset = Offset(max(0, min(cursor.x, screen.width - width)), y) - parent
        self.set_reactive(LineView.cursor, 0)
        self.scroll_to(y=0, animate=False, immediate=True, force=True)
        self.rows_changed()

    def hide(self) -> None:
        """Show none."""
        self.proposals = ()
        self.display = False

    def on_click(self, event: Click) -> None:
        """Take the clicked proposal."""
        super().on_click(event)
        if self.proposals:
            self.post_message(self.Clicked())

    @property
    def chosen(self) -> Proposal | None:
        """The proposal under the mark."""
        return self.proposals[self.cursor] if self.proposals else None

    def row_count(self) -> int:
        """How many proposals there are."""
        return len(self.proposals)

    def row_spans(self, index: int) -> Spans:
        """One proposal: its kind, name, type and description."""
        each = self.proposals[index]
        notes = each.notes.partition("\n")[0]
        return (
            _MARKS[each.kind],
            (each.label, MUTED if each.deprecated else STRONG),
            (f"  {each.detail}", MUTED),
            (f"  {notes}" if notes else "", TEXT),
        )

    def shows_cursor(self) -> bool:
        """The mark is shown although the editor has the focus."""
        return True
