"""Loads the users of a pool: the first ones, and more as the cursor comes near the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from itertools import islice
from typing import Any

from textual.message import Message

from screens.users.user_list import UserList
from workbench.model.user_problem import UserProblem
from workbench.users.open_pool import OpenedPool
from workbench.users.search import Search, parse_search
from workbench.users.user_pools import PAGE, PoolDescription, User, UserPoolProblem

CHUNK = 5 * PAGE
"""Users of one reading: five requests, about what two screens and a held key need."""

Reading = Coroutine[Any, Any, None]


class Pager:
    """Opens the pool and fills a UserList, one reading at a time; posts what happens."""

    class Started(Message, bubble=False):
        """A reading has started."""

    class Changed(Message, bubble=False):
        """A reading has brought users, or ended."""

        def can_replace(self, message: Message) -> bool:
            """Several in a row are one."""
            return isinstance(message, Pager.Changed)

    class NotDescribed(Message, bubble=False):
        """The users can be read, the pool's rules cannot."""

        def __init__(self, problem: UserProblem) -> None:
            super().__init__()
            self.problem = problem

    class ReachedEnd(Message, bubble=False):
        """All users are loaded, as ``read_all`` was asked for."""

    def __init__(
        self,
        users: UserList,
        open_pool: Callable[[], OpenedPool],
        post: Callable[[Message], object],
        run: Callable[[Reading], object],
    ) -> None:
        """``open_pool`` blocks; ``run`` runs a reading, and cancels the one before."""
        self._users = users
        self._open_pool = open_pool
        self._post = post
        self._run = run
        self._choose: Callable[[OpenedPool], OpenedPool] = lambda own: own
        self._pages: Iterator[User] = iter(())
        self._newest = 0
        self._is_refusal_told = False
        self.opened: OpenedPool | None = None
        self.about = PoolDescription()
        self.problem: UserProblem | None = None
        """Why nothing could be loaded."""
        self.is_running = False
        self.is_reading_all = False

    @property
    def estimate(self) -> int | None:
        """About how many users there are to load; None while a search is on, or if unknown."""
        if self.opened is None or self._users.search or not self.about.is_known:
            return None
        return self.about.estimated_users

    def choose(self, choose: Callable[[OpenedPool], OpenedPool]) -> None:
        """From the next reload on, use the pool that ``choose`` makes of the sandbox's own."""
        self._choose = choose

    def reload(self) -> None:
        """Open the pool again and load its first users; the old ones stay until these are there."""
        self._begin(self._reload)

    def read_more(self) -> None:
        """Load the next users, if there are any."""
        if not self.is_running and not self._users.is_complete:
            self._begin(self._read_more)

    def read_all(self) -> None:
        """Load all users; ``stop`` ends it early."""
        if not self.is_running and not self._users.is_complete:
            self.is_reading_all = True
            self._begin(self._read_all)

    def stop(self) -> None:
        """Load no more than what is being read now."""
        self.is_reading_all = False

    def _begin(self, read: Callable[[], Reading]) -> None:
        self.is_running = True
        self._newest += 1
        self._run(self._reading(read, self._newest))
        self._post(self.Started())

    async def _reading(self, read: Callable[[], Reading], number: int) -> None:
        try:
            await read()
        finally:
            # A cancelled one ends after the next has begun.
            if number == self._newest:
                self.is_running = self.is_reading_all = False
            self._post(self.Changed())

    async def _reload(self) -> None:
        users = self._users
        try:
            opened = self._choose(await asyncio.to_thread(self._open_pool))
            about = await self._describe(opened)
            search = parse_search(users.search, everywhere=opened.pool.is_local)
            pages = opened.pool.users(search.server)
            found = await asyncio.to_thread(_chunk, pages)
        except UserProblem as problem:
            self.opened, self.problem = None, problem
            users.reset(Search())
            users.is_complete = True
            return
        # At once: no action may meet one pool's users with the other pool.
        self.opened, self.about, self.problem, self._pages = opened, about, None, pages
        users.reset(search)
        users.take(found, is_last=len(found) < CHUNK)
        await self._fill(CHUNK)

    async def _describe(self, opened: OpenedPool) -> PoolDescription:
        try:
            return await asyncio.to_thread(opened.pool.describe)
        except UserPoolProblem as problem:
            if not problem.is_denied:
                raise
            if not self._is_refusal_told:
                self._is_refusal_told = True
                self._post(self.NotDescribed(problem))
            return PoolDescription(is_known=False)

    async def _read_more(self) -> None:
        enough = len(self._users.shown) + CHUNK
        await self._read_chunk()
        await self._fill(enough)

    async def _read_all(self) -> None:
        while self.is_reading_all and not self._users.is_complete:
            await self._read_chunk()
        if self._users.is_complete:
            self._post(self.ReachedEnd())

    async def _fill(self, enough: int) -> None:
        """Read on while a search that Cognito cannot do has too few users to show."""
        users = self._users
        while users.is_filtered_here and not users.is_complete and len(users.shown) < enough:
            await self._read_chunk()

    async def _read_chunk(self) -> None:
        try:
            found = await asyncio.to_thread(_chunk, self._pages)
        except UserProblem:
            # Until a reload: a held key must not ask again and again.
            self._users.is_complete = True
            raise
        self._users.take(found, is_last=len(found) < CHUNK)
        self._post(self.Changed())


def _chunk(pages: Iterator[User]) -> list[User]:
    return list(islice(pages, CHUNK))
