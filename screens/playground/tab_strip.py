"""The playground's tabs in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from screens.playground.tab_state import TabState


@dataclass(frozen=True, slots=True)
class _TabName:
    id: int
    title: str


def _name(tab: TabState) -> _TabName:
    mark = ("! " if tab.broken else "") + ("◉ " if tab.is_live else "")
    return _TabName(tab.id, f" {mark}{tab.title} ")


class TabStrip(Widget):
    """The names of the tabs; the one in front is highlighted and always visible."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"tab--shown", "tab--hidden"}

    class Chosen(Message):
        """A click on a tab."""

        def __init__(self, tab: int) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self) -> None:
        super().__init__(id="tab-strip")
        self._names: Sequence[_TabName] = ()
        self._shown = 0
        self._aside: tuple[str, str] = ("", "")
        self._places: list[tuple[int, int, int]] = []

    def show_tabs(
        self, tabs: Sequence[TabState], in_front: TabState, aside: str, more: str
    ) -> None:
        """Show these tabs, a remark at the right end, and more of it if there is room."""
        names = [_name(each) for each in tabs]
        if (names, in_front.id, (aside, more)) != (self._names, self._shown, self._aside):
            self._names, self._shown, self._aside = names, in_front.id, (aside, more)
            self.refresh()

    def _remark(self, width: int, names: int) -> str:
        """The remark in at most half the width, unless the names leave more room."""
        aside, more = self._aside
        room = max(width // 2, width - names)
        for words in (aside + more, aside):
            if cell_len(words) <= room:
                return words
        return set_cell_size(aside, max(0, room - 2)) + "… "

    def render_line(self, y: int) -> Strip:
        """The names, the remark behind them."""
        base = self.rich_style
        width = self.size.width
        texts = [each.title for each in self._names]
        shown = next((at for at, each in enumerate(self._names) if each.id == self._shown), 0)
        aside = self._remark(width, sum(cell_len(text) + 1 for text in texts))
        room = width - cell_len(aside) - 1
        first = 0
        while first < shown and sum(cell_len(text) + 1 for text in texts[first : shown + 1]) > room:
            first += 1
        segments: list[Segment] = []
        used = 0
        self._places = []
        if first:
            segments.append(Segment("‹", base))
            used = 1
        for at in range(first, len(texts)):
            if used + cell_len(texts[at]) > room:
                if at != shown:
                    if used < room:
                        segments.append(Segment("›", base))
                        used += 1
                    break
                texts[at] = set_cell_size(texts[at], max(0, room - used))
            kind = "shown" if at == shown else "hidden"
            segments.append(Segment(texts[at], self.get_component_rich_style(f"tab--{kind}")))
            segments.append(Segment(" ", base))
            self._places.append((used, used + cell_len(texts[at]), self._names[at].id))
            used += cell_len(texts[at]) + 1
        gap = max(0, width - used - cell_len(aside))
        segments.append(Segment(" " * gap, base))
        segments.append(Segment(aside, self.get_component_rich_style("tab--hidden")))
        return Strip(segments).adjust_cell_length(width, base)

    def on_click(self, event: events.Click) -> None:
        """Choose the clicked tab."""
        for start, end, tab in self._places:
            if start <= event.x < end:
                self.post_message(self.Chosen(tab))
