"""Calls into the app's event loop, from any thread and from signal handlers."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable


class AppLoop:
    """The event loop of the app, once it runs."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context = contextvars.Context()

    def open(self) -> asyncio.AbstractEventLoop:
        """Take the running loop; call it on the app's own thread."""
        self._loop = asyncio.get_running_loop()
        # A callback of another thread runs in that thread's context, where Textual's active app is
        # unknown: a timer begun there raises LookupError when it ends.
        self._context = contextvars.copy_context()
        return self._loop

    def call(self, callback: Callable[..., object], *arguments: object) -> bool:
        """Call it soon on the app's thread; False if the loop does not run."""
        if self._loop is None or self._loop.is_closed():
            return False
        self._loop.call_soon_threadsafe(callback, *arguments, context=self._context)
        return True
