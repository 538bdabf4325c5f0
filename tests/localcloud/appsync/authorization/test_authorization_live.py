"""Authorization on a running local cloud: a real Lambda function, a provider over HTTP, a guest."""

from __future__ import annotations

import asyncio
import io
import json
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.local_keys import own_keys
from tests.localcloud.appsync.authorization.conftest import Signer
from tests.localcloud.appsync.authorization.granted_roles import granted_role
from tests.localcloud.appsync.realtime.conftest import start
from tests.localcloud.appsync.realtime.socket_client import Socket
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget

SCHEMA = """
type Query {
  me: AWSJSON @aws_api_key @aws_iam @aws_oidc @aws_lambda
  secret: String @aws_api_key @aws_iam @aws_oidc @aws_lambda
}
type Mutation {
  say(text: String): Said @aws_api_key @aws_lambda
  end(user: String): Said @aws_api_key @aws_lambda
}
type Said @aws_api_key @aws_lambda { text: String }
type Subscription {
  onSay(user: String): Said @aws_subscribe(mutations: ["say"]) @aws_api_key @aws_lambda
}
"""
NONE = '{"version":"2018-05-29","payload":{}}'
WHO = "#return($util.toJson({'identity': $ctx.identity, 'type': $util.authType()}))"
SAY = '$util.toJson({"text": $ctx.args.text})'
ENDS_BY = """$extensions.setSubscriptionInvalidationFilter($util.parseJson($util.toJson({
  "filterGroup": [{"filters": [
    {"fieldName": "user", "operator": "eq", "value": $ctx.args.user}]}]})))
null"""
END = """$extensions.invalidateSubscriptions({
  "subscriptionField": "onSay", "payload": {"user": $ctx.args.user}})
$util.toJson({"text": "ended"})"""
AUTHORIZER = """
def handler(event, context):
    token = event["authorizationToken"]
    if token == "fail":
        raise RuntimeError("no")
    return {
        "isAuthorized": token.startswith("let-me-in"),
        "resolverContext": {"operation": event["requestContext"]["operationName"]},
        "deniedFields": ["Query.secret"],
        "ttlOverride": 0,
    }
"""


