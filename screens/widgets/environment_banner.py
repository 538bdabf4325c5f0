"""Banner shown while the workbench is switched to another environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from screens.ports import UsesShell

if TYPE_CHECKING:
    from workbench.branches.selected_environment import SelectedEnvironment


class EnvironmentBanner(UsesShell, Static):
    """Hidden in the user's own sandbox; red for production."""

    def __init__(self) -> None:
        super().__init__("", classes="environment-banner", markup=False)
        self.display = False

    def on_mount(self) -> None:
        """Show which environment is selected."""
        self.show(self.shell.environment)

    def show(self, environment: SelectedEnvironment | None) -> None:
        """Name the environment; None hides the banner."""
        self.display = environment is not None
        if environment is None:
            return
        self.set_class(environment.is_production, "-production")
        kind = "PRODUCTION " if environment.is_production else ""
        self.update(f" ▲ {kind}{environment.name}: API, users and resources · 0: your sandbox")
