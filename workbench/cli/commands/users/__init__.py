"""``amplify-tui users``: the user pool's users and groups, for scripts."""

from __future__ import annotations

from workbench.cli.commands.users import accounts, groups, pool_reports, sign_in, transfer
from workbench.cli.parser import Commands, add_actions, add_command


def register(commands: Commands) -> None:
    """Add the command with its sub-commands."""
    about = "list, make and change the user pool's users"
    actions = add_actions(add_command(commands, "users", about))
    for part in (accounts, groups, sign_in, transfer, pool_reports):
        part.register(actions)
