"""``amplify-tui users``: the user pool's users and groups, for scripts."""

from __future__ import annotations

from typing import Final

from workbench.cli.parser import Parser, add_actions

NAME: Final = "users"
ABOUT: Final = "list, create and change the user pool's users"


def register(parser: Parser) -> None:
    """Add the sub-commands."""
    from workbench.cli.commands.users import (
        accounts,
        groups,
        keys_and_devices,
        pool_reports,
        sign_in,
        sign_up,
        transfer,
    )

    actions = add_actions(parser)
    for part in (accounts, groups, sign_in, sign_up, keys_and_devices, transfer, pool_reports):
        part.register(actions)
