"""Brings functions' lines to the screen: those that come, in frames, and those of before."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from screens.frames import Frames, taken
from workbench.function_logs.log_book import LIMIT
from workbench.function_logs.log_feed import FollowedLog, FunctionLine, LogFeed
from workbench.function_logs.older import older_lines
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.open_functions import OpenedFunctions, ask, problem_of

_HOUR: Final = 3_600_000
_BEFORE: Final = 15 * 60_000
"""Milliseconds before the pane is opened whose lines are shown, too."""


class LogSource:
    """``show`` takes the lines of one frame, ``say`` why the logs are not read now, "" if they are.

    Both are called on the screen's loop.
    """

    def __init__(
        self, show: Callable[[tuple[FunctionLine, ...]], None], say: Callable[[str], None]
    ) -> None:
        self._show = show
        self._say = say
        self._feed: LogFeed | None = None
        self._opened: OpenedFunctions | None = None
        self._followed: Sequence[FollowedLog] = ()
        self._arrived: deque[FunctionLine] = deque(maxlen=LIMIT)
        self._problem, self._told, self._polls = "", "", ""
        self._frames = Frames(self._drain)
        self.since = int(time.time() * 1000) - _BEFORE
        """The time of the oldest lines, in milliseconds since the epoch."""

    def open(self) -> None:
        """Begin to deliver; call on the screen's loop."""
        self._frames.open()

    def close(self) -> None:
        """Read no more."""
        self._frames.close()
        if self._feed is not None:
            self._feed.close()

    def follow(self, opened: OpenedFunctions, functions: Sequence[BackendFunction]) -> None:
        """Follow the logs of these functions, and of no others."""
        self._opened = opened
        if self._feed is None:
            self._feed = LogFeed(
                opened.clients.logs,
                self._lines_came,
                self._problem_came,
                start=self.since,
                is_local=opened.clients.is_local,
                on_polling=self._polling,
                live=lambda: opened.clients.impatient("logs", 1),
            )
        self._followed = [
            FollowedLog(each.name, each.log_group, each.log_group_arn) for each in functions
        ]
        self._feed.follow(self._followed)

    async def older(self) -> tuple[FunctionLine, ...]:
        """The lines of the hour before the oldest; raises FunctionsProblem."""
        opened, followed, end = self._opened, self._followed, self.since
        if opened is None:
            return ()
        self._say("reading …")
        try:
            found = await asyncio.to_thread(
                ask, lambda: older_lines(opened.clients.logs, followed, end - _HOUR, end),
                "CloudWatch",
            )  # fmt: skip
        finally:
            self._say(self._told)
        self.since = end - _HOUR
        return found

    # -- in the feed's threads --------------------------------------------------------------------

    def _lines_came(self, lines: Sequence[FunctionLine]) -> None:
        self._arrived.extend(lines)
        self._frames.wake()

    def _problem_came(self, error: Exception | None) -> None:
        self._problem = (
            self._polls
            if error is None
            else f"not read now: {problem_of(error, 'CloudWatch').what}"
        )
        self._frames.wake()

    def _polling(self, error: Exception) -> None:
        self._polls = f"lines come some seconds late: {problem_of(error, 'Live Tail').what}"
        self._problem = self._problem or self._polls
        self._frames.wake()

    # -- on the screen's loop ---------------------------------------------------------------------

    def _drain(self) -> None:
        if self._arrived:
            self._show(tuple(taken(self._arrived)))
        if self._problem != self._told:
            self._told = self._problem
            self._say(self._told)
