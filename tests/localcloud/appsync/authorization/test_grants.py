"""What ``appsync:GraphQL`` of a role lets it reach, over HTTP and WebSocket."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.credentials import Credentials

from tests.local_keys import own_keys
from tests.localcloud.appsync.authorization.granted_roles import granted_role
from tests.localcloud.appsync.matrix.callers import signed
from tests.localcloud.appsync.realtime.socket_client import Socket
from tests.localcloud.identity_pools import Pools
from workbench.localcloud import lifecycle

pytestmark = pytest.mark.cloud

SCHEMA = """
type Note { id: ID, text: String }
type Query { a: Note, b: Note, noRule: Note }
type Mutation { change: Note }
type Subscription { changed: Note @aws_subscribe(mutations: ["change"]), other: Note }
schema { query: Query, mutation: Mutation, subscription: Subscription }
"""
FIELDS = [("Query", "a"), ("Query", "b"), ("Mutation", "change")]
DENIED = {"errors": [{"errorType": "UnauthorizedException", "message": "Permission denied"}]}
A, B, BOTH = "{ a { id } }", "{ b { id } }", "{ a { id } b { id } }"
CHANGE = "mutation { change { id } }"
FUNCTION = """
import os
def handler(event, context):
    return {
        "access_key": os.environ["AWS_ACCESS_KEY_ID"],
        "secret_key": os.environ["AWS_SECRET_ACCESS_KEY"],
        "token": os.environ["AWS_SESSION_TOKEN"],
    }
