"""A deployed API's data sources over HTTP, with the tables seen by boto3."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from pathlib import Path
from typing import Any

import boto3

from tests.local_keys import boto3_keys
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle

SCHEMA = """
type Thing { id: ID!, name: String, tags: [String] }
type Page { items: [Thing], nextToken: String }
type Query { get(id: ID!): Thing, list(limit: Int, nextToken: String): Page }
type Mutation { put(id: ID!, name: String, tags: [String]): Thing, remove(id: ID!): Thing }
schema { query: Query, mutation: Mutation }
"""
PASS_ON = (
    "#if($ctx.error)$util.error($ctx.error.message, $ctx.error.type)#end$util.toJson($ctx.result)"
)
VERSION = '"version": "2018-05-29"'
KEY = '"key": {"id": $util.dynamodb.toDynamoDBJson($ctx.args.id)}'
RESOLVERS = {
    ("Query", "get"): f'{{{VERSION}, "operation": "GetItem", {KEY}}}',
    ("Query", "list"): (
        f'{{{VERSION}, "operation": "Scan", "limit": $util.defaultIfNull($ctx.args.limit, 10), '
        '"nextToken": $util.toJson($ctx.args.nextToken)}'
    ),
    ("Mutation", "put"): (
        f'{{{VERSION}, "operation": "PutItem", {KEY}, '
        '"attributeValues": $util.dynamodb.toMapValuesJson($ctx.args), '
        '"condition": {"expression": "attribute_not_exists(id)"}}'
    ),
    ("Mutation", "remove"): f'{{{VERSION}, "operation": "DeleteItem", {KEY}}}',
}


def clients(target: LocalTarget) -> tuple[Any, Any]:
    access: Any = {
        "endpoint_url": target.endpoint,
        "region_name": target.region,
        **boto3_keys(target),
    }
    return boto3.client("appsync", **access), boto3.client("dynamodb", **access)


def deploy(target: LocalTarget) -> tuple[str, str]:
    """The API's id and a key."""
    appsync, dynamodb = clients(target)
    dynamodb.create_table(
        TableName="things",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    api = appsync.create_graphql_api(name="things", authenticationType="API_KEY")["graphqlApi"]
    api_id = api["apiId"]
    appsync.start_schema_creation(apiId=api_id, definition=SCHEMA.encode())
    appsync.create_data_source(
        apiId=api_id,
        name="Things",
        type="AMAZON_DYNAMODB",
        dynamodbConfig={"tableName": "things", "awsRegion": target.region},
    )
    for (type_name, field), template in RESOLVERS.items():
        appsync.create_resolver(
            apiId=api_id,
            typeName=type_name,
            fieldName=field,
            dataSourceName="Things",
            requestMappingTemplate=template,
            responseMappingTemplate=PASS_ON,
        )
    return api_id, appsync.create_api_key(apiId=api_id)["apiKey"]["id"]


def run(target: LocalTarget, api: tuple[str, str], query: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{target.endpoint}/v1/apis/{api[0]}/graphql",
        json.dumps({"query": query}).encode(),
        {"content-type": "application/json", "x-api-key": api[1]},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def test_tables_change_as_the_operations_say(local_cloud: LocalTarget) -> None:
    api = deploy(local_cloud)
    _, dynamodb = clients(local_cloud)
    put = 'mutation { put(id: "1", name: "a", tags: ["x"]) { id name tags } }'
    made = run(local_cloud, api, put)
    assert made == {"data": {"put": {"id": "1", "name": "a", "tags": ["x"]}}}
    assert dynamodb.get_item(TableName="things", Key={"id": {"S": "1"}})["Item"] == {
        "id": {"S": "1"},
        "name": {"S": "a"},
        "tags": {"L": [{"S": "x"}]},
    }
    assert run(local_cloud, api, put) == made
    refused = run(local_cloud, api, 'mutation { put(id: "1", name: "b") { id } }')
    assert refused["data"] == {"put": None}
    assert refused["errors"][0]["errorType"] == "DynamoDB:ConditionalCheckFailedException"
    run(local_cloud, api, 'mutation { put(id: "2", name: "b") { id } }')
    first = run(local_cloud, api, "{ list(limit: 1) { items { id } nextToken } }")["data"]["list"]
    token = json.dumps(first["nextToken"])
    query = f"{{ list(nextToken: {token}) {{ items {{ id }} nextToken }} }}"
    second = run(local_cloud, api, query)["data"]["list"]
    assert sorted(item["id"] for item in first["items"] + second["items"]) == ["1", "2"]
    assert second["nextToken"] is None
    broken = run(local_cloud, api, '{ list(nextToken: "broken") { nextToken } }')
    assert broken["errors"][0]["errorType"] == "DynamoDB:UserIllegalArgumentException"
    run(local_cloud, api, 'mutation { remove(id: "1") { id } }')
    assert "Item" not in dynamodb.get_item(TableName="things", Key={"id": {"S": "1"}})
    assert run(local_cloud, api, '{ get(id: "1") { id } }') == {"data": {"get": None}}


def test_a_write_outlives_a_kill(own_cloud: LocalTarget, own_cloud_dir: Path) -> None:
    api = deploy(own_cloud)
    run(own_cloud, api, 'mutation { put(id: "1", name: "a") { id } }')
    time.sleep(1.5)
    pid = lifecycle.status(own_cloud_dir).pid
    assert pid > 0
    os.kill(pid, signal.SIGKILL)
    target = lifecycle.start(own_cloud_dir)
    found = run(target, api, '{ get(id: "1") { name } }')
    assert found == {"data": {"get": {"name": "a"}}}
