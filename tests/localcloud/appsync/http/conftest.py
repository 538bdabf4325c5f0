"""One real local cloud for the tests of the GraphQL endpoint, and APIs made by boto3 calls."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle

SCHEMA = """
type Query { hello(name: String): String  later: Later  open: String @aws_iam }
type Mutation { say(name: String): Said }
type Said { name: String at: AWSTimestamp }
type Later { a: Int }
type Subscription { onSay(name: String): Said @aws_subscribe(mutations: ["say"]) }
"""
PASS = "$util.toJson($ctx.result)"


@dataclass(frozen=True)
class GraphQLApi:
    """An API on the local cloud, with a key."""

    id: str
    url: str
    key: str
    client: Any
    target: LocalTarget

    def post(self, query: str, variables: Any = None, **headers: str) -> httpx.Response:
        """Send an operation with the API's key."""
        sent = {"x-api-key": self.key, **headers}
        body = {"query": query, "variables": variables}
        return httpx.post(self.url, json=body, headers=sent, timeout=20)

    def set_hello(self, text: str) -> None:
        """Let ``hello`` answer a text, of which ``$`` references are evaluated."""
        arguments = {
            "apiId": self.id,
            "typeName": "Query",
            "fieldName": "hello",
            "dataSourceName": "none",
            "requestMappingTemplate": f'{{"version": "2018-05-29", "payload": "{text}"}}',
            "responseMappingTemplate": PASS,
        }
        found = self.client.list_resolvers(apiId=self.id, typeName="Query")["resolvers"]
        if any(resolver["fieldName"] == "hello" for resolver in found):
            self.client.update_resolver(**arguments)
        else:
            self.client.create_resolver(**arguments)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalTarget, Path]]:
    """A running local cloud and its state folder."""
    folder = tmp_path_factory.mktemp("graphql") / "local-cloud"
    yield lifecycle.start(folder), folder
    lifecycle.stop(folder)


def make_api(target: LocalTarget) -> GraphQLApi:
    """An API with a schema, a NONE data source and two resolvers."""
    client = Clients(target).client("appsync")
    made = client.create_graphql_api(name="test", authenticationType="API_KEY")["graphqlApi"]
    api_id = made["apiId"]
    expires = int(time.time()) + 30 * 86400
    key = client.create_api_key(apiId=api_id, expires=expires)["apiKey"]["id"]
    client.start_schema_creation(apiId=api_id, definition=SCHEMA.encode())
    assert client.get_schema_creation_status(apiId=api_id)["status"] == "SUCCESS"
    client.create_data_source(apiId=api_id, name="none", type="NONE")
    api = GraphQLApi(api_id, made["uris"]["GRAPHQL"], key, client, target)
    api.set_hello("hello $!ctx.args.name")
    client.create_resolver(
        apiId=api_id,
        typeName="Mutation",
        fieldName="say",
        dataSourceName="none",
        requestMappingTemplate='{"version": "2018-05-29", "payload": $util.toJson($ctx.args)}',
        responseMappingTemplate=PASS,
    )
    return api


@pytest.fixture(scope="module")
def shared_api(cloud: tuple[LocalTarget, Path]) -> GraphQLApi:
    """An API that the test must not change."""
    return make_api(cloud[0])


@pytest.fixture
def own_api(cloud: tuple[LocalTarget, Path]) -> GraphQLApi:
    """An API of the test's own."""
    return make_api(cloud[0])
