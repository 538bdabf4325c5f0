"""Verifies that a request was signed just now, by a key of this local cloud."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from calendar import timegm
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from workbench.aws import signature_v4
from workbench.localcloud.access.signed_request import (
    Headers,
    OldPresigned,
    RefusedSignatureError,
    SignedRequest,
    first,
)
from workbench.localcloud.ministack.bridge.issued_credentials import Issued

Lookup = Callable[[str], Issued | None]

_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details."
)
_PATIENT = frozenset({"dynamodb", "ecr", "elasticache", "iam", "rds", "s3", "sns", "sqs", "sts"})
"""Services that take a clock that is 15 minutes off; the others take 5."""

_SUBRESOURCES = frozenset(
    [
        "accelerate",
        "acl",
        "analytics",
        "cors",
        "defaultObjectAcl",
        "inventory",
        "lifecycle",
        "location",
        "logging",
        "metrics",
        "notification",
        "partNumber",
        "policy",
        "requestPayment",
        "replication",
        "restore",
        "tagging",
        "torrent",
        "uploadId",
        "uploads",
        "versionId",
        "versioning",
        "versions",
        "website",
        "delete",
        "encryption",
        "object-lock",
        "legal-hold",
        "retention",
        "response-content-type",
        "response-content-language",
        "response-expires",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
    ]
)
"""Parameters that signature version 2 covers."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request as its signature covers it; ``path`` and ``query`` as they were sent."""

    method: str
    path: str
    query: str
    headers: Headers


def credentials_of(signed: SignedRequest | OldPresigned, lookup: Lookup, now: float) -> Issued:
    """The credentials that must have signed a request; raises RefusedSignatureError.

    Looks at the key, its expiry, its session token and the time, not at the signature.
    """
    if isinstance(signed, SignedRequest):
        _refuse_other_times(signed, now)
    found = lookup(signed.access_key)
    if found is None or not found.secret:
        raise _unknown()
    if found.expires is not None and now >= found.expires:
        raise RefusedSignatureError(
            "ExpiredTokenException", "The security token included in the request is expired"
        )
    expected = found.session_token or ""
    if not hmac.compare_digest(expected.encode(), signed.token.encode("utf-8", "replace")):
        # A session's key without its token is to AWS as good as an unknown one.
        raise _invalid_token() if signed.token else _unknown()
    return found


def verify(signed: SignedRequest, issued: Issued, request: Received, payload: str) -> None:
    """Check the signature; ``payload`` is the body's hash or what stands for it.

    Raises RefusedSignatureError.
    """
    names = signed.signed_headers.split(";")
    if "host" not in names or signed.stamp[:8] != signed.date:
        raise RefusedSignatureError("SignatureDoesNotMatch", _MISMATCH)
    headers = [(name, ",".join(request.headers.get(name, ()))) for name in names]
    left_out: Sequence[str] = ()
    if signed.presigned:
        left_out = ("X-Amz-Signature",)
        if signed.service == "iotdevicegateway":
            left_out = ("X-Amz-Signature", "X-Amz-Security-Token")
    query = signature_v4.canonical_query(request.query, left_out)
    path = signature_v4.canonical_path(request.path, twice=not signed.is_for_s3)
    canonical = signature_v4.canonical_request(
        request.method, path, query, headers, signed.signed_headers, payload
    )
    value = signature_v4.signature(issued.secret, signed.stamp, signed.scope, canonical)
    if not hmac.compare_digest(value.encode(), signed.signature.encode("utf-8", "replace")):
        raise RefusedSignatureError("SignatureDoesNotMatch", _MISMATCH)


def verify_old(
    signed: OldPresigned, issued: Issued, request: Received, bucket: str, now: float
) -> None:
    """Check a presigned address of version 2; ``bucket`` where the host names it, else empty.

    Raises RefusedSignatureError.
    """
    if not signed.expires.isdecimal() or int(signed.expires) < now:
        raise RefusedSignatureError("RequestExpired", "Request has expired")
    amz = {
        name: ",".join(values)
        for name, values in request.headers.items()
        if name.startswith("x-amz-")
    }
    pairs = [part.partition("=") for part in request.query.split("&") if part]
    # Headers that a client puts into the address are signed as headers.
    amz |= {
        unquote(name).lower(): unquote(value)
        for name, _, value in pairs
        if unquote(name).lower().startswith("x-amz-")
    }
    covered = sorted(
        (unquote(name), unquote(value) if equals else None)
        for name, equals, value in pairs
        if unquote(name) in _SUBRESOURCES
    )
    resource = (f"/{bucket}" if bucket else "") + request.path
    if covered:
        shown = (name if value is None else f"{name}={value}" for name, value in covered)
        resource += "?" + "&".join(shown)
    text = "\n".join(
        (
            request.method,
            first(request.headers, "content-md5"),
            first(request.headers, "content-type"),
            signed.expires,
            *(f"{name}:{amz[name].strip()}" for name in sorted(amz)),
            resource,
        )
    )
    digest = hmac.new(issued.secret.encode(), text.encode(), hashlib.sha1).digest()
    value = base64.b64encode(digest)
    if not hmac.compare_digest(value, signed.signature.encode("utf-8", "replace")):
        raise RefusedSignatureError("SignatureDoesNotMatch", _MISMATCH)


def _refuse_other_times(signed: SignedRequest, now: float) -> None:
    then = _seconds(signed.stamp)
    if then is None:
        raise RefusedSignatureError(
            "IncompleteSignature",
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
        )
    if signed.lifetime is not None:
        if now > then + signed.lifetime:
            raise RefusedSignatureError("RequestExpired", "Request has expired")
        if then > now + 900:
            raise RefusedSignatureError("RequestExpired", "Request is not yet valid")
        return
    window = 900 if signed.service in _PATIENT else 300
    if abs(now - then) > window:
        late = "expired" if now > then else "not yet current"
        raise RefusedSignatureError(
            "RequestTimeTooSkewed", f"Signature {late}: {signed.stamp} is not within {window} s."
        )


@lru_cache(maxsize=64)
def _seconds(stamp: str) -> int | None:
    try:
        return timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        return None


def _unknown() -> RefusedSignatureError:
    return RefusedSignatureError(
        "UnrecognizedClientException", "The security token included in the request is invalid."
    )


def _invalid_token() -> RefusedSignatureError:
    return RefusedSignatureError(
        "InvalidToken", "The security token included in the request is invalid"
    )
