"""The strip that names the panes where only one fits on the screen."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

PANES = (
    ("deployment", "Deployment"),
    ("diff", "Diff"),
    ("resources", "Resources"),
    ("log", "Log"),
    ("history", "History"),
)
"""The panes in the order of their number keys."""


class PaneTabs(Widget):
    """One line of numbered pane names; the shown one stands out."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tab--shown", "tab--hidden"}

    shown: reactive[str] = reactive("deployment")

    class Chosen(Message):
        """A click on a name."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self) -> None:
        super().__init__(id="pane-tabs")
        self._places: list[tuple[int, int, str]] = []

    def render_line(self, y: int) -> Strip:
        """The names, the shown one marked."""
        base = self.rich_style
        segments = []
        used = 0
        self._places = []
        for number, (pane, title) in enumerate(PANES, 1):
            text = f" {number} {title} "
            kind = "shown" if pane == self.shown else "hidden"
            segments.append(Segment(text, self.get_component_rich_style(f"tab--{kind}")))
            segments.append(Segment(" ", base))
            self._places.append((used, used + cell_len(text), pane))
            used += cell_len(text) + 1
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def on_click(self, event: events.Click) -> None:
        """Choose the clicked pane."""
        for start, end, pane in self._places:
            if start <= event.x < end:
                self.post_message(self.Chosen(pane))
