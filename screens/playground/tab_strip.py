"""The playground's tabs in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget


@dataclass(frozen=True, slots=True)
class TabName:
    """A tab as its strip shows it; ``mark`` is a symbol for its state."""

    id: int
    title: str
    mark: str = ""


class TabStrip(Widget):
    """Names of tabs; the shown one stands out, and is always in sight."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tab--shown", "tab--hidden"}

    class Chosen(Message):
        """A click on a tab."""

        def __init__(self, tab: int) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self) -> None:
        super().__init__(id="tab-strip")
        self._names: Sequence[TabName] = ()
        self._shown = 0
        self._aside = ""
        self._places: list[tuple[int, int, int]] = []

    def show_tabs(self, names: Sequence[TabName], shown: int, aside: str) -> None:
        """Show these tabs, and a remark at the right end."""
        if (list(names), shown, aside) != (list(self._names), self._shown, self._aside):
            self._names, self._shown, self._aside = list(names), shown, aside
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The names, the remark behind them."""
        base = self.rich_style
        width = self.size.width
        texts = [f" {each.mark}{each.title} " for each in self._names]
        shown = next((at for at, each in enumerate(self._names) if each.id == self._shown), 0)
        room = width - cell_len(self._aside) - 1
        first = 0
        while first < shown and sum(cell_len(text) + 1 for text in texts[first : shown + 1]) > room:
            first += 1
        segments: list[Segment] = []
        used = 0
        self._places = []
        for at in range(first, len(texts)):
            if used + cell_len(texts[at]) > room:
                break
            kind = "shown" if at == shown else "hidden"
            segments.append(Segment(texts[at], self.get_component_rich_style(f"tab--{kind}")))
            segments.append(Segment(" ", base))
            self._places.append((used, used + cell_len(texts[at]), self._names[at].id))
            used += cell_len(texts[at]) + 1
        gap = max(0, width - used - cell_len(self._aside))
        segments.append(Segment(" " * gap, base))
        segments.append(Segment(self._aside, self.get_component_rich_style("tab--hidden")))
        return Strip(segments).adjust_cell_length(width, base)

    def on_click(self, event: events.Click) -> None:
        """Choose the clicked tab."""
        for start, end, tab in self._places:
            if start <= event.x < end:
                self.post_message(self.Chosen(tab))
