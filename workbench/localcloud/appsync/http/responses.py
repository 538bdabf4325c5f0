"""Answers of the endpoint: bodies and headers as AppSync's.

https://docs.aws.amazon.com/appsync/latest/devguide/aws-appsync-http-errors.html and what the
service sends to a browser.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.localcloud.asgi.types import Send

Header = tuple[bytes, bytes]

_COMMON: tuple[Header, ...] = (
    (b"content-type", b"application/json;charset=UTF-8"),
    (b"cache-control", b"no-store"),
)


async def send_answer(
    send: Send,
    status: int,
    request_id: str,
    body: bytes,
    more: Iterable[Header] = (),
) -> None:
    """Send a JSON body with the headers that every answer has."""
    headers = [
        *_COMMON,
        (b"content-length", str(len(body)).encode()),
        (b"x-amzn-requestid", request_id.encode()),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_refusal(
    send: Send, status: int, request_id: str, error_type: str, message: str
) -> None:
    """An answer that is an error as a whole: wrong credentials, no GraphQL request."""
    body = encode({"errors": [{"errorType": error_type, "message": message}]})
    await send_answer(send, status, request_id, body, [(b"x-amzn-errortype", error_type.encode())])


def added_headers(headers: Mapping[str, str]) -> Sequence[Header]:
    """The headers that templates added; those that HTTP itself needs are not theirs to set."""
    refused = {"content-length", "transfer-encoding", "connection", "content-type"}
    return [
        (name.lower().encode("latin-1", "replace"), str(value).encode("latin-1", "replace"))
        for name, value in headers.items()
        if name.lower() not in refused and not set(f"{name}{value}") & set("\r\n\0")
    ]


def encode(document: Any) -> bytes:
    """JSON as compact as AppSync writes it."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
