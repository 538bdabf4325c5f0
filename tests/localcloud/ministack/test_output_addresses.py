"""Every address in a stack's outputs answers over HTTP: APIs, function URLs and their siblings."""

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

_OPEN = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::output-addresses-site/*",
        }
    ],
}
_ELSEWHERE = (
    "https://abcdefghij.execute-api.us-east-1.amazonaws.com/prod/",
    "https://abcdefghijabcdefghijabcdefghijab.lambda-url.us-east-1.on.aws/",
    "https://somebody.auth.us-east-1.amazoncognito.com/login",
    "https://somebody.s3.us-east-1.amazonaws.com/a",
    "https://d111111abcdef8.cloudfront.net",
    "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc",
)


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
    resources |= {
        "Api": (
            "AWS::AppSync::GraphQLApi",
            {"Name": "more", "AuthenticationType": "API_KEY"},
        ),
        "Url": ("AWS::Lambda::Url", {"TargetFunctionArn": arn, "AuthType": "NONE"}),
        "Pool": ("AWS::Cognito::UserPool", {"UserPoolName": "users"}),
        "Client": (
            "AWS::Cognito::UserPoolClient",
            {
                "UserPoolId": {"Ref": "Pool"},
                "CallbackURLs": ["http://localhost/"],
                "AllowedOAuthFlows": ["code"],
                "AllowedOAuthFlowsUserPoolClient": True,
            },
        ),
        "Domain": (
            "AWS::Cognito::UserPoolDomain",
            {"UserPoolId": {"Ref": "Pool"}, "Domain": "output-addresses"},
        ),
        "Site": (
            "AWS::S3::Bucket",
            {
                "BucketName": "output-addresses-site",
                "WebsiteConfiguration": {"IndexDocument": "index.html"},
            },
        ),
        "Open": (
            "AWS::S3::BucketPolicy",
            {"Bucket": {"Ref": "Site"}, "PolicyDocument": _OPEN},
        ),
        "Distribution": (
            "AWS::CloudFront::Distribution",
            {
                "DistributionConfig": {
                    "Enabled": True,
                    "Origins": [
                        {
                            "Id": "site",
                            "DomainName": {"Fn::GetAtt": ["Site", "RegionalDomainName"]},
                            "S3OriginConfig": {"OriginAccessIdentity": ""},
                        }
                    ],
                    "DefaultCacheBehavior": {
                        "TargetOriginId": "site",
                        "ViewerProtocolPolicy": "allow-all",
                        "ForwardedValues": {"QueryString": False},
                    },
                }
            },
        ),
    }
    made = {name: {"Type": kind, "Properties": props} for name, (kind, props) in resources.items()}
    made["Deployment"]["DependsOn"] = ["Get"]
    outputs = {
        "Rest": _address("Rest", "/prod/"),
        "Http": _address("Http", "/"),
        "Endpoint": {"Fn::GetAtt": ["Http", "ApiEndpoint"]},
        "Function": {"Fn::GetAtt": ["Url", "FunctionUrl"]},
        "SignIn": {"Fn::Sub": "https://${Domain}.auth.${AWS::Region}.amazoncognito.com/oauth2"},
        "ClientId": {"Ref": "Client"},
        "GraphQL": {
            "Fn::Sub": "https://${Api.ApiId}.appsync-api.${AWS::Region}.amazonaws.com/graphql"
        },
        "GraphQLUrl": {"Fn::GetAtt": ["Api", "GraphQLUrl"]},
        "Website": {"Fn::GetAtt": ["Site", "WebsiteURL"]},
        "Object": {"Fn::Sub": "https://${Site.RegionalDomainName}/index.html"},
        "Distribution": {"Fn::Sub": "https://${Distribution.DomainName}"},
        "Custom": {"Fn::Join": ["", ['{"url":"', _address("Rest", "/prod/"), '"}']]},
        "Elsewhere": " ".join(_ELSEWHERE),
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
    assert outputs["Elsewhere"].split() == list(_ELSEWHERE)
    assert _path(outputs["Function"] + "deep/er?a=b") == "/deep/er"
    assert outputs["GraphQL"] == outputs["GraphQLUrl"]
    assert outputs["GraphQL"].lower().startswith(endpoint)
    asked = {"client_id": outputs["ClientId"], "response_type": "code"}
    asked["redirect_uri"] = "http://localhost/"
    page = httpx.get(outputs["SignIn"] + "/authorize", params=asked, trust_env=False)
    assert "Sign in" in page.text
    stacks.clients.s3.put_object(
        Bucket="output-addresses-site", Key="index.html", Body=b"home", ContentType="text/html"
    )
    for name in ("Website", "Object", "Distribution"):
        assert outputs[name].startswith(endpoint), outputs[name]
    assert httpx.get(outputs["Object"], trust_env=False).text == "home"
    assert httpx.get(outputs["Distribution"] + "/index.html", trust_env=False).text == "home"
    assert httpx.get(outputs["Website"] + "/index.html", trust_env=False).text == "home"


def test_an_api_answers_at_aws_own_form_of_its_address(stacks: Stacks) -> None:
    outputs = _outputs(stacks)
    endpoint = str(stacks.cloudformation.meta.endpoint_url)
    api = outputs["Rest"].split("/")[-3]
    host = f"{api}.execute-api.us-east-1.amazonaws.com"
    assert _path(f"{endpoint}/_amplify_tui/aws/{host}/prod/items") == "/items"


def test_without_the_patch_they_lead_away(stacks_without: Callable[[str], Stacks]) -> None:
    outputs = _outputs(stacks_without("cloudformation.output_addresses"))
    assert ".amazonaws.com/" in outputs["Rest"]
