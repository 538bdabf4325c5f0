"""The addresses of custom REST and HTTP APIs in stack outputs answer over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

_ANSWER = """
import json
def handler(event, context):
    path = event.get("rawPath") or event["path"]
    return {"statusCode": 200, "body": json.dumps({"path": path})}
"""


def _address(api: str, rest: str) -> dict[str, Any]:
    """As the CDK writes it."""
    parts = ["https://", {"Ref": api}, ".execute-api.", {"Ref": "AWS::Region"}, "."]
    return {"Fn::Join": ["", [*parts, {"Ref": "AWS::URLSuffix"}, rest]]}


def _template() -> dict[str, Any]:
    arn = {"Fn::GetAtt": ["Answer", "Arn"]}
    invocations = {
        "Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "${Answer.Arn}/invocations"
    }
    resources: dict[str, tuple[str, dict[str, Any]]] = {
        "Answer": (
            "AWS::Lambda::Function",
            {
                "Runtime": "python3.12",
                "Handler": "index.handler",
                "Role": "arn:aws:iam::000000000000:role/any",
                "Code": {"ZipFile": _ANSWER},
            },
        ),
        "Rest": ("AWS::ApiGateway::RestApi", {"Name": "rest"}),
        "Items": (
            "AWS::ApiGateway::Resource",
            {
                "RestApiId": {"Ref": "Rest"},
                "ParentId": {"Fn::GetAtt": ["Rest", "RootResourceId"]},
                "PathPart": "items",
            },
        ),
        "Get": (
            "AWS::ApiGateway::Method",
            {
                "RestApiId": {"Ref": "Rest"},
                "ResourceId": {"Ref": "Items"},
                "HttpMethod": "GET",
                "AuthorizationType": "NONE",
                "Integration": {
                    "Type": "AWS_PROXY",
                    "IntegrationHttpMethod": "POST",
                    "Uri": invocations,
                },
            },
        ),
        "Deployment": ("AWS::ApiGateway::Deployment", {"RestApiId": {"Ref": "Rest"}}),
        "Prod": (
            "AWS::ApiGateway::Stage",
            {
                "RestApiId": {"Ref": "Rest"},
                "DeploymentId": {"Ref": "Deployment"},
                "StageName": "prod",
            },
        ),
        "Http": ("AWS::ApiGatewayV2::Api", {"Name": "http", "ProtocolType": "HTTP"}),
        "Integration": (
            "AWS::ApiGatewayV2::Integration",
            {
                "ApiId": {"Ref": "Http"},
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": arn,
                "PayloadFormatVersion": "2.0",
            },
        ),
        "Route": (
            "AWS::ApiGatewayV2::Route",
            {
                "ApiId": {"Ref": "Http"},
                "RouteKey": "GET /items",
                "Target": {"Fn::Sub": "integrations/${Integration}"},
            },
        ),
        "Default": (
            "AWS::ApiGatewayV2::Stage",
            {"ApiId": {"Ref": "Http"}, "StageName": "$default", "AutoDeploy": True},
        ),
        "MayRest": (
            "AWS::Lambda::Permission",
            {
                "FunctionName": arn,
                "Action": "lambda:InvokeFunction",
                "Principal": "apigateway.amazonaws.com",
            },
        ),
    }
    made = {name: {"Type": kind, "Properties": props} for name, (kind, props) in resources.items()}
    made["Deployment"]["DependsOn"] = ["Get"]
    outputs = {
        "Rest": _address("Rest", "/prod/"),
        "Http": _address("Http", "/"),
        "Endpoint": {"Fn::GetAtt": ["Http", "ApiEndpoint"]},
        "Custom": {"Fn::Join": ["", ['{"url":"', _address("Rest", "/prod/"), '"}']]},
        "Elsewhere": "https://abcdefghij.execute-api.us-east-1.amazonaws.com/prod/",
    }
    return {
        "Resources": made,
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }


def _outputs(stacks: Stacks) -> dict[str, str]:
    stack = stacks.create("app", _template())
    assert stack["StackStatus"] == "CREATE_COMPLETE", stacks.events("app")
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _path(address: str) -> str:
    answer = httpx.get(address, trust_env=False)
    assert answer.status_code == 200, f"{address}: {answer.text}"
    return str(answer.json()["path"])


def test_addresses_in_outputs_answer(stacks: Stacks) -> None:
    outputs = _outputs(stacks)
    endpoint = str(stacks.cloudformation.meta.endpoint_url)
    assert outputs["Rest"].startswith(f"{endpoint}/")
    assert _path(outputs["Rest"] + "items") == "/items"
    assert _path(outputs["Http"] + "items") == "/items"
    assert _path(outputs["Endpoint"] + "/items") == "/items"
    assert json.loads(outputs["Custom"]) == {"url": outputs["Rest"]}
    assert outputs["Elsewhere"].startswith("https://abcdefghij.execute-api.us-east-1.amazonaws")


def test_without_the_patch_they_lead_away(stacks_without: Callable[[str], Stacks]) -> None:
    outputs = _outputs(stacks_without("apigateway.addresses"))
    assert ".amazonaws.com/" in outputs["Rest"]
