"""The branches pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from screens.pane import PaneScreen


def load() -> type[PaneScreen]:
    """Import the pane's screen."""
    from screens.branches.screen import BranchesScreen

    return BranchesScreen
