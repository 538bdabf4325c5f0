"""Asks IAM whether the signer of a request may make it: after its signature, before its service.

Only requests with credentials that the local cloud issued are asked about: the developer's own key
may do everything. With IAM off, an identity pool's credentials reach a front end's actions alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.localcloud.access import bodies
from workbench.localcloud.access.signed_request import RefusedSignatureError
from workbench.localcloud.asgi.responses import refuse
from workbench.localcloud.asgi.types import Message, Receive, Scope, Send
from workbench.localcloud.iam.requests import Principal
from workbench.localcloud.ministack.authorization import decisions, s3_requests
from workbench.localcloud.ministack.authorization.call import Call
from workbench.localcloud.ministack.authorization.enforcement import is_enforced, report
from workbench.localcloud.ministack.authorization.principals import principal_of
from workbench.localcloud.ministack.authorization.refusal_answers import Answer, refusal_answer
from workbench.localcloud.ministack.bridge.identity_actions import is_for_front_ends
from workbench.localcloud.ministack.bridge.issued_credentials import Issued
from workbench.localcloud.ministack.patches.s3.refused_deletions import refusing


async def authorized(
    scope: Scope, receive: Receive, send: Send, issued: Issued
) -> tuple[Receive, Send] | None:
    """How to go on with a request that is allowed; None for one that was answered here.

    Raises RefusedSignatureError and bodies.TooLargeError, as the body may be read here.
    """
    if not is_enforced():
        return await _only_for_front_ends(scope, receive, issued), send
    principal = principal_of(issued)
    if principal is None:
        return receive, send
    method = scope.get("method", "$connect")
    query = scope.get("query_string", b"").decode("latin-1")
    headers = _headers(scope)
    body = b""
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        body, receive = await _read(receive)
    call = decisions.call_of(method, scope["path"], query, headers, _address(scope), body)
    if decisions.needs_body(call):
        body, receive = await _read(receive)
    call = decisions.with_body(call, body)
    if s3_requests.is_deletion_list(call):
        _refuse_deletions(principal, call)
        return receive, send
    refusal = decisions.refusal_of(principal, decisions.requests_of(call, query))
    if refusal is None or decisions.is_open(call, query, refusal):
        return receive, _hiding_what_is_missing(principal, call, send)
    report(refusal)
    if scope["type"] == "websocket":
        await refuse(scope, receive, send, "Forbidden")
    else:
        await _send(refusal_answer(call, refusal), send)
    return None


def _refuse_deletions(principal: Principal, call: Call) -> None:
    """Note which objects of a list stay: the others are deleted."""
    refused = {
        entry: refusal
        for entry, request in s3_requests.deletions(call).items()
        if (refusal := decisions.refusal_of(principal, [request])) is not None
    }
    for refusal in refused.values():
        report(refusal)
    refusing(refused)


def _hiding_what_is_missing(principal: Principal, call: Call, send: Send) -> Send:
    """``send``; but of an object that is not there, who may not list learns no more from S3."""
    if not s3_requests.reads_object(call):
        return send
    hidden = False

    async def send_or_hide(message: Message) -> None:
        nonlocal hidden
        if message["type"] == "http.response.start" and message["status"] == 404:
            refusal = decisions.refusal_of(principal, [s3_requests.discovery(call)])
            if refusal is not None:
                hidden = True
                report(refusal)
                await _send(refusal_answer(call, refusal), send)
        if not hidden:
            await send(message)

    return send_or_hide


async def _only_for_front_ends(scope: Scope, receive: Receive, issued: Issued) -> Receive:
    if not (issued.session or {}).get("_identity_id") or scope["type"] != "http":
        return receive
    headers = _headers(scope)
    body = b""
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        messages = await bodies.read_whole(receive, bodies.SMALL_FORM)
        body = bodies.joined(messages)
        receive = bodies.again(messages, receive)
    query = scope.get("query_string", b"").decode("latin-1")
    if not is_for_front_ends(scope["method"], scope["path"], query, headers, body):
        raise RefusedSignatureError(
            "AccessDenied",
            "Credentials of an identity pool reach data only, nothing of the backend's own.",
        )
    return receive


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    messages = await bodies.read_whole(receive)
    body = bodies.joined(messages)
    return body, bodies.again(messages, receive)


async def _send(answer: Answer, send: Send) -> None:
    status, headers, body = answer
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "127.0.0.1"


def _headers(scope: Scope) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found
