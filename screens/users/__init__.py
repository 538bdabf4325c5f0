"""The users pane: a user pool's users, searched, looked at and changed by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from screens.pane import PaneScreen


def load() -> type[PaneScreen]:
    """Import the pane's screen."""
    from screens.users.screen import UsersScreen

    return UsersScreen
