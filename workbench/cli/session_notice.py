"""Says in time, while a command watches, that the AWS session ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from workbench.model.clock import clock
from workbench.model.events import SignedIn
from workbench.printed_commands import amplify_tui


class SessionNotice:
    """One sleeping thread until then, and none where a session has no end to tell."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self._timer: threading.Timer | None = None

    def follow(self, who: SignedIn) -> None:
        """Wait for the end of this session from now on."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        at = who.ends_soon_at
        if who.until is None or at is None:
            return
        words = (
            f"The AWS session of {who.profile} ends at {clock(who.until)}. "
            f"Sign in again: `{amplify_tui('login')}`"
        )
        self._timer = threading.Timer(max(0.0, at - time.time()), self._say, (words,))
        self._timer.daemon = True
        self._timer.start()
