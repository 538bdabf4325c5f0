"""The real-time protocol over real WebSockets: handshake, start, data, stop, errors, limits."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

from tests.localcloud.appsync.realtime.conftest import API_ID, KEY, Realtime, start
from tests.localcloud.appsync.realtime.socket_client import Socket
from workbench.localcloud.appsync.evaluation import Effects
from workbench.localcloud.appsync.realtime import outbox
from workbench.localcloud.appsync.realtime.backend import Started
from workbench.localcloud.appsync.records import ApiKey

ALL = "subscription { onCreateTodo { id name } }"
TODO = {"id": "1", "name": "milk", "owner": "ann", "tags": ["a", "b"]}


async def _subscribed(client: Socket, name: str, query: str, **variables: Any) -> None:
    await client.say(start(name, query, **variables))
    assert await client.hear() == {"id": name, "type": "start_ack"}


@pytest.mark.parametrize("old_form", [False, True])
async def test_a_subscription_from_handshake_to_stop(realtime: Realtime, old_form: bool) -> None:
    async with realtime.connect(old_form=old_form) as client:
        assert client.subprotocol == "graphql-ws"
        await client.say({"type": "connection_init"})
        ack = await client.hear()
        assert ack == {"type": "connection_ack", "payload": {"connectionTimeoutMs": 300000}}
        assert (await client.hear(skip=""))["type"] == "ka"
        await _subscribed(client, "one", ALL)
        assert await realtime.publish(TODO) == 1
        event = {"onCreateTodo": {"id": "1", "name": "milk"}}
        assert await client.hear() == {"id": "one", "type": "data", "payload": {"data": event}}
        assert await realtime.publish(TODO, "updateTodo") == 0
        await client.say({"id": "one", "type": "stop"})
        assert await client.hear() == {"id": "one", "type": "complete"}
        assert await realtime.publish(TODO) == 0


async def test_wrong_missing_and_expired_keys_are_refused_at_the_handshake(
    realtime: Realtime,
) -> None:
    realtime.keys.append(ApiKey("da2-expired", int(time.time()) - 1))
    for key in ("da2-wrong", "da2-expired"):
        async with realtime.connect(key=key) as client:
            await client.say({"type": "connection_init"})
            refusal = await client.hear()
            assert refusal["type"] == "connection_error"
            assert refusal["payload"]["errors"] == [
                {
                    "errorType": "UnauthorizedException",
                    "message": "You are not authorized to make this call.",
                    "errorCode": 401,
                }
            ]
            assert await client.end() == 1008


async def test_each_start_is_authorized_too(realtime: Realtime) -> None:
    async with realtime.connect() as client:
        await client.say(start("one", ALL, key="da2-wrong"))
        refusal = await client.hear()
        assert (refusal["id"], refusal["type"]) == ("one", "error")
        assert refusal["payload"]["errors"][0]["errorType"] == "UnauthorizedException"
    assert realtime.seen == []


async def test_the_resolvers_refusal_reaches_the_client(realtime: Realtime) -> None:
    denial = {
        "errorType": "Unauthorized",
        "message": "Not Authorized to access onCreateTodo on type Subscription",
    }
    of_http = {"path": ["onCreateTodo"], "data": None, "errorInfo": None, "locations": []}
    realtime.started.append(Started(Effects(), ({**of_http, **denial},)))
    async with realtime.connect() as client:
        await client.say(start("one", ALL))
        refusal = await client.hear()
        assert refusal == {"id": "one", "type": "error", "payload": {"errors": [denial]}}
        assert await realtime.publish(TODO) == 0


async def test_arguments_must_equal_the_fields_of_the_event(realtime: Realtime) -> None:
    query = "subscription S($owner: String) { onCreateTodo(owner: $owner) { id } }"
    async with realtime.connect() as client:
        await _subscribed(client, "ann", query, owner="ann")
        await _subscribed(client, "bob", query, owner="bob")
        await _subscribed(client, "all", ALL)
        # What is not sent is null, as on AppSync.
        await _subscribed(client, "nobody", query)
        assert await realtime.publish(TODO) == 2
        assert {(await client.hear())["id"], (await client.hear())["id"]} == {"ann", "all"}
        assert await realtime.publish({"id": "2"}) == 2, "owner was not selected by the mutation"
        assert {(await client.hear())["id"], (await client.hear())["id"]} == {"nobody", "all"}


async def test_a_set_filter_replaces_the_arguments(realtime: Realtime) -> None:
    rule = {
        "filterGroup": [
            {"filters": [{"fieldName": "name", "operator": "beginsWith", "value": "mi"}]},
            {"filters": [{"fieldName": "tags", "operator": "contains", "value": "z"}]},
        ]
    }
    realtime.started.append(Started(Effects(subscription_filter=rule)))
    async with realtime.connect() as client:
        await _subscribed(client, "one", 'subscription { onCreateTodo(owner: "bob") { id } }')
        assert await realtime.publish(TODO) == 1
        assert await realtime.publish({**TODO, "name": "eggs"}) == 0
        assert await realtime.publish({**TODO, "name": "eggs", "tags": ["z"]}) == 1


async def test_an_invalidation_completes_the_subscriptions_it_matches(realtime: Realtime) -> None:
    for user in ("ann", "bob"):
        ends = {"filters": [{"fieldName": "user", "operator": "eq", "value": user}]}
        invalidation = {"filterGroup": [ends]}
        realtime.started.append(Started(Effects(invalidation_filter=invalidation)))
    async with realtime.connect() as client:
        await _subscribed(client, "ann", ALL)
        await _subscribed(client, "bob", ALL)
        named = {"subscriptionField": "onCreateTodo", "payload": {"user": "ann"}}
        assert realtime.hub.invalidate("another-api", named) == 0
        assert realtime.hub.invalidate(API_ID, named) == 1
        assert await client.hear() == {"id": "ann", "type": "complete"}
        assert await realtime.publish(TODO) == 1


async def test_what_the_subscriber_may_not_see_is_null_with_an_error(realtime: Realtime) -> None:
    query = "subscription { made: onAnyTodo { __typename id secret author { id name } } }"
    async with realtime.connect() as client:
        await _subscribed(client, "one", query)
        given = {**TODO, "secret": "s3", "author": {"id": "a"}}
        assert await realtime.publish(given, "updateTodo") == 1
        event = (await client.hear())["payload"]
        made = {"__typename": "Todo", "id": "1", "secret": None, "author": None}
        assert event["data"] == {"made": made}
        assert [error["message"] for error in event["errors"]] == [
            "Not Authorized to access secret on type Todo",
            "Cannot return null for non-nullable type: 'String' within parent 'Author' "
            "(/made/author/name)",
        ]
        assert "s3" not in json.dumps(event)


async def test_bad_messages_are_answered_and_the_connection_goes_on(realtime: Realtime) -> None:
    async with realtime.connect() as client:
        bad: list[tuple[Any, str]] = [
            ("no json", "BadRequestException"),
            ("[" * 3000, "BadRequestException"),
            ("[]", "BadRequestException"),
            ({"type": "publish"}, "UnsupportedOperation"),
            ({"type": "start"}, "BadRequestException"),
            ({"type": "start", "id": "x", "payload": {}}, "BadRequestException"),
            (start("x", "subscription {"), "BadRequestException"),
            (start("x", "{ todo(id: 1) { id } }"), "BadRequestException"),
            (start("x", "subscription { onAnyTodo { id } onCreateTodo { id } }"), "BadReq"),
            (start("x", "subscription { nothing }"), "BadRequestException"),
            ({"type": "stop", "id": "unknown"}, "UnknownOperationError"),
        ]
        for message, expected in bad:
            await client.say(message)
            answer = await client.hear()
            assert answer["type"] == "error"
            assert answer["payload"]["errors"][0]["errorType"].startswith(expected)
        await _subscribed(client, "one", ALL)
        await client.say(start("one", ALL))
        again = await client.hear()
        assert again["payload"]["errors"][0]["errorType"] == "DuplicatedOperationError"
        assert await realtime.publish(TODO) == 1


async def test_a_handshake_without_readable_headers_is_refused(realtime: Realtime) -> None:
    for path in ("/v1/apis/none/graphql/realtime", None):
        client = realtime.connect()
        if path is None:
            client._protocols = ["graphql-ws", "header-%%%"]
        else:
            client._target = path
        async with client:
            await client.say({"type": "connection_init"})
            assert (await client.hear())["type"] == "connection_error"


async def test_too_large_messages_end_the_connection_and_the_server_stays_up(
    realtime: Realtime,
) -> None:
    async with realtime.connect() as client:
        await client.say("x" * 300_000)
        assert (await client.hear())["type"] == "error"
        assert await client.end() == 1009
    async with realtime.connect() as client:
        await _subscribed(client, "one", ALL)


async def test_too_large_events_are_not_delivered(realtime: Realtime) -> None:
    async with realtime.connect() as client:
        await _subscribed(client, "one", ALL)
        assert await realtime.publish({**TODO, "name": "x" * 300_000}) == 0
        assert await realtime.publish(TODO) == 1


async def test_expired_credentials_end_the_connection(realtime: Realtime) -> None:
    soon = int(time.time()) + 2
    realtime.keys.append(ApiKey("da2-soon", soon))
    async with realtime.connect(key="da2-soon") as client:
        await _subscribed(client, "one", ALL)
        refusal = await client.hear()
        assert refusal["id"] == "one"
        assert refusal["payload"]["errors"] == [
            {"errorType": "UnauthorizedException", "message": "Token expired"}
        ]
        assert time.time() >= soon
        assert await client.end() == 1008
    assert await realtime.publish(TODO) == 0


async def test_a_client_that_does_not_read_is_dropped(
    realtime: Realtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MOST_BYTES", 300_000)
    async with realtime.connect() as slow, realtime.connect() as quick:
        await _subscribed(slow, "slow", ALL)
        await _subscribed(quick, "quick", ALL)
        sent = 0
        async with asyncio.timeout(20):
            while await realtime.publish({**TODO, "name": "x" * 100_000}) == 2:
                sent += 1
                assert (await quick.hear())["id"] == "quick"
        assert sent > 2


async def test_a_client_that_goes_away_is_forgotten(realtime: Realtime) -> None:
    async with realtime.connect() as client:
        await _subscribed(client, "one", ALL)
    async with asyncio.timeout(5):
        while realtime.hub.count(API_ID):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert await realtime.publish(TODO) == 0


async def test_stop_while_starting_completes(realtime: Realtime) -> None:
    async with realtime.connect() as client:
        await client.say(start("one", ALL))
        await client.say({"id": "one", "type": "stop"})
        heard = [await client.hear()]
        if heard[0]["type"] == "start_ack":
            heard.append(await client.hear())
        assert heard[-1] == {"id": "one", "type": "complete"}
        assert await realtime.publish(TODO) == 0
        assert KEY not in json.dumps(heard)


async def test_connections_end_when_the_server_is_about_to_stop(realtime: Realtime) -> None:
    async with realtime.connect() as client:
        await _subscribed(client, "one", ALL)
        realtime.hub.close()
        assert await client.end() == 1001
    assert await realtime.publish(TODO) == 0
