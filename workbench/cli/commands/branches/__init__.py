"""``amplify-tui branches``: Git branches as environments, for scripts."""

from __future__ import annotations

from workbench.cli.commands.branches import environments, jobs, promotion
from workbench.cli.parser import Commands, add_actions, add_command


def register(commands: Commands) -> None:
    """Add the command with its sub-commands."""
    about = "Git branches as environments: jobs, logs, promotion"
    actions = add_actions(add_command(commands, "branches", about))
    for part in (environments, jobs, promotion):
        part.register(actions)
