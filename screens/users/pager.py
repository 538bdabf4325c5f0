"""Reading the pool's users: the first ones, and more as they are looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from screens.users.user_list import CHUNK
from workbench.model.user_problem import UserProblem
from workbench.users.open_pool import OpenedPool
from workbench.users.pool_rules import PoolRules
from workbench.users.pool_schema import Schema
from workbench.users.search import nobody_found, parse_search
from workbench.users.user_pools import UserPoolProblem

if TYPE_CHECKING:
    from screens.users.table_screen import UserTableScreen


class Loading:
    """Opens the pool, and reads one chunk at a time in a thread."""

    def __init__(self, screen: UserTableScreen, open_pool: Callable[[], OpenedPool]) -> None:
        self._screen = screen
        self._open_pool = open_pool
        self.opened: OpenedPool | None = None
        self.estimate: int | None = None
        """About how many users the whole pool has; None while one searches."""
        self.schema: Schema = ()
        self.rules = PoolRules()
        self.is_running = False
        self.is_reading_all = False
        self._choose: Callable[[OpenedPool], OpenedPool] = lambda own: own

    def choose(self, choose: Callable[[OpenedPool], OpenedPool]) -> None:
        """From the next reading on, the pool that this makes of the sandbox's own."""
        self._choose = choose

    def anew(self) -> None:
        """Open the pool again and read its first users."""
        self.is_running = True
        self._screen.run_worker(self._anew(), group="load", exclusive=True)

    def more(self) -> None:
        """Read the next users, where there are any."""
        if not self.is_running and not self._screen.roster.is_complete:
            self.is_running = True
            self._screen.run_worker(self._more(), group="load", exclusive=True)

    def all(self) -> None:
        """Read on to the end, where that is not reached; Esc stops it."""
        if not self.is_running and not self._screen.roster.is_complete:
            self.is_running = True
            self.is_reading_all = True
            self._screen.run_worker(self._all(), group="load", exclusive=True)

    def stop(self) -> None:
        """Read no more than what is being read now."""
        self.is_reading_all = False

    async def _all(self) -> None:
        screen, roster = self._screen, self._screen.roster
        at = screen.table.cursor
        try:
            while self.is_reading_all and not roster.is_complete:
                whole = f" of about {self.estimate:,}" if self.estimate else ""
                share = roster.read_count / self.estimate if self.estimate else None
                words = f"Reading users · {roster.read_count:,}{whole} · Esc stops"
                screen.acting.tell(words, share)
                roster.take(await asyncio.to_thread(roster.load))
                screen.show_roster()
        except UserPoolProblem as problem:
            roster.is_complete = True
            screen.shell.say(str(problem), "error")
        finally:
            self.is_running = self.is_reading_all = False
            screen.acting.tell("")
        if screen.table.cursor == at:
            screen.table.action_last()

    async def _anew(self) -> None:
        screen = self._screen
        roster = screen.roster
        try:
            self.opened = self._choose(await asyncio.to_thread(self._open_pool))
            pool = self.opened.pool
            roster.begin(pool, parse_search(roster.search, everywhere=pool.is_local))
            about = await asyncio.to_thread(pool.describe)
            self.estimate = None if roster.search else about.estimated_users
            self.schema, self.rules = about.schema, about.rules
            await self._take()
        except (UserProblem, OSError) as problem:
            self.opened = None
            roster.shown = []
            roster.is_complete = True
            screen.table.show_hint(*str(problem).split("\n"), "r reads again.")
            screen.show_roster()
        finally:
            self.is_running = False
            screen.show_bar()

    async def _more(self) -> None:
        screen = self._screen
        try:
            await self._take()
        except UserPoolProblem as problem:
            # Until it is read anew: a held key must not ask on and on.
            screen.roster.is_complete = True
            screen.shell.say(str(problem), "error")
        finally:
            self.is_running = False
            screen.show_bar()

    async def _take(self) -> None:
        screen = self._screen
        screen.show_bar()
        roster = screen.roster
        more = len(roster.shown) + CHUNK
        while True:
            found = await asyncio.to_thread(roster.load)
            roster.take(found)
            # A search that Cognito cannot do reads on until there is something to look at.
            if not roster.finds or roster.is_complete or len(roster.shown) >= more:
                break
            if found:
                screen.show_roster()
            screen.show_bar()
        if not screen.roster.shown:
            if screen.roster.search:
                everywhere = self.opened is not None and self.opened.pool.is_local
                search = parse_search(screen.roster.search, everywhere=everywhere)
                what, how = nobody_found(search, everywhere=everywhere)
                screen.table.show_hint(what, how, "Esc ends the search.")
            else:
                screen.table.show_hint("This pool has no users yet.", "n creates one.")
        screen.show_roster()
