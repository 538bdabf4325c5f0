"""How a conversation of several dialogs shows each of them and gets its result."""

from __future__ import annotations

from typing import Protocol, TypeVar

from textual.screen import Screen

T = TypeVar("T")


class Ask(Protocol):
    """Shows a dialog and waits for its result; ``App.push_screen_wait`` is one."""

    async def __call__(self, screen: Screen[T], /) -> T:
        """Show the dialog; its result when it is dismissed."""
