"""Decides which screen a key is for: held while one opens, ignored if one came up by itself.

A terminal sends keys faster than a screen opens, and a user who types looks at the words and not at
what appears over them. So each key waits until the one before it has been dealt with, keys typed
while a screen opens wait for that screen, and a screen that nobody asked for takes no key until the
user has stopped typing, or presses Escape again and again: that is no text.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from time import monotonic

from textual import events

UNASKED_SECONDS = 0.7
"""For so long after it appeared, a screen that came up by itself takes no key."""
TYPING_PAUSE = 1.0
"""Nor does it while keys follow each other faster than this."""
ASKED_WITHIN = 0.5
"""A dialog that opens this soon after a command key is what that key asked for."""
OPENING_LIMIT = 10.0
"""An opening that never ends holds keys no longer than this."""
SETTLING_LIMIT = 1.0
"""Nor does a key that never settles: its widget may be gone by then."""

Input = events.Key | events.Paste


class InputGate:
    """Hands on keys and pastes one after the other.

    ``deliver`` gives one to the screen and returns whether to wait for ``settled``; ``ignored`` is
    called at the first of a series of ignored keys.
    """

    def __init__(
        self,
        deliver: Callable[[Input], Awaitable[bool]],
        ignored: Callable[[], None],
        *,
        unasked_seconds: float = UNASKED_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._deliver = deliver
        self._ignored = ignored
        self._unasked_seconds = unasked_seconds
        self._clock = clock
        self._waiting: deque[Input] = deque()
        self._opening: dict[Hashable, float] = {}
        self._settles_by: float | None = None
        self._pumping = False
        self._unasked_at: float | None = None
        self._has_told = False
        self._last_input = float("-inf")
        self._has_ignored_escape = False
        self._last_command = float("-inf")

    # -- what the app tells -----------------------------------------------------------------------

    def begin_opening(self, what: Hashable) -> None:
        """A screen opens: keys from now on are for it."""
        self._opening[what] = self._clock() + OPENING_LIMIT

    def end_opening(self, what: Hashable) -> None:
        """It is there, or will not come; ``pump`` goes on with what waited."""
        self._opening.pop(what, None)

    def appeared(self, *, by_itself: bool = False) -> None:
        """A dialog came up, or went, over what the user looks at; was that the last key's doing?"""
        now = self._clock()
        asked = not by_itself and now - self._last_command <= ASKED_WITHIN
        if not asked and self._unasked_seconds > 0:
            self._unasked_at = now
            self._has_told = False
            self._has_ignored_escape = False

    def commanded(self) -> None:
        """The key just delivered was a command, not text for a field."""
        self._last_command = self._clock()

    def settled(self) -> None:
        """The key delivered last has been dealt with."""
        self._settles_by = None

    # -- keys -------------------------------------------------------------------------------------

    def take(self, event: Input) -> None:
        """Queue one; ``pump`` hands it on."""
        self._waiting.append(event)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be handed on."""
        return not self._waiting and self._settles_by is None

    @property
    def wait_seconds(self) -> float | None:
        """Seconds until ``pump`` is due; None if nothing waits."""
        if not self._waiting:
            return None
        limits = [*self._opening.values()]
        if self._settles_by is not None:
            limits.append(self._settles_by)
        return max(0.01, min(limits) - self._clock()) if limits else 0.01

    async def pump(self) -> None:
        """Hand on what waits, as far as it may go now."""
        if self._pumping:
            return
        self._pumping = True
        try:
            while self._waiting and self._may_go():
                event = self._waiting.popleft()
                if self._is_hasty(event):
                    continue
                if await self._deliver(event):
                    self._settles_by = self._clock() + SETTLING_LIMIT
        finally:
            self._pumping = False

    def _may_go(self) -> bool:
        now = self._clock()
        self._opening = {what: until for what, until in self._opening.items() if until > now}
        if self._settles_by is not None and self._settles_by <= now:
            self._settles_by = None
        return not self._opening and self._settles_by is None

    def _is_hasty(self, event: Input) -> bool:
        """Whether it was typed at what was there before; reading takes longer than typing on."""
        before, self._last_input = self._last_input, event.time
        if self._unasked_at is None:
            return False
        is_escape = isinstance(event, events.Key) and event.key == "escape"
        if event.time - self._unasked_at >= self._unasked_seconds and (
            event.time - before >= TYPING_PAUSE or (is_escape and self._has_ignored_escape)
        ):
            self._unasked_at = None
            return False
        self._has_ignored_escape = is_escape
        if not self._has_told:
            self._has_told = True
            self._ignored()
        return True