class _Provider(BaseHTTPRequestHandler):
    signer: Signer

    def do_GET(self) -> None:
        """Discovery and keys."""
        base = f"http://{self.headers['host']}"
        documents: dict[str, Any] = {
            "/.well-known/openid-configuration": {"issuer": base, "jwks_uri": f"{base}/keys"},
            "/keys": {"keys": [self.signer.public]},
        }
        body = json.dumps(documents[self.path]).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def issuer(signer: Signer) -> Iterator[str]:
    """An OpenID Connect provider on a loopback port."""
    handler = type("Provider", (_Provider,), {"signer": signer})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def _zipped(code: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", code)
    return content.getvalue()


def _deploy(clients: Clients, issuer: str) -> tuple[str, str]:
    """The address and the key of an API with four modes."""
    function = clients.lambda_.create_function(
        FunctionName="authorizer",
        Runtime="python3.12",
        Role="arn:aws:iam::000000000000:role/any",
        Handler="index.handler",
        Code={"ZipFile": _zipped(AUTHORIZER)},
    )["FunctionArn"]
    appsync = clients.appsync
    api = appsync.create_graphql_api(
        name="modes",
        authenticationType="API_KEY",
        additionalAuthenticationProviders=[
            {"authenticationType": "AWS_IAM"},
            {"authenticationType": "OPENID_CONNECT", "openIDConnectConfig": {"issuer": issuer}},
            {
                "authenticationType": "AWS_LAMBDA",
                "lambdaAuthorizerConfig": {"authorizerUri": function},
            },
        ],
    )["graphqlApi"]
    api_id = api["apiId"]
    key = appsync.create_api_key(apiId=api_id, expires=int(time.time()) + 2 * 86400)["apiKey"]["id"]
    appsync.start_schema_creation(apiId=api_id, definition=SCHEMA.encode())
    appsync.create_data_source(apiId=api_id, name="none", type="NONE")
    for name, template in (
        ("Query.me", WHO),
        ("Query.secret", '#return("s3cret")'),
        ("Mutation.say", SAY),
        ("Mutation.end", END),
        ("Subscription.onSay", ENDS_BY),
    ):
        type_name, field = name.split(".")
        returns = type_name == "Query"
        appsync.create_resolver(
            apiId=api_id,
            typeName=type_name,
            fieldName=field,
            dataSourceName="none",
            requestMappingTemplate=template if returns else NONE,
            responseMappingTemplate="null" if returns else template,
        )
    return api["uris"]["GRAPHQL"], key


def _post(url: str, query: str, headers: dict[str, str]) -> httpx.Response:
    return httpx.post(url, json={"query": query}, headers=headers, trust_env=False, timeout=20)


def _me(url: str, headers: dict[str, str]) -> dict[str, Any]:
    answer = _post(url, "query Who { me }", headers).json()
    assert "errors" not in answer, answer
    found = answer["data"]["me"]
    return dict(json.loads(found) if isinstance(found, str) else found)


def _signed(url: str, query: str, credentials: Credentials) -> dict[str, str]:
    body = httpx.Request("POST", url, json={"query": query}).content
    request = AWSRequest("POST", url.lower(), data=body)
    SigV4Auth(credentials, "appsync", "us-east-1").add_auth(request)
    return dict(request.headers.items())


def test_each_mode_on_one_api(local_cloud: LocalTarget, issuer: str, signer: Signer) -> None:
    clients = Clients(local_cloud)
    url, key = _deploy(clients, issuer)
    assert _me(url, {"x-api-key": key}) == {"identity": None, "type": "API Key Authorization"}

    claims = {"sub": "s1", "iss": issuer, "exp": int(time.time()) + 60, "role": "editor"}
    found = _me(url, {"authorization": signer.token(claims)})
    assert (found["type"], found["identity"]["sub"]) == ("Open ID Connect Authorization", "s1")
    forged = _post(url, "{ me }", {"authorization": Signer("key-1").token(claims)})
    assert forged.status_code == 401

    found = _me(url, {"authorization": "let-me-in"})
    # The request names no operationName; AppSync does not take it from the query.
    assert found["identity"] == {"resolverContext": {"operation": None}}
    denied = _post(url, "{ secret }", {"authorization": "let-me-in"}).json()
    assert denied["data"] == {"secret": None}
    assert denied["errors"][0]["errorType"] == "Unauthorized"
    for token in ("stranger", "fail"):
        refused = _post(url, "{ me }", {"authorization": token})
        assert refused.status_code == 401
        assert refused.json()["errors"][0]["errorType"] == "UnauthorizedException"

    admin = _signed(url, "query Who { me }", own_keys(local_cloud))
    assert _me(url, admin)["identity"]["cognitoIdentityId"] is None
    role = granted_role(clients, "some", "*")
    session = clients.sts.assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    held = Credentials(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    arn = "arn:aws:sts::000000000000:assumed-role/some/me"
    assert _me(url, _signed(url, "query Who { me }", held))["identity"]["userArn"] == arn
    for bad in (
        Credentials(held.access_key, "wrong", held.token),
        Credentials("ASIAUNKNOWN", "x", "y"),
        Credentials("test", "test"),
        Credentials(own_keys(local_cloud).access_key, "wrong"),
    ):
        refused = _post(url, "{ me }", _signed(url, "{ me }", bad))
        assert refused.status_code == 403


async def test_a_mutation_publishes_and_ends_subscriptions(
    local_cloud: LocalTarget, issuer: str
) -> None:
    url, key = await asyncio.to_thread(_deploy, Clients(local_cloud), issuer)
    place = urlsplit(url)
    headers = {"x-api-key": key, "host": place.netloc}
    query = "subscription S($user: String) { onSay(user: $user) { text } }"
    async with Socket(place.port or 0, f"{place.path}/realtime", headers, False) as client:
        for user in ("ann", "bob"):
            await client.say(start(user, query, key=key, user=user))
            assert await client.hear() == {"id": user, "type": "start_ack"}
        everyone = "subscription { onSay { text } }"
        await client.say(start("all", everyone, key=key))
        assert await client.hear() == {"id": "all", "type": "start_ack"}
        told = {"authorization": "let-me-in"}
        said = await asyncio.to_thread(_post, url, 'mutation { say(text: "hi") { text } }', told)
        assert said.json() == {"data": {"say": {"text": "hi"}}}
        event = {"data": {"onSay": {"text": "hi"}}}
        assert await client.hear() == {"id": "all", "type": "data", "payload": event}
        await asyncio.to_thread(_post, url, 'mutation { end(user: "ann") { text } }', told)
        assert await client.hear() == {"id": "ann", "type": "complete"}
        assert await client.silent()
