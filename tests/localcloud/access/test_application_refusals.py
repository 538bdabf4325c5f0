"""An API or a function's address that asks for IAM refuses what is not signed in its own words."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.localcloud.access.test_bucket_cors import PAGE, endpoint, of_cors
from workbench.aws.clients import Clients

pytestmark = pytest.mark.cloud


def http_api(clients: Clients) -> str:
    gateway: Any = clients.client("apigatewayv2")
    rules = {"AllowOrigins": [PAGE]}
    api = gateway.create_api(Name="api", ProtocolType="HTTP", CorsConfiguration=rules)["ApiId"]
    gateway.create_route(ApiId=api, RouteKey="ANY /items", AuthorizationType="AWS_IAM")
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
    ("make", "missing", "kind", "readable"),
    [
        (http_api, {"message": "Forbidden"}, "ForbiddenException", {"allow-origin": PAGE}),
        (
            rest_api,
            {"message": "Missing Authentication Token"},
            "MissingAuthenticationTokenException",
            {},
        ),
    ],
)
def test_what_is_not_signed(
    local_clients: Clients,
    make: Any,
    missing: dict[str, str],
    kind: str,
    readable: dict[str, str],
) -> None:
    address = endpoint(local_clients) + make(local_clients)
    answer = httpx.get(address, headers={"origin": PAGE})
    assert (answer.status_code, answer.json()) == (403, missing)
    assert of_cors(answer) == readable
    assert answer.headers["x-amzn-errortype"] == kind
    signature = "Credential=AKIAUNKNOWN/20260101/us-east-1/execute-api/aws4_request"
    wrong = f"AWS4-HMAC-SHA256 {signature}, SignedHeaders=host, Signature={'0' * 64}"
    answer = httpx.get(address, headers={"authorization": wrong, "x-amz-date": "20260101T000000Z"})
    assert (answer.status_code, set(answer.json())) == (403, {"message"})


def signed(clients: Clients, address: str) -> httpx.Response:
    """Ask with the keys of a role that may do nothing."""
    iam: Any = clients.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="nobody", AssumeRolePolicyDocument=policy)["Role"]["Arn"]
    sts: Any = clients.client("sts")
    keys = sts.assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    found = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    request = AWSRequest("GET", address)
    SigV4Auth(found, "execute-api", clients.region).add_auth(request)
    return httpx.get(address, headers=dict(request.headers))


def test_a_preflight_needs_no_signature(local_clients: Clients) -> None:
    address = endpoint(local_clients) + http_api(local_clients)
    preflight = {"origin": PAGE, "access-control-request-method": "GET"}
    answer = httpx.options(address, headers=preflight)
    assert (answer.status_code, of_cors(answer)["allow-origin"]) == (204, PAGE)


def test_what_the_callers_role_may_not(local_clients: Clients) -> None:
    answer = signed(local_clients, endpoint(local_clients) + http_api(local_clients))
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def test_a_rest_api_says_what_is_missing(local_clients: Clients) -> None:
    answer = signed(local_clients, endpoint(local_clients) + rest_api(local_clients))
    assert answer.status_code == 403
    assert "is not authorized to perform: execute-api:Invoke" in answer.json()["Message"]
