"""The GraphQL playground: editors, results, streams, schema explorer, callers, history."""

from __future__ import annotations

import gc
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from screens.pane import PaneScreen


@cache
def load() -> type[PaneScreen]:
    """Import the pane's screen, once."""
    from screens.playground.screen import PlaygroundScreen

    # Typing causes full collections; each would look at all that was ever imported: 120 to 180 ms
    # of CPU within a key, 85 ms without. What is there now stays for good, so it can be left out.
    gc.freeze()
    return PlaygroundScreen
