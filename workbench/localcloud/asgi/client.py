"""Calls an ASGI application inside this process, as an AWS client would over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from workbench.aws.target import LOCAL_ACCOUNT, LOCAL_REGION
from workbench.localcloud.asgi.types import App, Message


@dataclass(frozen=True, slots=True)
class Reply:
    """The application's answer."""

    status: int
    body: bytes


Call = Callable[[str, str, str, Mapping[str, str], bytes], Awaitable[Reply]]
"""``await call(service, method, path_and_query, headers, body)``."""


def caller(app: App) -> Call:
    """A function that sends one request to ``app`` for the named AWS service."""

    async def call(
        service: str, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> Reply:
        sent = {
            "host": "127.0.0.1",
            "content-length": str(len(body)),
            "authorization": (
                f"AWS4-HMAC-SHA256 Credential={LOCAL_ACCOUNT}/20250101/{LOCAL_REGION}/{service}"
                "/aws4_request, SignedHeaders=host, Signature=0"
            ),
            **headers,
        }
        path_only, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path_only,
            "raw_path": path_only.encode(),
            "query_string": query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in sent.items()],
            "client": ("127.0.0.1", 0),
        }
        status = 0
        chunks: list[bytes] = []
        unread = True

        async def receive() -> Message:
            nonlocal unread
            if unread:
                unread = False
                return {"type": "http.request", "body": body, "more_body": False}
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))

        await app(scope, receive, send)
        return Reply(status, b"".join(chunks))

    return call
