"""Verifies AWS Signature Version 4 in a request's headers.

Source: the SigV4 specification in the IAM user guide. AppSync's own path has no character that the
two encodings of a canonical path would treat differently.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from workbench.aws import signature_v4
from workbench.localcloud.appsync.authorization.http_request import HttpRequestFacts

SKEW_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Signature:
    """The fields of an ``Authorization`` header."""

    access_key: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    value: str


def read_signature(authorization: str) -> Signature | None:
    """The signature in an ``Authorization`` header; None for an incomplete one."""
    parts = dict(
        part.strip().partition("=")[::2]
        for part in authorization.removeprefix(signature_v4.ALGORITHM).split(",")
    )
    scope = parts.get("Credential", "").split("/")
    headers = tuple(filter(None, parts.get("SignedHeaders", "").split(";")))
    if len(scope) != 5 or scope[4] != "aws4_request" or not headers or not parts.get("Signature"):
        return None
    return Signature(scope[0], scope[1], scope[2], scope[3], headers, parts["Signature"])


def skew(stamp: str, now: float) -> float | None:
    """Seconds between the clock and ``x-amz-date`` (``20250101T000000Z``); None if unreadable."""
    try:
        then = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ")
    except ValueError:
        return None
    return now - then.replace(tzinfo=datetime.UTC).timestamp()


def is_signed(
    signature: Signature, secret: str, headers: Mapping[str, str], request: HttpRequestFacts
) -> bool:
    """Whether the secret signed this request; header names in lower case.

    Without the host among the signed headers, as SigV4 demands it, nothing is.
    """
    stamp = headers.get("x-amz-date", "")
    if "host" not in signature.headers or stamp[:8] != signature.date:
        return False
    canonical = signature_v4.canonical_request(
        request.method,
        quote(unquote(request.path), safe="/-_.~"),
        signature_v4.canonical_query(request.query_string),
        [(name, headers.get(name, "")) for name in signature.headers],
        ";".join(signature.headers),
        hashlib.sha256(request.body).hexdigest(),
    )
    scope = (signature.date, signature.region, signature.service)
    expected = signature_v4.signature(secret, stamp, scope, canonical)
    return hmac.compare_digest(expected.encode(), signature.value.encode())
