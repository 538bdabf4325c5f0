"""Tells in time that an AWS session ends: one timer, and none where the user need not know."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.timer import Timer
from textual.widget import Widget

from screens.ports import shell_of
from workbench.model.clock import clock
from workbench.model.events import SignedIn


class SessionEnd:
    """The notice for the session of who is signed in; ``told`` is called beside it."""

    def __init__(self, owner: Widget, told: Callable[[], object]) -> None:
        self._owner = owner
        self._told = told
        self._at: float | None = None
        self._timer: Timer | None = None

    def follow(self, who: SignedIn | None, now: float) -> None:
        """Wait for the end of this session from now on."""
        at = who.ends_soon_at if who is not None else None
        if at == self._at:
            return
        if self._timer is not None:
            self._timer.stop()
        self._at, self._timer = at, None
        if who is None or at is None:
            return
        if at > now:
            tell = partial(self._tell, who)
            self._timer = self._owner.set_timer(at - now, tell, name="session-end")
        else:
            self._tell(who)

    def _tell(self, who: SignedIn) -> None:
        assert who.until is not None
        words = f"The AWS session of {who.profile} ends at {clock(who.until)}."
        again = "Ctrl+L signs in again."
        shell_of(self._owner).say(f"{words} {again}", "warning")
        self._told()
