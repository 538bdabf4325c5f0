"""The connection alone: opened, lost, opened again, and closed with all that it opened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from screens.playground.connection import Connection
from tests.screens.playground.held_api import SCHEMA_REQUEST, HeldApi, held_api
from tests.screens.playground.parts import Callbacks, until
from workbench.model.user_problem import UserProblem
from workbench.playground.addresses import Address
from workbench.playground.api import PlaygroundApi
from workbench.playground.open_api import open_url_api


@pytest.fixture
def api() -> Iterator[HeldApi]:
    with held_api() as found:
        yield found


async def test_an_api_that_cannot_be_opened_is_told_and_opened_later(api: HeldApi) -> None:
    problems = [UserProblem("The local cloud does not start.", "Free its port.")]

    def open_sandbox() -> PlaygroundApi:
        if problems:
            raise problems.pop()
        return open_url_api(api.url, {})

    given = Callbacks()
    connection = Connection(open_sandbox, "local cloud", given.start, given.post)
    connection.connect()
    await given.settled()
    assert given.kinds() == ["Connection.Failed"]
    assert "Free its port." in connection.problem
    assert connection.status == "not connected"
    connection.connect()
    await given.settled()
    assert given.kinds()[1:] == ["Connection.Opened", "Connection.SchemaLoaded", "Connection.Ready"]
    assert connection.problem == ""
    assert connection.status == "14 types"
    await connection.close()
    await until(lambda: not api.connections)


async def test_the_old_api_stays_open_for_its_request_and_is_closed_with_the_rest(
    api: HeldApi,
) -> None:
    given = Callbacks()
    connection = Connection(lambda: open_url_api(api.url, {}), "it", given.start, given.post)
    connection.connect()
    await given.settled()
    old = connection.api
    assert old is not None
    with old.in_use():
        connection.reconnect()
        await until(lambda: connection.api not in (None, old))
        assert not old.is_closed
    await given.settled()
    assert old.is_closed
    new = connection.api
    assert new is not None
    with new.in_use():
        connection.go_to(Address(api.url))
        assert connection.schema is None
        await until(lambda: connection.api not in (None, new))
        await connection.close()
        assert new.is_closed
    await given.settled()
    await until(lambda: not api.connections)


async def test_only_the_same_apis_schema_is_the_one_before(api: HeldApi) -> None:
    given = Callbacks()
    connection = Connection(lambda: open_url_api(api.url, {}), "it", given.start, given.post)
    for go in (connection.connect, connection.connect, lambda: connection.go_to(Address(api.url))):
        go()
        await given.settled()
    loaded = [each for each in given.messages if isinstance(each, Connection.SchemaLoaded)]
    assert [each.before for each in loaded] == [None, loaded[0].schema, None]
    assert api.arrived == [SCHEMA_REQUEST] * 3
    await connection.close()
