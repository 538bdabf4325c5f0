"""The one ASGI application on the local cloud's port: our own routes first, then the emulator.

A route is a path prefix with the application that serves it; HTTP and WebSocket alike. Before any
of them, the request must come from a web page that may ask, or from no page at all, and be signed
with a key that is good here, unless AWS serves it without; then IAM must allow it to the signer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from workbench.localcloud.access import bodies, signatures, web_pages
from workbench.localcloud.access.allowed_origins import AllowedOriginsSetting
from workbench.localcloud.access.authorization import authorized
from workbench.localcloud.access.signed_request import RefusedSignatureError
from workbench.localcloud.access.web_pages import AllowedOrigins, Header
from workbench.localcloud.asgi.responses import refuse, send_json
from workbench.localcloud.asgi.routes import Route
from workbench.localcloud.asgi.types import App, Message, Receive, Scope, Send
from workbench.localcloud.ministack.bridge import bucket_cors
from workbench.localcloud.ministack.bridge.application_addresses import (
    headers_for_page,
    is_application,
)

_FORBIDDEN = ("/_ministack/reset", "/_ministack/config", "/_localstack/reset")
_PEEK = 512


OnDone = Callable[[str, Mapping[str, str], bytes], None]
"""``on_done(method, headers, start of a form body)``; header names are in lower case."""


def gateway(
    emulator: App,
    routes: Sequence[Route],
    on_done: OnDone,
    allowed_origins: AllowedOrigins | None = None,
) -> App:
    """The application that tries ``routes`` in order and hands everything else to ``emulator``.

    ``allowed_origins`` are by default those of the user's settings. ``on_done`` is called after
    each HTTP request but those of admin routes, and after each WebSocket connection (as method
    ``WEBSOCKET``).
    """
    origins = AllowedOriginsSetting() if allowed_origins is None else allowed_origins
    refused = web_pages.RefusedPages()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await emulator(scope, receive, send)
            return
        refusal = web_pages.refusal_of_page(scope, origins)
        if refusal:
            refused.log(refusal)
            await refuse(scope, receive, send, refusal)
            return

        if scope.get("method") == "OPTIONS" and await _answered_for_page(scope, send):
            return
        send = web_pages.readable_by_page(scope, send, lambda given: _own_rules(scope, given))
        if scope["path"].startswith(_FORBIDDEN):
            await refuse(scope, receive, send, "use `amplify-tui local reset`")
            return
        route = next((route for route in routes if route.takes(scope)), None)
        if route is not None and route.public:
            await serve(route, scope, receive, send)
            return
        own = route is not None and not route.open_to_keys
        try:
            admitted = await signatures.admitted(scope, receive, own=own)
            if admitted is None:
                return
            receive = admitted.receive
            if admitted.issued is not None:
                allowed = await authorized(scope, receive, send, admitted.issued)
                if allowed is None:
                    return
                receive, send = allowed
            await serve(route, scope, receive, send)
        except RefusedSignatureError as problem:
            await signatures.answer_refusal(scope, receive, send, problem, own=own)
        except bodies.TooLargeError:
            await send_json(send, 413, {"message": "This is too large to check its signature."})

    async def serve(route: Route | None, scope: Scope, receive: Receive, send: Send) -> None:
        if route is not None and scope["type"] == "websocket" and not route.websockets:
            await refuse(scope, receive, send, "not a WebSocket address")
            return
        if route is not None and (route.admin or route.own_effects):
            await route.app(scope, receive, send)
            return
        served = emulator if route is None else route.app
        headers = _headers(scope)
        form = bytearray()

        async def receive_and_peek() -> Message:
            message = await receive()
            if not form:
                form.extend(message.get("body", b"")[:_PEEK])
            return message

        is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        try:
            await served(scope, receive_and_peek if is_form else receive, send)
        finally:
            on_done(scope.get("method", "WEBSOCKET"), headers, bytes(form))

    return app


async def _answered_for_page(scope: Scope, send: Send) -> bool:
    """Whether this is asked by a browser, before a request, and answered here."""
    headers = _headers(scope)
    if is_application(headers.get("host", ""), scope["path"]):
        return False
    bucket = _bucket(scope, headers)
    answer = (
        bucket_cors.preflight(bucket, headers)
        if bucket is not None
        else bucket_cors.preflight_without_bucket(headers)
    )
    if answer is not None:
        status, given, body = answer
        named = web_pages.naming_origin(scope, _encoded(given))
        await send({"type": "http.response.start", "status": status, "headers": named})
        await send({"type": "http.response.body", "body": body})
        return True
    if web_pages.is_preflight(scope):
        await web_pages.answer_preflight(scope, send)
        return True
    return False


def _own_rules(scope: Scope, given: Sequence[Header]) -> Sequence[Header] | None:
    """What an application or a bucket lets pages read; None where all is readable."""
    headers = _headers(scope)
    host, path = headers.get("host", ""), scope["path"]
    if is_application(host, path):
        rules = headers_for_page(host, path, headers.get("origin", ""))
        is_preflight = scope["method"] == "OPTIONS"
        return given if rules is None or is_preflight else _encoded(rules)
    bucket = _bucket(scope, headers)
    if bucket is None:
        return None
    return _encoded(bucket_cors.headers_for_page(bucket, scope["method"], headers))


def _bucket(scope: Scope, headers: Mapping[str, str]) -> bucket_cors.Addressed | None:
    query = scope.get("query_string", b"").decode("latin-1")
    return bucket_cors.addressed_bucket(scope["method"], scope["path"], query, headers)


def _headers(scope: Scope) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }


def _encoded(headers: Mapping[str, str]) -> list[Header]:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
