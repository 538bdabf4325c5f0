"""Cross-origin rules of HTTP APIs and function addresses, for a page of the developer's."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.localcloud.access.test_bucket_cors import endpoint, of_cors
from tests.localcloud.conftest import Stacks
from workbench.aws.clients import Clients

pytestmark = pytest.mark.cloud

PAGE, OTHER = "http://localhost:5173", "http://127.0.0.1:5173"
ASKS = "access-control-request-method"
CODE = """
import json

def handler(event, context):
    method = event["requestContext"].get("http", event["requestContext"]).get("method")
    headers = {"access-control-allow-origin": "http://127.0.0.1:5173", "x-method": method}
    asked = event["headers"].get("x-tell") == "event"
    return {"statusCode": 200, "headers": headers, "body": json.dumps(event) if asked else method}
"""


@pytest.fixture
def function(local_clients: Clients) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", CODE)
    made = local_clients.lambda_.create_function(
        FunctionName="answer",
        Runtime="python3.12",
        Handler="index.handler",
        Role="arn:aws:iam::000000000000:role/any",
        Code={"ZipFile": packed.getvalue()},
    )
    return made["FunctionArn"]


def make_api(
    clients: Clients,
    function: str,
    rules: Mapping[str, Any],
    payload: str = "2.0",
    stage: str = "$default",
) -> str:
    """An API whose every route is the function's; returns its address."""
    gateway: Any = clients.client("apigatewayv2")
    cors = {"CorsConfiguration": rules} if rules else {}
    api = gateway.create_api(Name="api", ProtocolType="HTTP", **cors)["ApiId"]
    integration = gateway.create_integration(
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationUri=function,
        PayloadFormatVersion=payload,
    )["IntegrationId"]
    gateway.create_route(ApiId=api, RouteKey="$default", Target=f"integrations/{integration}")
    gateway.create_stage(ApiId=api, StageName=stage, AutoDeploy=True, StageVariables={"a": "b"})
    return f"{endpoint(clients)}/_aws/execute-api/{api}/{stage}/items"


def test_an_api_without_rules_leaves_options_to_its_routes(
    local_clients: Clients, function: str
) -> None:
    address = make_api(local_clients, function, {})
    preflight = httpx.options(address, headers={"origin": OTHER, ASKS: "PUT"})
    assert (preflight.status_code, preflight.text) == (200, "OPTIONS")
    assert preflight.headers["access-control-allow-origin"] == OTHER
    assert httpx.get(address, headers={"origin": OTHER}).text == "GET"


def test_an_api_with_rules_answers_by_them_alone(local_clients: Clients, function: str) -> None:
    rules = {"AllowOrigins": [PAGE], "AllowMethods": ["PUT"], "ExposeHeaders": ["x-method"]}
    address = make_api(local_clients, function, rules)
    preflight = httpx.options(address, headers={"origin": PAGE, ASKS: "PUT"})
    assert (preflight.status_code, preflight.content) == (204, b"")
    assert of_cors(preflight)["allow-origin"] == PAGE
    assert of_cors(preflight)["allow-methods"] == "PUT"
    assert of_cors(httpx.options(address, headers={"origin": OTHER, ASKS: "PUT"})) == {}
    # What the function says about origins does not count.
    answer = httpx.get(address, headers={"origin": OTHER})
    assert (answer.text, of_cors(answer)) == ("GET", {})
    answer = httpx.get(address, headers={"origin": PAGE})
    assert of_cors(answer) == {"allow-origin": PAGE, "expose-headers": "x-method"}


def test_an_event_has_the_format_that_the_integration_asks_for(
    local_clients: Clients, function: str
) -> None:
    def told(payload: str) -> Any:
        address = make_api(local_clients, function, {}, payload, stage="v1")
        headers = {"x-tell": "event", "cookie": "a=1; b=2"}
        return httpx.get(f"{address}?n=1&n=2", headers=headers, timeout=30).json()

    second, first = told("2.0"), told("1.0")
    assert (second["version"], second["cookies"]) == ("2.0", ["a=1", "b=2"])
    assert "cookie" not in second["headers"] and "pathParameters" not in second
    assert second["rawPath"] == second["requestContext"]["http"]["path"] == "/v1/items"
    assert second["queryStringParameters"] == {"n": "1,2"}
    assert (first["version"], first["path"], first["httpMethod"]) == ("1.0", "/v1/items", "GET")
    assert first["headers"]["cookie"] == "a=1; b=2"
    assert first["queryStringParameters"] == {"n": "2"}
    assert first["multiValueQueryStringParameters"] == {"n": ["1", "2"]}
    assert first["stageVariables"] == second["stageVariables"] == {"a": "b"}
    assert first["requestContext"]["authorizer"] == {"claims": None, "scopes": None}


def test_a_template_has_rules(stacks: Stacks) -> None:
    template: Any = {
        "Resources": {
            "Api": {
                "Type": "AWS::ApiGatewayV2::Api",
                "Properties": {
                    "Name": "api",
                    "ProtocolType": "HTTP",
                    "CorsConfiguration": {"AllowOrigins": [PAGE], "AllowMethods": ["GET"]},
                },
            }
        }
    }
    assert stacks.create("rules", template)["StackStatus"] == "CREATE_COMPLETE"
    api = stacks.physical_id("rules", "Api")
    address = f"{endpoint(stacks.clients)}/_aws/execute-api/{api}/$default/items"
    preflight = httpx.options(address, headers={"origin": PAGE, ASKS: "GET"})
    assert of_cors(preflight) == {"allow-origin": PAGE, "allow-methods": "GET"}
    rules = template["Resources"]["Api"]["Properties"]["CorsConfiguration"]
    rules["AllowOrigins"] = [OTHER]
    assert stacks.update("rules", template)["StackStatus"] == "UPDATE_COMPLETE"
    assert of_cors(httpx.options(address, headers={"origin": PAGE, ASKS: "GET"})) == {}


def test_a_scheme_allows_all_its_origins(local_clients: Clients, function: str) -> None:
    address = make_api(local_clients, function, {"AllowOrigins": ["http://*"]})
    answer = httpx.get(address, headers={"origin": PAGE})
    assert of_cors(answer) == {"allow-origin": PAGE}
    answer = httpx.get(address, headers={"origin": "https://localhost:5173"})
    assert of_cors(answer) == {}


def test_a_function_address_answers_by_its_rules(local_clients: Clients, function: str) -> None:
    lambda_: Any = local_clients.lambda_
    cors = {"AllowOrigins": [PAGE], "AllowMethods": ["PUT"], "AllowHeaders": ["x-a"]}
    url = lambda_.create_function_url_config(FunctionName="answer", AuthType="AWS_IAM", Cors=cors)
    host = httpx.URL(url["FunctionUrl"]).host
    address = f"{endpoint(local_clients)}/_amplify_tui/aws/{host}/"
    preflight = httpx.options(address, headers={"origin": PAGE, ASKS: "PUT"})
    assert preflight.status_code == 200
    assert of_cors(preflight)["allow-origin"] == PAGE
    assert of_cors(preflight)["allow-headers"] == "x-a"
    assert of_cors(httpx.options(address, headers={"origin": OTHER, ASKS: "PUT"})) == {}
