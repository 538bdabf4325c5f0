"""The line that says, on every screen, that one works in another environment than one's sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

if TYPE_CHECKING:
    from screens.app import WorkbenchApp
    from workbench.branches.selected_environment import Workplace


class EnvironmentBanner(Static):
    """Hidden in one's own sandbox; red for production."""

    app: WorkbenchApp

    def __init__(self) -> None:
        super().__init__("", classes="environment-banner", markup=False)
        self.display = False

    def on_mount(self) -> None:
        """Follow the app's choice."""
        self.watch(self.app, "place", self._show)

    def _show(self, place: Workplace | None) -> None:
        self.display = place is not None
        if place is None:
            return
        self.set_class(place.is_production, "-production")
        kind = "PRODUCTION " if place.is_production else ""
        self.update(f" ▲ {kind}{place.name}: API, users and resources · 0: your sandbox")
