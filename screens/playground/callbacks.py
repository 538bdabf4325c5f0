"""The callbacks that the playground's screen hands to its parts: methods of Textual's."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from textual.message import Message

Post = Callable[[Message], object]
"""Sends a message to the screen, as ``Screen.post_message`` does; dropped when it is closing."""


class Cancellable(Protocol):
    """Work that has been started: one of Textual's workers."""

    def cancel(self) -> object:
        """Stop it."""


class StartWorker(Protocol):
    """Starts work that ends with the screen, as ``Screen.run_worker`` does."""

    def __call__(
        self, work: Coroutine[Any, Any, None], *, group: str, exclusive: bool = False
    ) -> Cancellable:
        """``exclusive``: work of the same group that is still running is cancelled."""
