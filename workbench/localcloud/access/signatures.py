"""Lets a request through where its signature is good, or where AWS serves it without one.

Belongs before every route: what is not known to be public has to be signed.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

from workbench.aws.signature_v4 import EMPTY, UNSIGNED
from workbench.localcloud.access import bodies
from workbench.localcloud.access.signed_request import (
    OldPresigned,
    RefusedSignatureError,
    SignedRequest,
    first,
    read_signed,
)
from workbench.localcloud.access.verify import Received, credentials_of, verify, verify_old
from workbench.localcloud.asgi.responses import refuse
from workbench.localcloud.asgi.types import Receive, Scope, Send
from workbench.localcloud.ministack.bridge import public_addresses
from workbench.localcloud.ministack.bridge.issued_credentials import Issued, issued
from workbench.localcloud.ministack.bridge.signature_refusals import refusal

HINT = 'The local cloud has its own key: eval "$(amplify-tui local env)" sets it.'
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Admitted:
    """How to receive an admitted request's body, and whose credentials signed it, if anybody's."""

    receive: Receive
    issued: Issued | None = None


async def admitted(scope: Scope, receive: Receive, own: bool) -> Admitted | None:
    """Who signed a request; None where the client went away.

    ``own`` requests are to routes of ours, which are never public here. Raises
    RefusedSignatureError, also from the returned ``receive``, and bodies.TooLargeError.
    """
    headers = _headers(scope)
    query = scope.get("query_string", b"").decode("latin-1")
    signed = read_signed(headers, query)
    try:
        if signed is None:
            joined = {name: ", ".join(values) for name, values in headers.items()}
            return Admitted(await _unsigned(scope, receive, query, joined, own=own))
        found = _signer(signed, own=own)
        verified = await _verified(scope, receive, query, headers, signed, found)
        return Admitted(verified, found)
    except bodies.DisconnectedError:
        return None


async def answer_refusal(
    scope: Scope, receive: Receive, send: Send, problem: RefusedSignatureError, own: bool
) -> None:
    """Refuse as the service that was asked would."""
    if own or scope["type"] == "websocket":
        await refuse(scope, receive, send, f"{problem} {HINT}")
        return
    joined = {name: ", ".join(values) for name, values in _headers(scope).items()}
    query = scope.get("query_string", b"").decode("latin-1")
    message = str(problem)
    if problem.code in {"UnrecognizedClientException", "MissingAuthenticationToken"}:
        message = f"{message} {HINT}"
    status, headers, body = refusal(
        scope["method"], scope["path"], query, joined, problem.code, message
    )
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _unsigned(
    scope: Scope, receive: Receive, query: str, headers: Mapping[str, str], *, own: bool
) -> Receive:
    if own:
        raise RefusedSignatureError(
            "MissingAuthenticationToken", "This address asks for a signature."
        )
    path = scope["path"]
    if scope["type"] == "websocket":
        if public_addresses.is_public_handshake(path, headers):
            return receive
        raise _missing()
    method = scope["method"]
    if public_addresses.is_public(method, path, query, headers):
        return receive
    form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    plain = method == "POST" and path == "/" and not query and "x-amz-target" not in headers
    if form and plain and public_addresses.is_plain_host(headers):
        try:
            messages = await bodies.read_whole(receive, bodies.SMALL_FORM)
        except bodies.TooLargeError:
            raise _missing() from None
        body = bodies.joined(messages)
        actions = parse_qs(body.decode("utf-8", "replace")).get("Action", [])
        if len(actions) == 1 and actions[0] in public_addresses.PUBLIC_ACTIONS:
            return bodies.again(messages, receive)
    raise _missing()


def _signer(signed: SignedRequest | OldPresigned, *, own: bool) -> Issued:
    found = credentials_of(signed, issued, time.time())
    if own and found.session is not None:
        # Anybody who may sign in has a session; our own addresses are the administrator's.
        raise RefusedSignatureError(
            "AccessDenied", "This address asks for the local cloud's own key."
        )
    return found


async def _verified(  # noqa: PLR0917 - the request, its signature, and whose that must be
    scope: Scope,
    receive: Receive,
    query: str,
    headers: Mapping[str, Sequence[str]],
    signed: SignedRequest | OldPresigned,
    found: Issued,
) -> Receive:
    raw = scope.get("raw_path") or scope["path"].encode()
    path = raw.partition(b"?")[0].decode("latin-1")
    request = Received(scope.get("method", "GET"), path, query, headers)
    if isinstance(signed, OldPresigned):
        bucket = public_addresses.bucket_of_host(first(headers, "host"))
        verify_old(signed, found, request, bucket, time.time())
        return receive
    payload = first(headers, "x-amz-content-sha256")
    if signed.presigned and signed.is_for_s3 and not _covers(signed, "x-amz-content-sha256"):
        payload = UNSIGNED
    if not payload:
        has_body = "content-length" in headers or "transfer-encoding" in headers
        if scope["type"] == "websocket" or not has_body:
            verify(signed, found, request, EMPTY)
            return receive
        messages = await bodies.read_whole(receive)
        verify(signed, found, request, bodies.hash_of(messages))
        return bodies.again(messages, receive)
    verify(signed, found, request, payload)
    if scope["type"] == "websocket" or payload in {UNSIGNED, bodies.UNSIGNED_CHUNKS}:
        return receive
    if payload.startswith(bodies.CHUNKS):
        trailer = payload == bodies.CHUNKS + "-TRAILER"
        chunks = bodies.SignedChunks(signed, found.secret, with_trailer=trailer)
        return bodies.watched(receive, chunks.feed, chunks.end)
    if len(payload) != 64 or not _HEX.issuperset(payload.lower()):
        raise RefusedSignatureError(
            "UnsupportedSignature", "x-amz-content-sha256 is not a form that is known here."
        )
    declared = bodies.DeclaredHash(payload.lower())
    return bodies.watched(receive, declared.feed, declared.end)


def _covers(signed: SignedRequest, header: str) -> bool:
    return header in signed.signed_headers.split(";")


def _headers(scope: Scope) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def _missing() -> RefusedSignatureError:
    return RefusedSignatureError(
        "MissingAuthenticationToken", "Request is missing Authentication Token."
    )
