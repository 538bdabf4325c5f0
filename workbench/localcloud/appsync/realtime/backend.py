"""The rest of the data plane as the real-time protocol calls it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLSchema

from workbench.localcloud.appsync.authorization.directives import FieldRules
from workbench.localcloud.appsync.authorization.http_request import HttpRequestFacts
from workbench.localcloud.appsync.evaluation import Effects
from workbench.localcloud.appsync.identity import Caller
from workbench.localcloud.appsync.realtime.subscription import Request
from workbench.localcloud.appsync.records import Api


@dataclass(frozen=True, slots=True)
class ReadyApi:
    """An API as of one moment."""

    api: Api
    schema: GraphQLSchema
    rules: FieldRules


@dataclass(frozen=True, slots=True)
class Started:
    """The result of a subscription field's resolver: errors refuse, effects may set filters."""

    effects: Effects
    errors: tuple[dict[str, Any], ...] = ()


Authorize = Callable[[Api, Mapping[str, str], HttpRequestFacts], Awaitable[Caller]]
CheckConnection = Callable[[ReadyApi, Caller], None]
Start = Callable[[str, Request, Caller, Mapping[str, str]], Awaitable[Started]]


@dataclass(frozen=True, slots=True)
class Backend:
    """``ready`` gives None for an unknown API; the others raise RefusedError."""

    ready: Callable[[str], ReadyApi | None]
    authorize: Authorize
    check_connection: CheckConnection
    start: Start
