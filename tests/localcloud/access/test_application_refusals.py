"""An API or a function's address that asks for IAM refuses what is not signed in its own words."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.localcloud.access.test_bucket_cors import endpoint
from workbench.aws.clients import Clients

pytestmark = pytest.mark.cloud


def http_api(clients: Clients) -> str:
    gateway: Any = clients.client("apigatewayv2")
    api = gateway.create_api(Name="api", ProtocolType="HTTP")["ApiId"]
    gateway.create_route(ApiId=api, RouteKey="GET /items", AuthorizationType="AWS_IAM")
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    return f"/_aws/execute-api/{api}/items"


def rest_api(clients: Clients) -> str:
    gateway: Any = clients.client("apigateway")
    api = gateway.create_rest_api(name="api")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    where = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(**where, authorizationType="AWS_IAM")
    gateway.put_integration(**where, type="MOCK")
    gateway.create_deployment(restApiId=api, stageName="prod")
    return f"/_aws/execute-api/{api}/prod/"


@pytest.mark.parametrize(
    ("make", "missing", "kind"),
    [
        (http_api, {"message": "Forbidden"}, "ForbiddenException"),
        (
            rest_api,
            {"message": "Missing Authentication Token"},
            "MissingAuthenticationTokenException",
        ),
    ],
)
def test_what_is_not_signed(
    local_clients: Clients, make: Any, missing: dict[str, str], kind: str
) -> None:
    address = endpoint(local_clients) + make(local_clients)
    answer = httpx.get(address)
    assert (answer.status_code, answer.json()) == (403, missing)
    assert answer.headers["x-amzn-errortype"] == kind
    signature = "Credential=AKIAUNKNOWN/20260101/us-east-1/execute-api/aws4_request"
    wrong = f"AWS4-HMAC-SHA256 {signature}, SignedHeaders=host, Signature={'0' * 64}"
    answer = httpx.get(address, headers={"authorization": wrong, "x-amz-date": "20260101T000000Z"})
    assert (answer.status_code, set(answer.json())) == (403, {"message"})
