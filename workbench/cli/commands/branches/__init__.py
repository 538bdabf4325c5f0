"""``amplify-tui branches``: Git branches as environments, for scripts."""

from __future__ import annotations

from typing import Final

from workbench.cli.parser import Parser, add_actions

NAME: Final = "branches"
ABOUT: Final = "Git branches as environments: jobs, logs, promotion"


def register(parser: Parser) -> None:
    """Add the sub-commands."""
    from workbench.cli.commands.branches import environments, jobs, promotion

    actions = add_actions(parser)
    for part in (environments, jobs, promotion):
        part.register(actions)
