"""What the API's nested stacks hold: tables, data sources, resolvers. Plain data, no constructs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from workbench.backend.resolvers.records import Step, TablePlan

Json = Any
API_ID: Json = {"Ref": "ApiId"}
RUNTIME = {"Name": "APPSYNC_JS", "RuntimeVersion": "1.0.0"}
_TABLE_ACTIONS = (
    "BatchGetItem",
    "BatchWriteItem",
    "PutItem",
    "DeleteItem",
    "GetItem",
    "Scan",
    "Query",
    "UpdateItem",
    "ConditionCheckItem",
)
PIPELINE_CODE: Json = {
    "Fn::Sub": """\
export const request = (ctx) => {
  ctx.stash.awsAppsyncApiId = '${ApiId}';
  ctx.stash.amplifyApiEnvironmentName = 'NONE';
  return {};
};
export const response = (ctx) => ctx.prev.result;
"""
}
"""What every pipeline begins with: the names that Amplify puts in the stash.

Handlers of batches name their tables by them: ``Todo-${ctx.stash.awsAppsyncApiId}-…``.
"""


def table_name(plan: TablePlan) -> Json:
    """``Todo-API-NONE``, as Amplify's; other keys than ``id`` are in the name.

    CloudFormation cannot replace a table by one of the same name, and other keys need another
    table.
    """
    suffix = ""
    if (plan.partition, plan.sort) != ("id", ""):
        keys = f"{plan.partition} {plan.sort} {dict(plan.attributes).get(plan.partition)}"
        suffix = "-" + hashlib.sha256(keys.encode()).hexdigest()[:6]
    return {"Fn::Sub": f"{plan.model}-${{ApiId}}-NONE{suffix}"}


def table(plan: TablePlan) -> Json:
    """Properties of ``AWS::DynamoDB::Table``."""
    properties: dict[str, Json] = {
        "TableName": table_name(plan),
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind} for name, kind in plan.attributes
        ],
        "KeySchema": _keys(plan.partition, plan.sort),
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
    }
    indexes = []
    for index in plan.indexes:
        projection: dict[str, Json] = {"ProjectionType": index.projection}
        if index.projection == "INCLUDE":
            projection["NonKeyAttributes"] = list(index.included)
        indexes.append(
            {
                "IndexName": index.name,
                "KeySchema": _keys(index.partition, index.sort),
                "Projection": projection,
            }
        )
    if indexes:
        properties["GlobalSecondaryIndexes"] = indexes
    return properties


def table_role(logical_id: str) -> Json:
    """Properties of the role with which AppSync works on a table."""
    arn = {"Fn::GetAtt": [logical_id, "Arn"]}
    return service_role(
        "DynamoDBAccess",
        [f"dynamodb:{name}" for name in _TABLE_ACTIONS],
        [arn, {"Fn::Join": ["", [arn, "/*"]]}],
    )


def service_role(name: str, actions: list[str], resources: list[Json]) -> Json:
    """Properties of a role of AppSync's with one inline policy."""
    return {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "appsync.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        },
        "Policies": [
            {
                "PolicyName": name,
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resources}],
                },
            }
        ],
    }


def table_source(name: str, table_id: str, role_id: str) -> Json:
    """Properties of a table's data source."""
    return {
        "ApiId": API_ID,
        "Name": name,
        "Type": "AMAZON_DYNAMODB",
        "ServiceRoleArn": {"Fn::GetAtt": [role_id, "Arn"]},
        "DynamoDBConfig": {"AwsRegion": {"Ref": "AWS::Region"}, "TableName": {"Ref": table_id}},
    }


def unit_resolver(type_name: str, field: str, step: Step, source: Json) -> Json:
    """Properties of a resolver of one step."""
    return {
        "ApiId": API_ID,
        "TypeName": type_name,
        "FieldName": field,
        "Kind": "UNIT",
        "DataSourceName": source,
        "Runtime": RUNTIME,
        "Code": step.code,
    }


def pipeline_resolver(type_name: str, field: str, functions: Iterable[str]) -> Json:
    """Properties of a resolver of several steps; ``functions`` are their logical ids."""
    return {
        "ApiId": API_ID,
        "TypeName": type_name,
        "FieldName": field,
        "Kind": "PIPELINE",
        "PipelineConfig": {
            "Functions": [{"Fn::GetAtt": [function, "FunctionId"]} for function in functions]
        },
        "Runtime": RUNTIME,
        "Code": PIPELINE_CODE,
    }


def step_function(step: Step, source: Json) -> Json:
    """Properties of a step's ``AWS::AppSync::FunctionConfiguration``."""
    return {
        "ApiId": API_ID,
        "Name": step.name,
        "DataSourceName": source,
        "Runtime": RUNTIME,
        "Code": step.code,
    }


def logical_id(*parts: str) -> str:
    """A logical id from names: letters and digits, with a hash where that changes something."""
    text = "".join(parts)
    plain = "".join(letter for letter in text if letter.isalnum() and letter.isascii())
    if plain == text:
        return plain
    return plain + hashlib.sha256(text.encode()).hexdigest()[:6]


def _keys(partition: str, sort: str) -> list[Mapping[str, str]]:
    keys: list[Mapping[str, str]] = [{"AttributeName": partition, "KeyType": "HASH"}]
    return [*keys, {"AttributeName": sort, "KeyType": "RANGE"}] if sort else keys
