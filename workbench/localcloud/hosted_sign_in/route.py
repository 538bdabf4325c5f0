"""Where the hosted sign-in answers: the paths that a user pool's domain has on AWS.

``/oauth2/token`` and ``/oauth2/userInfo`` are the emulator's.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from functools import partial
from urllib.parse import parse_qsl

from workbench.localcloud.access.aws_hosts import CONNECTED_HOSTS
from workbench.localcloud.asgi.responses import send_json
from workbench.localcloud.asgi.routes import Route
from workbench.localcloud.asgi.short_bodies import short_body
from workbench.localcloud.asgi.types import Receive, Scope, Send
from workbench.localcloud.contract import AWS_HOSTS_PREFIX, CONFIRM_PATH
from workbench.localcloud.hosted_sign_in.answers import Answered
from workbench.localcloud.hosted_sign_in.flow import (
    answer_form,
    confirm_by_link,
    first_page,
    sign_out,
)
from workbench.localcloud.hosted_sign_in.sessions import Sessions
from workbench.localcloud.ministack.bridge.hosted_sign_in import run
from workbench.localcloud.ministack.bridge.public_addresses import is_plain_host
from workbench.localcloud.service_error import ServiceError

_PAGES = ("/oauth2/authorize", "/login", "/signup", "/forgotPassword", "/logout", CONFIRM_PATH)
_FORMS = ("/login", "/signup", "/confirm", "/forgotPassword")
_REVOKE = "/oauth2/revoke"
_FORM = "application/x-www-form-urlencoded"
_LONGEST = 64 * 1024
_HEADERS = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'"),
    (b"x-frame-options", b"DENY"),
)


def hosted_sign_in_route() -> Route:
    """Public, as on AWS. Objects of a bucket may have the same path: those are left to S3."""
    return Route("/", partial(_answer, Sessions()), is_for=_is_for_a_page, public=True)


def _is_for_a_page(scope: Scope) -> bool:
    path, method = scope["path"], scope.get("method")
    if method == "GET":
        if path not in _PAGES:
            return False
    elif method != "POST" or path not in (*_FORMS, _REVOKE):
        return False
    headers = _headers(scope)
    if method == "POST" and not headers.get("content-type", "").startswith(_FORM):
        return False
    if headers.get("host", "").endswith(".amazoncognito.com"):
        return True
    return is_plain_host(headers) and (method == "POST" or b"client_id=" in scope["query_string"])


async def _answer(sessions: Sessions, scope: Scope, receive: Receive, send: Send) -> None:
    path, headers = scope["path"], _headers(scope)
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    if scope["method"] == "GET":
        if path == CONFIRM_PATH:
            answered = await confirm_by_link(query)
        elif path == "/logout" and "logout_uri" in query:
            answered = sign_out(query.get("client_id", ""), query["logout_uri"])
        else:
            place, cookies = _prefix(scope, headers), headers.get("cookie", "")
            signed_in = partial(sessions.user_of, cookies=cookies)
            answered = await first_page(path, query, place, signed_in)
        await _send(send, answered, _cookie(sessions, answered, headers))
        return
    body = await short_body(receive, _LONGEST)
    form = dict(parse_qsl(body[:_LONGEST].decode("utf-8", "replace"), keep_blank_values=True))
    if path == _REVOKE:
        await _revoke(form, headers, send)
        return
    answered = await answer_form(path, {**query, **form}, _prefix(scope, headers))
    await _send(send, answered, _cookie(sessions, answered, headers))


def _cookie(sessions: Sessions, answered: Answered, headers: Mapping[str, str]) -> str:
    if not answered.pool_id:
        return ""
    if answered.username:
        return sessions.begin(answered.pool_id, answered.username)
    return sessions.end(answered.pool_id, headers.get("cookie", ""))


async def _revoke(form: Mapping[str, str], headers: Mapping[str, str], send: Send) -> None:
    client, secret = form.get("client_id", ""), form.get("client_secret", "")
    kind, _, given = headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            client, _, secret = base64.b64decode(given).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            client = ""
    if not form.get("token") or not client:
        await send_json(send, 400, {"error": "invalid_request"})
        return
    parameters = {"Token": form["token"], "ClientId": client}
    try:
        await run("RevokeToken", {**parameters, **({"ClientSecret": secret} if secret else {})})
    except ServiceError as problem:
        kinds = {"UnsupportedTokenTypeException": "unsupported_token_type"}
        await send_json(send, 400, {"error": kinds.get(problem.code, "invalid_client")})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def _send(send: Send, answered: Answered, cookie: str) -> None:
    body = answered.page.encode()
    headers = [*_HEADERS, (b"content-length", str(len(body)).encode())]
    status = answered.status
    if cookie:
        headers.append((b"set-cookie", cookie.encode()))
    if answered.location:
        status = 302
        headers.append((b"location", answered.location.encode("ascii", "ignore")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _prefix(scope: Scope, headers: Mapping[str, str]) -> str:
    """Where the pool's host stands in the path that the browser sees."""
    return f"{AWS_HOSTS_PREFIX}{headers['host']}" if CONNECTED_HOSTS in scope else ""


def _headers(scope: Scope) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
