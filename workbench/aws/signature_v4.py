"""AWS Signature Version 4 with nothing but the standard library.

What the local cloud checks requests with, and what a small request to it is signed with: importing
botocore for one costs 0.2 s. Source: "AWS Signature Version 4 for API requests", IAM user guide.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import quote, unquote, urlencode, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY = hashlib.sha256(b"").hexdigest()
UNSIGNED = "UNSIGNED-PAYLOAD"
_UNRESERVED = "-_.~"


def canonical_request(  # noqa: PLR0917 - the six lines of the specification
    method: str,
    path: str,
    query: str,
    headers: Sequence[tuple[str, str]],
    signed_headers: str,
    payload: str,
) -> str:
    """The canonical request; ``path`` and ``query`` as :func:`canonical_path` and
    :func:`canonical_query` give them, ``headers`` the signed ones in their order."""
    lines = "".join(f"{name}:{' '.join(value.split())}\n" for name, value in headers)
    return "\n".join((method, path, query, lines, signed_headers, payload))


def canonical_path(path: str, *, twice: bool) -> str:
    """The path as it is sent; all services but S3 encode it a second time (``twice``)."""
    path = path or "/"
    if not twice or path == "/":
        return path
    if "." in path or "//" in path:
        path = _normal(path)
    return quote(path, safe="/" + _UNRESERVED)


def canonical_query(query: str, leave_out: Sequence[str] = ()) -> str:
    """The parameters of a query, encoded alike and in order, without those in ``leave_out``."""
    if not query:
        return ""
    pairs = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        name = unquote(name)
        if part and name not in leave_out:
            pairs.append((quote(name, safe=_UNRESERVED), quote(unquote(value), safe=_UNRESERVED)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def signature(secret: str, stamp: str, scope: Sequence[str], canonical: str) -> str:
    """The signature of a canonical request; ``scope`` is date, region and service."""
    date, region, service = scope
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogateescape")).hexdigest()
    text = f"{ALGORITHM}\n{stamp}\n{date}/{region}/{service}/aws4_request\n{digest}"
    return sign_text(secret, scope, text)


def sign_text(secret: str, scope: Sequence[str], text: str) -> str:
    """The signature of any text with the key of ``scope``: date, region and service."""
    date, region, service = scope
    return hmac.new(_key(secret, date, region, service), text.encode(), hashlib.sha256).hexdigest()


def sign(  # noqa: PLR0917 - a request and who signs it
    method: str,
    url: str,
    body: bytes,
    access_key: str,
    secret: str,
    service: str,
    region: str = "us-east-1",
    now: float | None = None,
) -> Mapping[str, str]:
    """The headers to send with a request that is signed now."""
    parts = urlsplit(url)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    headers = [("host", parts.netloc), ("x-amz-date", stamp)]
    names = ";".join(name for name, _ in headers)
    canonical = canonical_request(
        method,
        canonical_path(parts.path, twice=True),
        canonical_query(parts.query),
        headers,
        names,
        hashlib.sha256(body).hexdigest(),
    )
    value = signature(secret, stamp, (stamp[:8], region, service), canonical)
    credential = f"{access_key}/{stamp[:8]}/{region}/{service}/aws4_request"
    return {
        "x-amz-date": stamp,
        "authorization": (
            f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={value}"
        ),
    }


def presign(url: str, access_key: str, secret: str, service: str, seconds: int) -> str:
    """An address to GET that is good for some seconds; ``url`` has no query yet."""
    parts = urlsplit(url)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = (stamp[:8], "us-east-1", service)
    query = canonical_query(
        urlencode(
            {
                "X-Amz-Algorithm": ALGORITHM,
                "X-Amz-Credential": "/".join((access_key, *scope, "aws4_request")),
                "X-Amz-Date": stamp,
                "X-Amz-Expires": str(seconds),
                "X-Amz-SignedHeaders": "host",
            }
        )
    )
    path = canonical_path(parts.path, twice=True)
    host = [("host", parts.netloc)]
    canonical = canonical_request("GET", path, query, host, "host", EMPTY)
    return f"{url}?{query}&X-Amz-Signature={signature(secret, stamp, scope, canonical)}"


def _normal(path: str) -> str:
    """A path without empty and dot segments."""
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in {"", "."}:
            segments.append(segment)
    return "/" + "/".join(segments) + ("/" if path.endswith("/") and segments else "")


@lru_cache(maxsize=256)
def _key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
