"""``amplify-tui functions``: a backend's functions, for scripts."""

from __future__ import annotations

from typing import Final

from workbench.cli.parser import Parser, add_actions

NAME: Final = "functions"
ABOUT: Final = "list the backend's functions, read what they log, invoke and debug them"


def register(parser: Parser) -> None:
    """Add the sub-commands."""
    from workbench.cli.commands.functions import (
        debug,
        events,
        invoke,
        listing,
        logs,
        run,
        show,
        sources,
    )

    actions = add_actions(parser)
    for part in (listing, show, sources, logs, invoke, run, events, debug):
        part.register(actions)
