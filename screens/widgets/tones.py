"""The theme's styles for the tones of text, for widgets that paint spans.

The app alone has the tones as component classes. Where every painting widget had them, Textual
worked out nine more styles for each one whenever a screen came up, a class changed or the focus
moved: a quarter of the time that opening a pane took.
"""

from __future__ import annotations

from rich.style import Style
from textual.widget import Widget


class Toned(Widget):
    """A widget that paints spans."""

    _tone_styles: dict[str, Style] | None = None

    def notify_style_update(self) -> None:
        """Ask for the tones again: the theme may be another one."""
        super().notify_style_update()
        self._tone_styles = None

    def tone_style(self, tone: str) -> Style:
        """The theme's style for a tone, without background."""
        if self._tone_styles is None:
            self._tone_styles = {}
        if tone not in self._tone_styles:
            found = self.app.get_component_styles(f"tone--{tone}")
            self._tone_styles[tone] = found.partial_rich_style
        return self._tone_styles[tone]
