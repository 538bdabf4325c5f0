"""The one ASGI application on the local cloud's port: our own routes first, then the emulator.

A route is a path prefix with the application that serves it; HTTP and WebSocket alike. Pages of
other sites can reach a loopback port from the user's browser, by DNS rebinding or by plain
cross-site requests, so our own routes and the emulator's admin routes ask for a loopback ``Host``
and refuse a foreign ``Origin``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from workbench.localcloud.adapter.emulator import App, Message, Receive, Scope, Send

OWN_PREFIX = "/_amplify_tui/"
HEALTH_PATH = OWN_PREFIX + "health"
_ADMIN_PREFIXES = (OWN_PREFIX, "/_ministack/", "/_localstack/")
_CALLBACK_PREFIX = "/_ministack/cfn-response/"
_FORBIDDEN = ("/_ministack/reset", "/_ministack/config", "/_localstack/reset")
_PEEK = 512
_LOOPBACK_NAMES = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Route:
    """Requests whose path starts with ``prefix`` go to ``app``; ``admin`` ones change no state.

    ``serves``, where given, must agree with the path as well, and ``is_for`` with the request. An ``own_effects`` application tells
    itself what it changed.
    """

    prefix: str
    app: App
    admin: bool = False
    serves: Callable[[str], bool] | None = None
    own_effects: bool = False
    is_for: Callable[[Scope], bool] | None = None

    def takes(self, scope: Scope) -> bool:
        """Whether a request is this route's."""
        path = scope["path"]
        if not path.startswith(self.prefix) or not (self.serves is None or self.serves(path)):
            return False
        return self.is_for is None or self.is_for(scope)


OnDone = Callable[[str, Mapping[str, str], bytes], None]
"""``on_done(method, headers, start of a form body)``; header names are in lower case."""


def gateway(emulator: App, routes: Sequence[Route], on_done: OnDone) -> App:
    """The application that tries ``routes`` in order and hands everything else to ``emulator``.

    ``on_done`` is called after each HTTP request but those of admin routes, and after each
    WebSocket connection (as method ``WEBSOCKET``).
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await emulator(scope, receive, send)
            return
        path = scope["path"]
        if path.startswith(_ADMIN_PREFIXES) and not path.startswith(_CALLBACK_PREFIX):
            refusal = _refusal(scope)
            if refusal:
                await _refuse(scope, receive, send, refusal)
                return
        route = next((route for route in routes if route.takes(scope)), None)
        if route is not None and (route.admin or route.own_effects):
            await route.app(scope, receive, send)
            return
        serve = emulator if route is None else route.app
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        form = bytearray()

        async def receive_and_peek() -> Message:
            message = await receive()
            if not form:
                form.extend(message.get("body", b"")[:_PEEK])
            return message

        is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        try:
            await serve(scope, receive_and_peek if is_form else receive, send)
        finally:
            on_done(scope.get("method", "WEBSOCKET"), headers, bytes(form))

    return app


def json_route(prefix: str, document: Callable[[], object]) -> Route:
    """A route that answers GET with ``document()`` as JSON."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await _refuse(scope, receive, send, "not a WebSocket address")
            return
        await send_json(send, 200, document())

    return Route(prefix, app, admin=True)


async def send_json(send: Send, status: int, document: object) -> None:
    """Answer with ``document`` as JSON."""
    body = json.dumps(document).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def is_loopback_host(host: str) -> bool:
    """Whether a ``Host`` header names this machine itself; ``*.localhost`` counts (RFC 6761)."""
    name = urlsplit(f"//{host}").hostname or ""
    return name in _LOOPBACK_NAMES or name.endswith(".localhost")


def _header(scope: Scope, name: bytes) -> str:
    values = [value for key, value in scope["headers"] if key.lower() == name]
    return str(values[0].decode("latin-1")) if values else ""


def _refusal(scope: Scope) -> str:
    if scope["path"].startswith(_FORBIDDEN):
        return "use `amplify-tui local reset`"
    if not is_loopback_host(_header(scope, b"host")):
        return "this address answers to loopback names only"
    origin = _header(scope, b"origin")
    if origin and not is_loopback_host(urlsplit(origin).netloc):
        return "this address does not answer pages of other sites"
    return ""


async def _refuse(scope: Scope, receive: Receive, send: Send, reason: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
        return
    await send_json(send, 403, {"message": reason})
