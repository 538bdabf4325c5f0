"""The GraphQL playground: editor, variables, results, streams, schema explorer, callers, history."""

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

    # While typing, full collections come often; each would look at all that was ever imported, which
    # took 100 ms of CPU within a key. What is there now stays for good, so it need not be looked at.
    gc.freeze()
    return PlaygroundScreen
