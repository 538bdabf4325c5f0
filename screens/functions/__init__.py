"""The functions pane: a backend's functions, what they log, and their invocations."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from screens.pane import PaneScreen


def load() -> type[PaneScreen]:
    """Import the pane's screen."""
    from screens.functions.screen import FunctionsScreen

    return FunctionsScreen
