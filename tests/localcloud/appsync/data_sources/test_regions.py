"""Data sources and authorizers are asked where they are, not in the region of somebody else."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import httpx
import pytest
from botocore.session import Session

from tests.local_keys import own_keys
from workbench.aws.target import LocalTarget

pytestmark = pytest.mark.cloud

HERE, THERE = "eu-central-1", "us-east-1"
SCHEMA = """
type Car { licenseplate: ID!, brand: String }
type Query { here(licenseplate: ID!): Car, there(licenseplate: ID!): Car, told: String }
type Mutation { emit: String }
schema { query: Query, mutation: Mutation }
"""
GET = (
    '{"version": "2018-05-29", "operation": "GetItem", "key": {"licenseplate": '
    "$util.dynamodb.toDynamoDBJson($ctx.args.licenseplate)}}"
)
PUT = (
    '{"version": "2018-05-29", "operation": "PutEvents", "events": '
    '[{"source": "test", "detailType": "x", "detail": {}}]}'
)
FUNCTION = """
def handler(event, context):
    if "authorizationToken" in event:
        return {"isAuthorized": event["authorizationToken"] == "letmein"}
    return "told in " + context.invoked_function_arn.split(":")[3]
"""


def packed() -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        archive.writestr("index.py", FUNCTION)
    return found.getvalue()


def test_each_in_its_own_region(local_cloud: LocalTarget) -> None:
    keys = own_keys(local_cloud)

    def client(service: str, region: str) -> Any:
        return Session().create_client(  # type: ignore[call-overload]
            service,
            endpoint_url=local_cloud.endpoint,
            region_name=region,
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
        )

    for region in (HERE, THERE):
        dynamodb = client("dynamodb", region)
        dynamodb.create_table(
            TableName="cars",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "licenseplate", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "licenseplate", "AttributeType": "S"}],
        )
        item = {"licenseplate": {"S": "X1"}, "brand": {"S": region}}
        dynamodb.put_item(TableName="cars", Item=item)
    role = "arn:aws:iam::000000000000:role/any"
    function = client("lambda", HERE).create_function(
        FunctionName="told",
        Runtime="python3.11",
        Handler="index.handler",
        Role=role,
        Code={"ZipFile": packed()},
    )["FunctionArn"]
    bus = client("events", HERE).create_event_bus(Name="bus")["EventBusArn"]
    appsync = client("appsync", HERE)
    made = appsync.create_graphql_api(
        name="cars",
        authenticationType="AWS_LAMBDA",
        lambdaAuthorizerConfig={"authorizerUri": function, "authorizerResultTtlInSeconds": 0},
    )["graphqlApi"]
    api = made["apiId"]
    appsync.start_schema_creation(apiId=api, definition=SCHEMA.encode())
    table: dict[str, Any] = {"tableName": "cars"}
    sources: dict[str, dict[str, Any]] = {
        "here": {
            "type": "AMAZON_DYNAMODB",
            "dynamodbConfig": {**table, "awsRegion": HERE},
        },
        "there": {
            "type": "AMAZON_DYNAMODB",
            "dynamodbConfig": {**table, "awsRegion": THERE},
        },
        "told": {"type": "AWS_LAMBDA", "lambdaConfig": {"lambdaFunctionArn": function}},
        "emit": {"type": "AMAZON_EVENTBRIDGE", "eventBridgeConfig": {"eventBusArn": bus}},
    }
    requests = {
        "here": GET,
        "there": GET,
        "told": '{"version": "2018-05-29", "operation": "Invoke", "payload": {}}',
        "emit": PUT,
    }
    for name, settings in sources.items():
        appsync.create_data_source(apiId=api, name=name, **settings)
        appsync.create_resolver(
            apiId=api,
            typeName="Mutation" if name == "emit" else "Query",
            fieldName=name,
            dataSourceName=name,
            requestMappingTemplate=requests[name],
            responseMappingTemplate=(
                "#if($ctx.error)$util.error($ctx.error.message)#end"
                + (
                    '$util.toJson("$ctx.result.FailedEntryCount")'
                    if name == "emit"
                    else "$util.toJson($ctx.result)"
                )
            ),
        )

    def ask(query: str, token: str = "letmein") -> Any:
        return httpx.post(
            made["uris"]["GRAPHQL"],
            content=json.dumps({"query": query}),
            headers={"authorization": token},
            timeout=30,
            trust_env=False,
        ).json()

    car = '(licenseplate: "X1") { brand }'
    assert ask(f"{{ here{car} there{car} told }}") == {
        "data": {
            "here": {"brand": HERE},
            "there": {"brand": THERE},
            "told": f"told in {HERE}",
        }
    }
    assert ask("mutation { emit }") == {"data": {"emit": "0"}}
    assert ask("{ told }", "no")["errors"][0]["errorType"] == "UnauthorizedException"