"""
_numbers = itertools.count()


@dataclass
class Notes:
    """An API with IAM as its mode."""

    pools: Pools
    url: str
    arn: str

    def session(self, *resources: str) -> Credentials:
        """A session of a new role that may reach these parts of the API."""
        named = [f"{self.arn}/{each}" if each and each[0] != "*" else each for each in resources]
        role = granted_role(self.pools.clients, f"notes-{next(_numbers)}", *named)
        found = self.pools.clients.sts.assume_role(RoleArn=role, RoleSessionName="me")
        keys = found["Credentials"]
        return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

    def ask(self, keys: Credentials, query: str) -> tuple[int, Any]:
        body = json.dumps({"query": query}).encode()
        headers = {"content-type": "application/json", **signed(keys, self.url, body)}
        said = httpx.post(self.url, content=body, headers=headers, trust_env=False, timeout=20)
        return said.status_code, said.json()

    def socket(self, keys: Credentials) -> Socket:
        place = urlsplit(self.url)
        headers = self._headers(keys, f"{place.path}/connect", b"{}")
        return Socket(place.port or 0, f"{place.path}/realtime", headers, old_form=False)

    def start(self, keys: Credentials, query: str) -> dict[str, Any]:
        data = json.dumps({"query": query, "variables": {}})
        headers = self._headers(keys, urlsplit(self.url).path, data.encode())
        extensions = {"authorization": headers}
        return {"id": "one", "type": "start", "payload": {"data": data, "extensions": extensions}}

    def _headers(self, keys: Credentials, path: str, body: bytes) -> dict[str, str]:
        place = urlsplit(self.url)
        seen = {"host": place.netloc, "content-type": "application/json"}
        return {**seen, **signed(keys, f"http://{place.netloc}{path}", body)}


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notes]:
    folder = tmp_path_factory.mktemp("grants") / "local-cloud"
    pools = Pools(lifecycle.start(folder))
    yield _made(pools)
    lifecycle.stop(folder)


def _made(pools: Pools) -> Notes:
    appsync: Any = pools.clients.client("appsync")
    api = appsync.create_graphql_api(name="notes", authenticationType="AWS_IAM")["graphqlApi"]
    named = {"apiId": api["apiId"]}
    appsync.start_schema_creation(**named, definition=SCHEMA.encode())
    appsync.create_data_source(**named, name="none", type="NONE")
    for type_name, field in FIELDS:
        appsync.create_resolver(
            **named,
            typeName=type_name,
            fieldName=field,
            dataSourceName="none",
            requestMappingTemplate='{"version": "2018-05-29", "payload": {"id": "1"}}',
            responseMappingTemplate="$util.toJson($ctx.result)",
        )
    return Notes(pools, api["uris"]["GRAPHQL"], api["arn"])


@pytest.mark.parametrize(
    ("resources", "allowed"),
    [
        ((), set()),
        (("types/Query/fields/a",), {A}),
        (("types/Query/fields/a", "types/Query/fields/b"), {A, B, BOTH}),
        (("types/Query/fields/*",), {A, B, BOTH}),
        (("types/Query/*",), {A, B, BOTH}),
        (("types/Mutation/*",), {CHANGE}),
        (("*",), {A, B, BOTH, CHANGE}),
        (("types/Note/*",), set()),
        (("types/query/fields/a",), set()),
    ],
)
def test_a_role_reaches_the_fields_that_it_is_granted(
    notes: Notes, resources: tuple[str, ...], allowed: set[str]
) -> None:
    keys = notes.session(*resources)
    for query in (A, B, BOTH, CHANGE):
        status, said = notes.ask(keys, query)
        if query in allowed:
            assert (status, "errors" in said) == (200, False), query
            assert {"id": "1"} in said["data"].values()
        else:
            # One field that is denied denies the whole request.
            assert (status, said) == (401, DENIED), query


def test_fragments_aliases_and_operation_names_hide_no_field(notes: Notes) -> None:
    keys = notes.session("types/Query/fields/a")
    for query in (
        "{ a: b { id } }",
        "{ ...F } fragment F on Query { b { id } }",
        "{ ... on Query { ...F } } fragment F on Query { a { id } b { id } }",
        "{ a { id } b @skip(if: true) { id } }",
        "{ __schema { queryType { name } } }",
    ):
        assert notes.ask(keys, query) == (401, DENIED), query
    for query in ("{ b: a { id } }", "{ __typename a { id __typename } }"):
        assert notes.ask(keys, query)[0] == 200
    # What cannot be executed is told as to everybody.
    assert notes.ask(keys, "{ a { nothing } }")[0] == 200


def test_the_developer_may_do_everything(notes: Notes) -> None:
    keys = own_keys(notes.pools.target)
    assert all(notes.ask(keys, query)[0] == 200 for query in (A, B, BOTH, CHANGE))


def test_a_grant_that_changes_counts_at_once(notes: Notes) -> None:
    keys = notes.session()
    assert notes.ask(keys, A) == (401, DENIED)
    iam: Any = notes.pools.clients.client("iam")
    arn = notes.pools.acting("sts", _as_answer(keys)).get_caller_identity()["Arn"]
    grant = {"Effect": "Allow", "Action": "appsync:*", "Resource": f"{notes.arn}/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": grant})
    name = {"RoleName": arn.split("/")[1], "PolicyName": "later"}
    iam.put_role_policy(**name, PolicyDocument=document)
    assert notes.ask(keys, A)[0] == 200
    iam.delete_role_policy(**name)
    assert notes.ask(keys, A) == (401, DENIED)


def test_a_function_reaches_what_its_role_is_granted(notes: Notes) -> None:
    pools = notes.pools
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("index.py", FUNCTION)
    functions: Any = pools.clients.lambda_
    role = granted_role(pools.clients, "querying", f"{notes.arn}/types/Query/*")
    functions.create_function(
        FunctionName="querying",
        Runtime="python3.11",
        Handler="index.handler",
        Role=role,
        Code={"ZipFile": archive.getvalue()},
    )
    told = json.loads(functions.invoke(FunctionName="querying")["Payload"].read())
    keys = Credentials(**told)
    assert [notes.ask(keys, query)[0] for query in (A, BOTH, CHANGE)] == [200, 200, 401]


def test_guests_members_and_groups_have_their_roles_grants(notes: Notes) -> None:
    pools, iam = notes.pools, notes.pools.clients.client("iam")
    editors = pools.role("editors")
    group = pools.group("editors", 1, editors)
    pools.map_roles({"Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole"})
    grants = {
        pools.roles["unauthenticated"]: "types/Query/fields/a",
        pools.roles["authenticated"]: "types/Query/*",
        editors: "types/*",
    }
    for role, resource in grants.items():
        grant = {"Effect": "Allow", "Action": "appsync:GraphQL"}
        iam.put_role_policy(
            RoleName=role.rpartition("/")[2],
            PolicyName="graphql",
            PolicyDocument=json.dumps(
                {"Statement": {**grant, "Resource": f"{notes.arn}/{resource}"}}
            ),
        )
    for who, allowed in (
        (None, {A}),
        (pools.user(), {A, B, BOTH}),
        (pools.user(group), {A, B, BOTH, CHANGE}),
    ):
        found = pools.keys(who)
        keys = Credentials(found["AccessKeyId"], found["SecretKey"], found["SessionToken"])
        for query in (A, B, BOTH, CHANGE):
            status, said = notes.ask(keys, query)
            assert (status == 200) == (query in allowed), query
            assert status == 200 or said == DENIED


async def test_a_connection_needs_a_grant_and_so_does_each_subscription(notes: Notes) -> None:
    nobody = notes.session()
    async with notes.socket(nobody) as client:
        await client.say({"type": "connection_init"})
        told = await client.hear()
        error = {**DENIED["errors"][0], "errorCode": 401}
        assert told == {"type": "connection_error", "payload": {"errors": [error]}}
    listener = notes.session("types/Subscription/fields/changed")
    async with notes.socket(listener) as client:
        await client.say({"type": "connection_init"})
        assert (await client.hear())["type"] == "connection_ack"
        for query in ("subscription { other { id } }", "subscription { changed: other { id } }"):
            await client.say(notes.start(listener, query))
            assert await client.hear() == {"id": "one", "type": "error", "payload": DENIED}
        await client.say(notes.start(nobody, "subscription { changed { id } }"))
        assert await client.hear() == {"id": "one", "type": "error", "payload": DENIED}
        await client.say(notes.start(listener, "subscription { changed { id } }"))
        assert await client.hear() == {"id": "one", "type": "start_ack"}


def _as_answer(keys: Credentials) -> dict[str, Any]:
    return {
        "AccessKeyId": keys.access_key,
        "SecretAccessKey": keys.secret_key,
        "SessionToken": keys.token,
    }
