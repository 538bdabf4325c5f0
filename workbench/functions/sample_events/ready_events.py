"""Events for a function, one for each source that starts it, made from what really is there.

A resolver's arguments come from the schema, a trigger's user from the pool, an upload's object from
the bucket, a row from the table. What may not be read, or is not there, is made up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from workbench.deploy.live.models import LiveStack
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.open_functions import OpenedFunctions
from workbench.functions.sample_events import cognito, graphql, services, web
from workbench.functions.sample_events.cognito import PoolUser
from workbench.functions.sample_events.services import Event, Place, StoredObject
from workbench.functions.starts import DIRECT, Start, StartKind

_Found = TypeVar("_Found")
_MESSAGE: Final = '{"hello": "world"}'


@dataclass(frozen=True, slots=True)
class ReadyEvent:
    """An event by the kind of its source, such as ``GraphQL``; ``text`` is indented JSON.

    ``name`` says what it is of: ``Query.greet``, ``PreSignUp as ann@example.com``.
    """

    kind: str
    name: str
    text: str


def ready_events(
    opened: OpenedFunctions,
    live: LiveStack,
    function: BackendFunction,
    starts: Sequence[Start],
) -> tuple[ReadyEvent, ...]:
    """One for each source, and an empty one; blocks while it looks for real things."""
    maker = _Maker(opened, live, function)
    made = [maker.event(start) for start in starts]
    found = [
        ReadyEvent(start.kind.value, name, json.dumps(event, indent=2, ensure_ascii=False))
        for start, (name, event) in zip(starts, made, strict=True)
    ]
    return (*found, ReadyEvent("", "empty", "{}"))


class _Maker:
    def __init__(self, opened: OpenedFunctions, live: LiveStack, function: BackendFunction) -> None:
        self._opened = opened
        self._live = live
        now = datetime.now(UTC)
        self._place = Place(
            region=opened.clients.region,
            account=function.arn.split(":")[4],
            at=now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            at_ms=int(now.timestamp() * 1000),
            partition=function.arn.split(":")[1],
        )

    def event(self, start: Start) -> tuple[str, Event]:
        """The event's name and content."""
        place, what = self._place, start.what
        match start.kind:
            case StartKind.RESOLVER:
                return what, self._resolver_event(what, is_direct=start.detail == DIRECT)
            case StartKind.TRIGGER:
                user = self._user()
                label = user.attributes.get("email", user.name)
                return f"{what} as {label}", cognito.trigger_event(place, what, user)
            case StartKind.BUCKET:
                stored = self._object(what)
                name = start.detail.partition(",")[0].removeprefix("s3:").replace("*", "Put")
                return stored.key, services.bucket_event(place, stored, name or "ObjectCreated:Put")
            case StartKind.QUEUE:
                return _tail(what), services.queue_event(place, what, _MESSAGE)
            case StartKind.TOPIC:
                return _tail(what), services.topic_event(place, what, _MESSAGE)
            case StartKind.STREAM:
                return self._stream_event(self._stream(start))
            case StartKind.SCHEDULE:
                arn = f"arn:{place.partition}:events:{place.region}:{place.account}"
                return what, services.schedule_event(place, f"{arn}:rule/{start.resource}")
            case StartKind.RULE:
                return what[:60], services.rule_event(place, what)
            case StartKind.URL:
                return "GET /", web.url_event(place)
            case StartKind.API if start.detail == "HTTP":
                return "GET /", web.request_event(place)
            case StartKind.API:
                return f"{what} /", web.rest_event(place, what)
            case StartKind.AUTHORIZER:
                return what, web.authorizer_event(place, self._physical(_API))
            case StartKind.LOGS:
                return what, services.log_event(place, what, "a line")
        return what, {}

    def _stream_event(self, arn: str) -> tuple[str, Event]:
        if ":kinesis:" in arn:
            return _tail(arn), services.kinesis_event(self._place, arn, _MESSAGE)
        table = arn.partition(":table/")[2].partition("/")[0] or arn
        keys, row = self._row(table)
        return table, services.stream_event(self._place, arn, keys, row)

    # -- what really is there ---------------------------------------------------------------------

    def _resolver_event(self, field: str, *, is_direct: bool) -> Event:
        """What the field's resolver sends, with arguments by the schema."""
        type_name, _, field_name = field.partition(".")
        arguments = _first(lambda: self._arguments(type_name, field_name)) or {}
        make = graphql.direct_event if is_direct else graphql.resolver_event
        return make(type_name, field_name, arguments, self._caller)

    @cached_property
    def _caller(self) -> dict[str, Any] | None:
        """Who asks the API by its default authorization mode."""
        api = self._physical(_API).rpartition("/")[2]
        read = self._opened.clients.appsync.get_graphql_api
        mode = _first(lambda: read(apiId=api)["graphqlApi"]["authenticationType"])
        return graphql.identity(self._place, mode or "API_KEY", self._user())

    def _stream(self, start: Start) -> str:
        """The ARN of a mapping's source; templates often have but a reference to it."""
        if start.what.startswith("arn:"):
            return start.what
        read: Any = self._opened.clients.lambda_.get_event_source_mapping
        return _first(lambda: str(read(UUID=start.resource)["EventSourceArn"])) or start.what

    def _arguments(self, type_name: str, field_name: str) -> dict[str, Any]:
        from graphql import GraphQLObjectType

        from workbench.playground.operations import example_value
        from workbench.playground.schema_source import read_schema

        answer = self._opened.clients.appsync.get_introspection_schema(
            apiId=self._physical(_API).rpartition("/")[2], format="SDL", includeDirectives=True
        )
        schema = read_schema(answer["schema"].read().decode()).schema
        kind = schema.type_map.get(type_name)
        if not isinstance(kind, GraphQLObjectType) or field_name not in kind.fields:
            return {}
        return {
            name: example_value(each.type) for name, each in kind.fields[field_name].args.items()
        }

    def _user(self) -> PoolUser:
        pool = self._physical("AWS::Cognito::UserPool")
        client = self._physical("AWS::Cognito::UserPoolClient")
        found = _first(
            lambda: self._opened.clients.cognito_idp.list_users(UserPoolId=pool, Limit=1)["Users"]
        )
        if not found:
            attributes = {"sub": "00000000-1111-2222-3333-444455556666", "email": "ann@example.com"}
            return PoolUser(pool, client, attributes["sub"], attributes)
        user: Mapping[str, Any] = found[0]
        given = {each["Name"]: each.get("Value", "") for each in user.get("Attributes", ())}
        given["cognito:user_status"] = str(user.get("UserStatus", ""))
        return PoolUser(pool, client, str(user["Username"]), given)

    def _object(self, bucket: str) -> StoredObject:
        found = _first(
            lambda: self._opened.clients.s3.list_objects_v2(Bucket=bucket, MaxKeys=1)["Contents"]
        )
        if not found:
            return StoredObject(bucket, "public/example.jpg", 1024, "0123456789abcdef")
        first = found[0]
        etag = str(first.get("ETag", "")).strip('"')
        return StoredObject(bucket, str(first["Key"]), int(first.get("Size", 0)), etag)

    def _row(self, table: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """A row and its key, in DynamoDB's JSON."""
        client = self._opened.clients.dynamodb
        items = _first(lambda: client.scan(TableName=table, Limit=1)["Items"])
        schema = _first(lambda: client.describe_table(TableName=table)["Table"]["KeySchema"])
        row: Mapping[str, Any] = items[0] if items else {"id": {"S": "1"}}
        names = [each["AttributeName"] for each in schema or ()] or ["id"]
        return {name: row[name] for name in names if name in row}, row

    def _physical(self, kind: str) -> str:
        for _, stack in self._live.walk():
            for resource in stack.resources.values():
                if resource.type == kind:
                    return resource.physical_id
        return ""


_API: Final = "AWS::AppSync::GraphQLApi"


def _first(read: Callable[[], _Found]) -> _Found | None:
    """What can be read; None for what may not be, or is not there: then it is made up."""
    try:
        return read()
    except (ClientError, BotoCoreError, KeyError, ValueError):
        return None


def _tail(arn: str) -> str:
    return arn.rpartition(":")[2]
