from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from workbench.localcloud.appsync.evaluation import FieldError, TemplateError
from workbench.localcloud.appsync.records import DataSource


class Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        seen = {
            "method": self.command,
            "path": self.path,
            "headers": {
                name.lower(): ", ".join(self.headers.get_all(name, ())) for name in self.headers
            },
            "body": self.rfile.read(length).decode(),
        }
        body = json.dumps(seen).encode()
        self.send_response(302 if self.path == "/moved" else 201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


for method in ("POST", "PUT", "DELETE", "PATCH"):
    setattr(Echo, f"do_{method}", Echo.do_GET)


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def source_of(endpoint: str, **settings: Any) -> DataSource:
    return DataSource("Web", "HTTP", {"endpoint": endpoint, **settings})


async def test_a_request_is_sent_as_described(cloud: Any, endpoint: str) -> None:
    request = {
        "version": "2018-05-29",
        "method": "POST",
        "resourcePath": "/v1/things",
        "params": {
            "query": {"q": "a b", "many": ["1", "2"], "n": 5},
            "headers": {
                "X-Mine": ["yes", "no"],
                "content-type": "text/plain",
                "Content-Type": "application/json",
            },
            "body": {"a": 1},
        },
    }
    answer = await cloud.run(source_of(endpoint), request)
    assert answer["statusCode"] == 201
    assert answer["headers"]["content-type"] == "application/json"
    seen = json.loads(answer["body"])
    assert seen["method"] == "POST"
    assert seen["path"] == "/v1/things?q=a+b&many=1&many=2&n=5"
    assert seen["headers"]["x-mine"] == "yes, no"
    assert seen["headers"]["content-type"] == "application/json"
    assert json.loads(seen["body"]) == {"a": 1}
    assert "authorization" not in seen["headers"]
    await cloud.services.close()


async def test_a_signed_source_signs_and_sends_nothing_of_the_users(
    cloud: Any, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALREALREAL")
    iam = {"signingRegion": "eu-west-1", "signingServiceName": "states"}
    config = {"authorizationType": "AWS_IAM", "awsIamConfig": iam}
    source = source_of(endpoint, authorizationConfig=config)
    request = {"method": "POST", "resourcePath": "/", "params": {"body": "text"}}
    seen = json.loads((await cloud.run(source, request))["body"])
    assert seen["headers"]["authorization"].startswith("AWS4-HMAC-SHA256 Credential=local/")
    assert "/eu-west-1/states/aws4_request" in seen["headers"]["authorization"]
    assert "x-amz-date" in seen["headers"]
    assert seen["body"] == "text"
    await cloud.services.close()


async def test_aws_itself_is_the_local_cloud(cloud: Any) -> None:
    iam = {"signingRegion": "us-east-1", "signingServiceName": "dynamodb"}
    config = {"authorizationType": "AWS_IAM", "awsIamConfig": iam}
    table = (await cloud.table()).settings["tableName"]
    source = source_of("https://dynamodb.us-east-1.amazonaws.com", authorizationConfig=config)
    headers = {
        "x-amz-target": "DynamoDB_20120810.DescribeTable",
        "content-type": "application/x-amz-json-1.0",
    }
    params = {"headers": headers, "body": {"TableName": table}}
    request = {"method": "POST", "resourcePath": "/", "params": params}
    answer = await cloud.run(source, request)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["Table"]["TableName"] == table
    await cloud.services.close()


async def test_a_redirect_is_an_answer(cloud: Any, endpoint: str) -> None:
    answer = await cloud.run(source_of(endpoint), {"method": "GET", "resourcePath": "/moved"})
    assert answer["statusCode"] == 302
    assert answer["headers"]["location"] == "/elsewhere"
    await cloud.services.close()


async def test_an_endpoint_that_is_not_there_is_an_error(cloud: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(FieldError, match=endpoint) as caught:
        await cloud.run(source_of(endpoint), {"method": "GET", "resourcePath": "/"})
    assert caught.value.error_type == "Http"
    await cloud.services.close()


async def test_bedrock_is_said_to_need_aws(cloud: Any) -> None:
    request = {"method": "POST", "resourcePath": "/model/x/converse", "params": {"body": {}}}
    for source in (
        source_of("https://bedrock-runtime.us-east-1.amazonaws.com"),
        DataSource("Ai", "AMAZON_BEDROCK_RUNTIME"),
    ):
        with pytest.raises(FieldError, match="needs AWS Bedrock") as caught:
            await cloud.run(source, request)
        assert caught.value.error_type == "BedrockUnavailable"


@pytest.mark.parametrize(
    ("request_object", "message"),
    [
        ({"resourcePath": "/"}, "Value for field '$[method]' not found."),
        ({"method": "GET"}, "Value for field '$[resourcePath]' not found."),
        ({"method": "HEAD", "resourcePath": "/"}, "Unsupported value 'HEAD' for '$[method]'."),
        ({"method": "GET", "resourcePath": "x"}, "'$[resourcePath]' must begin with '/'."),
        (
            {"method": "GET", "resourcePath": "/", "params": []},
            "Expected JSON object for '$[params]' but got a 'ARRAY' instead.",
        ),
    ],
)
async def test_a_malformed_request_says_what_is_wrong(
    cloud: Any, request_object: Any, message: str
) -> None:
    with pytest.raises(TemplateError) as caught:
        await cloud.run(source_of("http://127.0.0.1:1"), request_object)
    assert caught.value.message == message
