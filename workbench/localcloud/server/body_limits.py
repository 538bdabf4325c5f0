"""Limits the size of request bodies by service, with AWS's answer to a larger one.

Counted while it is read: a declared length is believed only where it is too large. Sources: the
quotas pages of each service; Lambda's words are those that its API answers with.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from workbench.localcloud.appsync.http.paths import is_graphql_path
from workbench.localcloud.asgi.types import App, Message, Receive, Scope, Send
from workbench.localcloud.asgi.unread_bodies import declared_length, throw_away

_MB = 1024 * 1024

_JSON_SERVICES: Mapping[str, int] = {
    "dynamodb": 16 * _MB,
    "cognito-idp": 1 * _MB,
    "cognito-identity": 1 * _MB,
    "ssm": 1 * _MB,
    "secretsmanager": 1 * _MB,
    "events": 1 * _MB,
    "kms": 1 * _MB,
    "states": 2 * _MB,
    "sqs": 2 * _MB,
    "appsync": 2 * _MB,
    "amplify": 2 * _MB,
    "logs": 2 * _MB,
    "kinesis": 10 * _MB,
    "firehose": 10 * _MB,
}
_QUERY_SERVICES: Mapping[str, int] = {
    "cloudformation": 1 * _MB,
    "iam": 1 * _MB,
    "sts": 1 * _MB,
    "sns": 1 * _MB,
}
_OTHER = 16 * _MB

S3_LIMIT = 512 * _MB
"""AWS takes 5 GB in one request. The emulator keeps a body in memory: send larger ones in parts."""

_LAMBDA_INVOKE, _LAMBDA_EVENT, _LAMBDA_CODE = 6_291_456, 1_048_576, 70_167_211
_INVOCATION = re.compile(r"/functions/[^/]+/(?:invocations|response-streaming-invocations)$")
_LAMBDA_PATH = re.compile(r"/20\d\d-\d\d-\d\d/(?:functions|layers|event-source-mappings)")
_CREDENTIAL = re.compile(r"Credential=[^/,\s]*/\d*/[^/]*/([a-z0-9-]+)/aws4_request")
_TARGETS: Mapping[str, str] = {
    "DynamoDB": "dynamodb",
    "DynamoDBStreams": "dynamodb",
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AWSCognitoIdentityService": "cognito-identity",
    "AmazonSSM": "ssm",
    "secretsmanager": "secretsmanager",
    "AWSEvents": "events",
    "TrentService": "kms",
    "AWSStepFunctions": "states",
    "AmazonSQS": "sqs",
    "Logs": "logs",
    "Kinesis": "kinesis",
    "Firehose": "firehose",
}
_ALWAYS_TAKEN = 1_000_000
_MOST_THROWN_AWAY = 64 * _MB


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """Bytes, and the answer beyond them in the service's protocol."""

    bytes: int
    protocol: Literal["json", "query", "s3"]
    code: str
    message: str


def body_limit(method: str, path: str, headers: Mapping[str, str], query: str = "") -> BodyLimit:
    """The limit of a request; ``headers`` by lower-case name."""
    service = _service(method, path, headers, query)
    if service == "lambda":
        return _lambda_limit(path, headers)
    if service == "s3":
        text = "Your proposed upload exceeds the maximum allowed size"
        return BodyLimit(S3_LIMIT, "s3", "EntityTooLarge", text)
    if service in _QUERY_SERVICES:
        size = _QUERY_SERVICES[service]
        return BodyLimit(size, "query", "RequestEntityTooLarge", _too_large(size))
    size = _JSON_SERVICES.get(service, _OTHER)
    return BodyLimit(size, "json", "RequestEntityTooLargeException", _too_large(size))


def limited_bodies(app: App) -> App:
    """The application, which never gets more of a body than its service takes."""

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_small(scope) or is_graphql_path(scope["path"]):
            await app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        query = scope.get("query_string", b"").decode("latin-1")
        limit = body_limit(scope["method"], scope["path"], headers, query)
        if (declared_length(scope) or 0) > limit.bytes:
            await _refuse(limit, 0, receive, send)
            return
        await _count(app, limit, scope, receive, send)

    return limited


def _is_small(scope: Scope) -> bool:
    """Whether no limit can be reached: the body is no longer than its declared length."""
    length = declared_length(scope)
    return length is not None and length <= _ALWAYS_TAKEN


async def _count(app: App, limit: BodyLimit, scope: Scope, receive: Receive, send: Send) -> None:
    size, answered = 0, False

    async def counted() -> Message:
        nonlocal size
        if size > limit.bytes:
            return {"type": "http.disconnect"}
        message = await receive()
        size += len(message.get("body", b""))
        return message if size <= limit.bytes else {"type": "http.disconnect"}

    async def unless_too_large(message: Message) -> None:
        nonlocal answered
        if size <= limit.bytes or answered:
            answered = True
            await send(message)

    await app(scope, counted, unless_too_large)
    if size > limit.bytes and not answered:
        await _refuse(limit, size, receive, send)


async def _refuse(limit: BodyLimit, read: int, receive: Receive, send: Send) -> None:
    """Answer once the client has sent all, so that it hears; up to a size."""
    read += await throw_away(receive, limit.bytes + _MOST_THROWN_AWAY - read)
    request_id = str(uuid.uuid4())
    status, kind, body = 413, b"application/x-amz-json-1.1", b""
    if limit.protocol == "json":
        body = json.dumps({"__type": limit.code, "message": limit.message}).encode()
    elif limit.protocol == "s3":
        status, kind = 400, b"application/xml"
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{limit.code}</Code>'
            f"<Message>{limit.message}</Message><ProposedSize>{read}</ProposedSize>"
            f"<MaxSizeAllowed>{limit.bytes}</MaxSizeAllowed><RequestId>{request_id}</RequestId>"
            "</Error>"
        ).encode()
    else:
        kind = b"text/xml"
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{limit.code}</Code>"
            f"<Message>{limit.message}</Message></Error><RequestId>{request_id}</RequestId>"
            "</ErrorResponse>"
        ).encode()
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"x-amzn-requestid", request_id.encode()),
        (b"x-amzn-errortype", limit.code.encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _service(method: str, path: str, headers: Mapping[str, str], query: str) -> str:
    target = headers.get("x-amz-target", "")
    if target:
        return _TARGETS.get(target.partition(".")[0].partition("_")[0], "")
    signed = _CREDENTIAL.search(headers.get("authorization", ""))
    if signed is not None:
        return signed[1]
    if _LAMBDA_PATH.match(path):
        return "lambda"
    if method == "PUT" or "X-Amz-" in query or "uploads" in query:
        return "s3"
    if headers.get("content-type", "").startswith("multipart/form-data"):
        return "s3"
    return ""


def _lambda_limit(path: str, headers: Mapping[str, str]) -> BodyLimit:
    code = "RequestEntityTooLargeException"
    if not _INVOCATION.search(path):
        size, operation = _LAMBDA_CODE, "CreateFunction"
    else:
        event = headers.get("x-amz-invocation-type", "").lower() == "event"
        size, operation = (_LAMBDA_EVENT if event else _LAMBDA_INVOKE), "InvokeFunction"
    message = f"Request must be smaller than {size} bytes for the {operation} operation"
    return BodyLimit(size, "json", code, message)


def _too_large(size: int) -> str:
    return f"Request size exceeds the maximum of {size} bytes"
