"""The list of proposals below the cursor; the editor keeps the focus."""

from __future__ import annotations

from typing import Final

from screens.widgets.line_view import LineView
from screens.widgets.tones import ACCENT, BUSY, MUTED, OK, STRONG, TEXT, WARN, Span, Spans
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
    """Shows proposals; hidden where there are none."""

    can_focus = False

    def __init__(self) -> None:
        super().__init__(id="proposals")
        self.proposals: tuple[Proposal, ...] = ()
        self.display = False

    def show_proposals(self, proposals: tuple[Proposal, ...], x: int, y: int, room: int) -> None:
        """Show them at a place of the screen, above the line where ``room`` rows do not do."""
        self.proposals = proposals
        self.display = bool(proposals)
        if not proposals:
            return
        rows = min(MOST_ROWS, len(proposals))
        self.styles.height = rows
        self.styles.width = WIDTH
        above = room < rows
        self.styles.offset = (max(0, x), max(0, y - rows if above else y + 1))
        self.cursor = 0
        self.rows_changed()

    @property
    def chosen(self) -> Proposal | None:
        """The marked proposal."""
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
        """The marked one stands out though the editor has the focus."""
        return True
