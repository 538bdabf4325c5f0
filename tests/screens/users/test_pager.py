"""The pager: fills a list from a pool, without a screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from textual.message import Message

from screens.users.pager import CHUNK, Pager, Reading
from screens.users.user_list import UserList
from tests.users.stubbed_pool import StubbedPool, stubbed_pool
from workbench.model.user_problem import UserProblem
from workbench.users.open_pool import OpenedPool
from workbench.users.user_pools import UserPoolProblem


class Readings:
    """Runs a pager's readings as a screen does: the next one cancels the one before."""

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None

    def run(self, reading: Reading) -> None:
        if self.task is not None:
            self.task.cancel()
        self.task = asyncio.ensure_future(reading)

    async def end(self) -> None:
        assert self.task is not None
        await asyncio.wait({self.task})
        self.task.result()


class Paged:
    """A pager on a stubbed pool, with what it posted."""

    def __init__(self, stubbed: StubbedPool, opening: Callable[[], OpenedPool] | None = None):
        self.users = UserList()
        self.readings = Readings()
        self.posted: list[Message] = []
        opened = OpenedPool(stubbed.pool, stubbed.clients)
        self.pager = Pager(
            self.users, opening or (lambda: opened), self.posted.append, self.readings.run
        )

    async def reload(self) -> None:
        self.pager.reload()
        await self.readings.end()


def pages(count: int) -> list[list[str]]:
    """Usernames in pages of 60."""
    names = [f"u{number:04}" for number in range(count)]
    return [names[at : at + 60] for at in range(0, count, 60)]


async def test_a_chunk_is_loaded_and_the_next_when_asked() -> None:
    stubbed = stubbed_pool()
    stubbed.describes(users=310)
    stubbed.lists(*pages(310))
    paged = Paged(stubbed)
    with stubbed.service:
        await paged.reload()
        assert (len(paged.users.shown), paged.users.is_complete) == (CHUNK, False)
        assert paged.pager.estimate == 310
        paged.pager.read_more()
        assert paged.pager.is_running
        await paged.readings.end()
    assert (len(paged.users.shown), paged.users.is_complete) == (310, True)
    assert not paged.pager.is_running
    assert [type(each) for each in paged.posted] == [
        Pager.Started,
        Pager.Changed,
        Pager.Started,
        Pager.Changed,
        Pager.Changed,
    ]
    paged.pager.read_more()  # there are no more: nothing is asked
    assert not paged.pager.is_running


async def test_all_users_are_loaded_in_one_go_and_the_end_is_told() -> None:
    stubbed = stubbed_pool()
    stubbed.describes()
    stubbed.lists(*pages(700))
    paged = Paged(stubbed)
    with stubbed.service:
        await paged.reload()
        paged.pager.read_all()
        await paged.readings.end()
    assert len(paged.users.shown) == 700
    assert sum(isinstance(each, Pager.ReachedEnd) for each in paged.posted) == 1


async def test_a_search_that_cognito_cannot_do_reads_on_until_there_is_something_to_show() -> None:
    stubbed = stubbed_pool()
    stubbed.describes()
    stubbed.lists(*pages(620))
    paged = Paged(stubbed)
    paged.users.search = "~u0610"
    with stubbed.service:
        await paged.reload()
    assert [each.username for each in paged.users.shown] == ["u0610"]
    assert (paged.users.read_count, paged.users.is_complete) == (620, True)
    assert paged.pager.estimate is None


async def test_the_old_users_stay_until_the_new_ones_are_there() -> None:
    stubbed = stubbed_pool()
    stubbed.describes()
    stubbed.lists(["ann"])
    paged = Paged(stubbed)
    with stubbed.service:
        await paged.reload()
        stubbed.describes()
        stubbed.lists(["bob"])
        paged.pager.reload()
        assert [each.username for each in paged.users.shown] == ["ann"]
        await paged.readings.end()
    assert [each.username for each in paged.users.shown] == ["bob"]


async def test_a_pool_that_cannot_be_opened_is_the_pagers_problem_until_a_reload() -> None:
    stubbed = stubbed_pool()
    problems = iter([UserProblem("No pool.", "Deploy auth.")])
    opened = OpenedPool(stubbed.pool, stubbed.clients)

    def opening() -> OpenedPool:
        for problem in problems:
            raise problem
        return opened

    paged = Paged(stubbed, opening)
    with stubbed.service:
        await paged.reload()
        assert str(paged.pager.problem) == "No pool.\n  → Deploy auth."
        assert paged.pager.opened is None
        assert not paged.pager.is_running
        stubbed.describes()
        stubbed.lists(["ann"])
        await paged.reload()
    assert paged.pager.problem is None
    assert paged.pager.opened is opened
    assert len(paged.users.shown) == 1


async def test_a_refusal_while_reading_on_is_raised_once() -> None:
    stubbed = stubbed_pool()
    stubbed.describes()
    stubbed.lists(*pages(CHUNK), has_more=True)
    paged = Paged(stubbed)
    with stubbed.service:
        await paged.reload()
    with stubbed.service:
        stubbed.service.add_client_error("list_users", "ExpiredTokenException", "expired")
        paged.pager.read_more()
        with pytest.raises(UserPoolProblem, match="expired"):
            await paged.readings.end()
    assert len(paged.users.shown) == CHUNK
    paged.pager.read_more()  # a held key asks no more
    assert not paged.pager.is_running


async def test_a_reload_takes_over_from_a_reading_that_it_cancels() -> None:
    stubbed = stubbed_pool()
    paged = Paged(stubbed)
    with stubbed.service:
        stubbed.describes()
        stubbed.lists(["ann"])
        paged.pager.reload()
        first = paged.readings.task
        paged.pager.reload()
        assert first is not None
        await asyncio.wait({first})
        assert first.cancelled()
        assert paged.pager.is_running  # the end of the first is not the end
        await paged.readings.end()
    assert len(paged.users.shown) == 1
    assert not paged.pager.is_running
