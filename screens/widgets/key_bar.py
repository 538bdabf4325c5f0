"""The last line: the keys that work now, as many as fit; help and commands always at its end."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.screen import Screen
from textual.strip import Strip

from screens.widgets.line_view import paint
from screens.widgets.text_styles import ACCENT, MUTED, TEXT, Span
from screens.widgets.tones import Toned

_ALWAYS = ("app.help", "app.palette")


class KeyBar(Toned):
    """Paints the active bindings in one line; a click on one presses its key."""

    def __init__(self) -> None:
        super().__init__(id="key-bar")
        self._items: list[tuple[str, str, str]] = []
        self._last_count = 0
        self._places: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_updated)
        self.call_after_refresh(self._bindings_updated, self.screen)

    def _bindings_updated(self, screen: Screen[object]) -> None:
        """Collect what can be pressed now; repaint only where it differs."""
        if screen is not self.screen or not self.is_attached:
            return
        items: list[tuple[str, str, str]] = []
        seen: set[str] = set()
        last: list[tuple[str, str, str]] = []
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.action in seen or not active.enabled:
                continue
            if binding.id in _ALWAYS:
                seen.add(binding.action)
                shown = self.app.get_key_display(binding)
                last.append((shown, binding.description, binding.key))
            elif binding.show and binding.description:
                seen.add(binding.action)
                shown = self.app.get_key_display(binding)
                items.append((shown, binding.description, binding.key))
        items.extend(last)
        if items != self._items:
            self._items = items
            self._last_count = len(last)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line of keys."""
        width = self.size.width
        fixed = self._items[len(self._items) - self._last_count :]
        room = width - sum(_cells(item) for item in fixed) - 1
        chosen: list[tuple[str, str, str]] = []
        for item in self._items[: len(self._items) - self._last_count]:
            room -= _cells(item)
            if room < 0:
                break
            chosen.append(item)
        spans: list[Span] = [(" ", TEXT)]
        used = 1
        self._places = []
        for shown, words, key in (*chosen, *fixed):
            cells = _cells((shown, words, key))
            self._places.append((used, used + cells, key))
            spans.extend(((shown, ACCENT), (f" {words}  ", MUTED)))
            used += cells
        return paint(tuple(spans), width, self.rich_style, self.tone_style)

    def on_click(self, event: events.Click) -> None:
        """Press the clicked key."""
        for start, end, key in self._places:
            if start <= event.x < end:
                self.app.simulate_key(key)
                return


def _cells(item: tuple[str, str, str]) -> int:
    return cell_len(item[0]) + cell_len(item[1]) + 3
