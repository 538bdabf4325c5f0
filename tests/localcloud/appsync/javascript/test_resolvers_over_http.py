"""JavaScript resolvers of a served API, on real tables of the local cloud."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle

pytestmark = pytest.mark.cloud

RUNTIME = {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}
SCHEMA = """
type Post { id: ID! title: String likes: Int tags: [String] note: String at: AWSDateTime }
type Page { items: [Post] nextToken: String }
input Filter { title: Text likes: Number }
input Text { contains: String }
input Number { gt: Int }
type Query {
  getPost(id: ID!): Post
  listPosts(filter: Filter, limit: Int): Page
  many(ids: [ID!]!): [Post]
  chain(text: String!): String
  early(text: String!): String
  denied: String
  loop: String
}
type Mutation {
  put(id: ID!, title: String!, tags: [String], note: String): Post
  change(id: ID!, title: String, by: Int): Post
  drop(id: ID!, title: String!): Post
  swap(one: ID!, other: ID!): [ID]
}
"""
DDB = "import { util } from '@aws-appsync/utils';\nimport * as ddb from '@aws-appsync/utils/dynamodb';\n"  # noqa: E501
RESULT = """
export function response(ctx) {
  if (ctx.error) util.error(ctx.error.message, ctx.error.type, ctx.result);
  return ctx.result;
}
"""
ON_TABLE = {
    ("Query", "getPost"): "export const request = (ctx) => ddb.get({ key: { id: ctx.args.id } });",
    ("Query", "listPosts"): (
        "export const request = (ctx) => "
        "ddb.scan({ filter: ctx.args.filter, limit: ctx.args.limit ?? 100 });"
    ),
    ("Mutation", "put"): (
        "export function request(ctx) { const { id, ...item } = ctx.args; return ddb.put({"
        " key: { id }, item: { ...item, likes: 0, at: util.time.nowISO8601() },"
        " condition: { id: { attributeExists: false } } }); }"
    ),
    ("Mutation", "change"): (
        "export const request = (ctx) => ddb.update({ key: { id: ctx.args.id }, update: {"
        " title: ctx.args.title, likes: ddb.operations.increment(ctx.args.by),"
        " note: ddb.operations.remove() } });"
    ),
    ("Mutation", "drop"): (
        "export const request = (ctx) => ddb.remove({ key: { id: ctx.args.id },"
        " condition: { title: { eq: ctx.args.title } } });"
    ),
}
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTarget]:
    folder: Path = tmp_path_factory.mktemp("cloud")
    yield lifecycle.start(folder)
    lifecycle.stop(folder)


@pytest.fixture(scope="module")
def ask(target: LocalTarget) -> Iterator[Ask]:
    """Sends one operation to the API."""
    clients = Clients(target)
    appsync, table = clients.client("appsync"), _table(clients)
    api = appsync.create_graphql_api(name="posts", authenticationType="API_KEY")["graphqlApi"]
    api_id = api["apiId"]
    key = appsync.create_api_key(apiId=api_id)["apiKey"]["id"]
    appsync.start_schema_creation(apiId=api_id, definition=SCHEMA.encode())
    role = "arn:aws:iam::000000000000:role/r"
    source = {"apiId": api_id, "serviceRoleArn": role}
    config = {"tableName": table, "awsRegion": "us-east-1"}
    appsync.create_data_source(
        **source, name="posts", type="AMAZON_DYNAMODB", dynamodbConfig=config
    )
    appsync.create_data_source(apiId=api_id, name="none", type="NONE")
    for (type_name, field), request in ON_TABLE.items():
        appsync.create_resolver(
            apiId=api_id,
            typeName=type_name,
            fieldName=field,
            dataSourceName="posts",
            runtime=RUNTIME,
            code=DDB + request + RESULT,
        )
    _batches(appsync, api_id, table)
    _pipelines(appsync, api_id)
    with httpx.Client(headers={"x-api-key": key}, timeout=30) as http:

        def send(query: str, **variables: Any) -> dict[str, Any]:
            answer = http.post(
                api["uris"]["GRAPHQL"], json={"query": query, "variables": variables}
            )
            assert answer.status_code == 200, answer.text
            found: dict[str, Any] = answer.json()
            return found

        yield send


def _table(clients: Clients) -> str:
    clients.client("dynamodb").create_table(
        TableName="posts",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    return "posts"


def _batches(appsync: Any, api_id: str, table: str) -> None:
    made = {"apiId": api_id, "dataSourceName": "posts", "runtime": RUNTIME}
    many = (
        f"export const request = (ctx) => ddb.batchGet({{ tables: {{ {table}:"
        " { keys: ctx.args.ids.map((id) => ({ id })) } } });\n"
        f"export const response = (ctx) => ctx.result.data.{table};"
    )
    appsync.create_resolver(**made, typeName="Query", fieldName="many", code=DDB + many)
    swap = (
        "export const request = (ctx) => ddb.transactWrite({ items: ["
        f" {{ deleteItem: {{ table: '{table}', key: {{ id: ctx.args.one }} }} }},"
        f" {{ putItem: {{ table: '{table}', key: {{ id: ctx.args.other }},"
        " item: { title: 'swapped' } } }] });\n"
        "export const response = (ctx) => ctx.result.keys.map(({ id }) => id);"
    )
    appsync.create_resolver(**made, typeName="Mutation", fieldName="swap", code=DDB + swap)


def _pipelines(appsync: Any, api_id: str) -> None:
    def function(name: str, code: str | None = None, **more: Any) -> str:
        runtime = {"runtime": RUNTIME, "code": code} if code else {}
        made = appsync.create_function(
            apiId=api_id, name=name, dataSourceName="none", **runtime, **more
        )
        return str(made["functionConfiguration"]["functionId"])

    first = function(
        "first",
        "export const request = (ctx) => ({ payload: `${ctx.args.text} ${ctx.stash.path} first` });"
        "export const response = (ctx) => { ctx.stash.path += ' js'; return ctx.result };",
    )
    velocity = function(
        "velocity",
        functionVersion="2018-05-29",
        requestMappingTemplate=(
            '#set($ctx.stash.path = "$ctx.stash.path vtl")'
            '{"version": "2018-05-29", "payload": $util.toJson("$ctx.prev.result $ctx.stash.path")}'
        ),
        responseMappingTemplate="$util.toJson($ctx.result)",
    )
    last = function(
        "last",
        "export const request = (ctx) => ({ payload: `${ctx.prev.result} last` });"
        "export const response = (ctx) => ctx.result;",
    )
    early = function(
        "early",
        "export const request = (ctx) => runtime.earlyReturn('early', { skipTo: 'END' });"
        "export const response = () => util.error('not reached');",
    )
    start = "export function request(ctx) { ctx.stash.path = 'start'; return {} }"
    end = "export const response = (ctx) => ctx.prev.result;"
    for field, functions in (("chain", [first, velocity, last]), ("early", [early, last])):
        appsync.create_resolver(
            apiId=api_id,
            typeName="Query",
            fieldName=field,
            kind="PIPELINE",
            pipelineConfig={"functions": functions},
            runtime=RUNTIME,
            code=f"{start}\n{end}",
        )
    never = "const f = (n) => f(n - 1) + f(n - 1) || f(n);"
    for field, body in (("denied", "util.unauthorized()"), ("loop", "[1].map(() => f(1))")):
        appsync.create_resolver(
            apiId=api_id,
            typeName="Query",
            fieldName=field,
            dataSourceName="none",
            runtime=RUNTIME,
            code=f"{never}\nexport const request = () => {body};\n"
            "export const response = () => 'allowed';",
        )


def test_an_item_is_put_read_changed_and_removed(ask: Ask) -> None:
    put = ask(
        'mutation($tags: [String]) { put(id: "1", title: "One", tags: $tags, note: null)'
        " { id title likes tags note at } }",
        tags=["a", "é"],
    )["data"]["put"]
    assert put["at"].endswith("Z")
    assert {**put, "at": None} == {
        **{"id": "1", "title": "One", "likes": 0, "tags": ["a", "é"]},
        **{"note": None, "at": None},
    }
    again = ask('mutation { put(id: "1", title: "Two") { id } }')
    assert again["errors"][0]["errorType"] == "DynamoDB:ConditionalCheckFailedException"
    changed = ask('mutation { change(id: "1", title: "Three", by: 5) { title likes tags } }')
    assert changed["data"]["change"] == {"title": "Three", "likes": 5, "tags": ["a", "é"]}
    assert ask('{ getPost(id: "1") { title } }') == {"data": {"getPost": {"title": "Three"}}}
    kept = ask('mutation { drop(id: "1", title: "Other") { id } }')
    assert kept["errors"][0]["errorType"] == "DynamoDB:ConditionalCheckFailedException"
    dropped = ask('mutation { drop(id: "1", title: "Three") { id } }')
    assert dropped["data"]["drop"] == {"id": "1"}
    assert ask('{ getPost(id: "1") { title } }') == {"data": {"getPost": None}}


def test_filters_batches_and_transactions(ask: Ask) -> None:
    for number in range(4):
        ask(f'mutation {{ put(id: "f{number}", title: "Filter {number % 2}") {{ id }} }}')
        ask(
            f'mutation {{ change(id: "f{number}", title: "Filter {number % 2}", by: {number})'
            " { id } }"
        )
    found = ask(
        "query($filter: Filter) { listPosts(filter: $filter) { items { id } } }",
        filter={"title": {"contains": "Filter 1"}, "likes": {"gt": 1}},
    )
    assert found["data"]["listPosts"]["items"] == [{"id": "f3"}]
    many = ask('{ many(ids: ["f0", "none", "f2"]) { id title } }')["data"]["many"]
    assert [each and each["id"] for each in many] == ["f0", None, "f2"]
    assert ask('mutation { swap(one: "f0", other: "f9") }')["data"]["swap"] == ["f0", "f9"]
    assert ask('{ getPost(id: "f9") { title } }')["data"]["getPost"] == {"title": "swapped"}


def test_both_languages_share_one_pipelines_stash(ask: Ask) -> None:
    assert ask('{ chain(text: "x") }') == {"data": {"chain": "x start first start js vtl last"}}


def test_an_early_return_leaves_the_rest_of_a_pipeline_out(ask: Ask) -> None:
    assert ask('{ early(text: "x") }') == {"data": {"early": "early"}}


def test_a_denial_is_an_error_of_the_field(ask: Ask) -> None:
    answer = ask("{ denied }")
    assert answer["data"] == {"denied": None}
    assert answer["errors"][0]["errorType"] == "Unauthorized"
    assert answer["errors"][0]["message"] == "Not Authorized to access denied on type Query"


def test_code_that_goes_too_far_fails_only_its_field(ask: Ask) -> None:
    began = time.monotonic()
    answer = ask('{ loop early(text: "x") }')
    assert answer["data"] == {"loop": None, "early": "early"}
    assert answer["errors"][0]["errorType"] == "Code"
    assert "Code" in answer["errors"][0]["message"] or "stack" in answer["errors"][0]["message"]
    assert time.monotonic() - began < 20
