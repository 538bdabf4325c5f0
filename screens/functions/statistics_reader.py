"""Reads the functions' numbers again when an invocation has ended, not by a clock.

On AWS, whose metrics come a minute late, they are read each minute while the pane is in front.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic
from typing import Final

from textual.screen import Screen
from textual.timer import Timer

from workbench.function_logs.log_feed import FunctionLine
from workbench.function_logs.records import RecordKind
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.open_functions import OpenedFunctions
from workbench.functions.statistics import Statistics, statistics
from workbench.model.user_problem import UserProblem

_SECONDS: Final = 2.0
"""Between two reads, however many invocations end."""
_AWS_SECONDS: Final = 60.0


class StatisticsReader:
    """Belongs to a screen; ``show`` gets the numbers, or why there are none."""

    def __init__(
        self,
        screen: Screen[None],
        show: Callable[[Mapping[str, Statistics], str], None],
    ) -> None:
        self._screen = screen
        self._show = show
        self._opened: OpenedFunctions | None = None
        self._functions: Sequence[BackendFunction] = ()
        self._timer: Timer | None = None
        self._last = 0.0
        self._is_denied = False
        self._problem = ""

    def follow(self, opened: OpenedFunctions, functions: Sequence[BackendFunction]) -> None:
        """Read the numbers of these, now and whenever they change."""
        self._opened, self._functions, self._is_denied = opened, functions, False
        self.read()

    def take(self, lines: Iterable[FunctionLine]) -> None:
        """Look whether an invocation has ended."""
        if self._opened is not None and self._opened.clients.is_local:
            ended = (each.record.kind is RecordKind.REPORT for each in lines)
            if any(ended):
                self._read_in(self._last + _SECONDS - monotonic())

    def read(self) -> None:
        """Read now."""
        self._stop()
        if self._opened is not None and self._functions and not self._is_denied:
            self._last = monotonic()
            self._screen.run_worker(self._load(self._opened), group="statistics", exclusive=True)

    def pause(self) -> None:
        """The pane is not in front."""
        self._stop()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _read_in(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = self._screen.set_timer(max(0.05, seconds), self.read)

    async def _load(self, opened: OpenedFunctions) -> None:
        try:
            found = await asyncio.to_thread(statistics, opened, self._functions)
        except UserProblem as problem:
            # Said once: on AWS it would be the same each minute.
            self._is_denied = not opened.clients.is_local
            if problem.what != self._problem:
                self._problem = problem.what
                self._show({}, problem.what)
            return
        self._problem = ""
        self._show(found, "")
        if not opened.clients.is_local and self._screen.is_current:
            self._read_in(_AWS_SECONDS)
