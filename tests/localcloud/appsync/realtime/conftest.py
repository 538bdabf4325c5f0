"""A real server for real-time tests: hypercorn, our application, a schema, an API key."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypercorn.protocol import h11

from tests.localcloud.appsync.realtime.socket_client import Socket
from workbench.localcloud.appsync.authorization.authorize import Authorizer
from workbench.localcloud.appsync.authorization.directives import field_rules
from workbench.localcloud.appsync.authorization.http_request import Credentials
from workbench.localcloud.appsync.evaluation import Effects
from workbench.localcloud.appsync.identity import Caller
from workbench.localcloud.appsync.realtime.application import realtime_application
from workbench.localcloud.appsync.realtime.backend import Backend, ReadyApi, Started
from workbench.localcloud.appsync.realtime.broker import Hub
from workbench.localcloud.appsync.realtime.subscription import Request
from workbench.localcloud.appsync.records import Api, ApiKey, AuthMode, AuthProvider
from workbench.localcloud.appsync.schema.build import build_schema
from workbench.localcloud.asgi import websocket_batches

KEY = "da2-abcdefghijklmnopqrstuvwxyz"
SCHEMA = """
type Todo @aws_api_key @aws_iam {
  id: ID!
  name: String
  owner: String
  tags: [String]
  secret: String @aws_iam
  author: Author
}
type Author @aws_api_key { id: ID! name: String! }
type Query { todo(id: ID!): Todo }
type Mutation {
  createTodo(name: String): Todo
  updateTodo(name: String): Todo
}
type Subscription {
  onCreateTodo(owner: String, name: String): Todo @aws_subscribe(mutations: ["createTodo"])
  onAnyTodo: Todo @aws_subscribe(mutations: ["createTodo", "updateTodo"])
}
"""
API_ID = "abcdefghijklmnopqrstuvwxyz"
PATH = f"/v1/apis/{API_ID}/graphql/realtime"


class NoKeys:
    """A world without credentials; authorization by API key asks it nothing."""

    def pool_keys(self, pool_id: str) -> list[Mapping[str, Any]]:
        """No pool."""
        return []

    def credentials(self, access_key: str) -> Credentials | None:
        """No session."""
        return None

    async def invoke_function(self, arn: str, event: Mapping[str, Any]) -> Any:
        """No function."""
        raise AssertionError(arn)

    async def fetch_json(self, url: str) -> Any:
        """No network."""
        raise AssertionError(url)


@dataclass
class Realtime:
    """A running real-time server; ``started`` is what each subscription's resolver says."""

    port: int
    hub: Hub
    keys: list[ApiKey]
    started: list[Started] = field(default_factory=list)
    seen: list[tuple[Request, Caller]] = field(default_factory=list)

    def connect(self, *, key: str = KEY, old_form: bool = False) -> Socket:
        """A connection with an API key."""
        headers = {"host": f"127.0.0.1:{self.port}", "x-api-key": key}
        return Socket(self.port, PATH, headers, old_form)

    async def publish(self, payload: Any, mutation: str = "createTodo") -> int:
        """Publish a mutation's result."""
        return await self.hub.publish(API_ID, mutation, payload)


def start(name: str, query: str, key: str = KEY, **variables: Any) -> dict[str, Any]:
    """A ``start`` message."""
    data = json.dumps({"query": query, "variables": variables})
    extensions = {"authorization": {"x-api-key": key, "host": "127.0.0.1"}}
    return {"id": name, "type": "start", "payload": {"data": data, "extensions": extensions}}


def an_api(keys: list[ApiKey]) -> Api:
    """An API whose default is an API key, and which takes IAM too."""
    return Api(
        id=API_ID,
        name="test",
        arn=f"arn:aws:appsync:us-east-1:000000000000:apis/{API_ID}",
        region="us-east-1",
        account="000000000000",
        schema=SCHEMA,
        default_auth=AuthProvider(AuthMode.API_KEY),
        additional_auth=(AuthProvider(AuthMode.IAM),),
        api_keys=tuple(keys),
    )


@pytest.fixture
async def realtime(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Realtime]:
    """A server of its own for each test, on a free port."""
    monkeypatch.setattr(h11, "WSStream", websocket_batches.BatchingStream)
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    server = Realtime(sock.getsockname()[1], Hub(), [ApiKey(KEY, int(time.time()) + 3600)], [], [])
    built = build_schema(SCHEMA)
    rules = field_rules(built.document, an_api(server.keys))
    authorizer = Authorizer(NoKeys())

    def ready(api_id: str) -> ReadyApi | None:
        if api_id != API_ID:
            return None
        return ReadyApi(an_api(server.keys), built.schema, rules)

    async def begin(
        _api_id: str, request: Request, caller: Caller, _headers: Mapping[str, str]
    ) -> Started:
        server.seen.append((request, caller))
        return server.started.pop(0) if server.started else Started(Effects())

    app = realtime_application(
        Backend(ready, authorizer.authorize, lambda *_: None, begin), server.hub
    )
    config = Config()
    config.bind = [f"fd://{sock.detach()}"]
    config.graceful_timeout = 0.2
    stop = asyncio.Event()
    task = asyncio.create_task(
        serve(app, config, shutdown_trigger=stop.wait, mode="asgi")  # type: ignore[arg-type]
    )
    await _listening(server.port)
    yield server
    stop.set()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)


async def _listening(port: int) -> None:
    for _ in range(100):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise AssertionError("the server does not listen")
