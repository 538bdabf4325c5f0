"""The GraphQL playground: editor, variables, results, streams, schema explorer, callers, history."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from screens.pane import PaneScreen


def load() -> type[PaneScreen]:
    """Import the pane's screen."""
    from screens.playground.screen import PlaygroundScreen

    return PlaygroundScreen
