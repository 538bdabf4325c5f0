"""The cross-origin rules of a bucket, and what they say to a web page's request.

The emulator has them, but asks them only with its AUTH switch on.
Source: docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, unquote

Headers = Mapping[str, str]
Answer = tuple[int, Mapping[str, str], bytes]
Addressed = tuple[str, str]
"""A bucket that exists, and the key in it (empty for the bucket itself)."""

_METHOD = "access-control-request-method"
_NAMES = "access-control-request-headers"
_OF_S3 = re.compile(r"(?:[^:/]+\.)?s3[.-][^:/]+(?::\d+)?", re.I)


def addressed_bucket(method: str, path: str, query: str, headers: Headers) -> Addressed | None:
    """The bucket that a request is for; header names in lower case."""
    from ministack import app

    target = app._s3_cors_target(headers.get("host", ""), path)
    if target is None:
        return None
    parameters = parse_qs(query, keep_blank_values=True)
    if app.detect_service(method, path, headers, parameters) != "s3":
        return None
    bucket, key = target
    return bucket, unquote(key)


def preflight(addressed: Addressed, headers: Headers) -> Answer:
    """What S3 answers an ``OPTIONS`` request: allowed as a rule says, or refused with 403."""
    from ministack.services import s3

    # S3 names allowed headers in lower case, however they were asked for and are written.
    names = headers.get(_NAMES, "").lower()
    answer: Answer = s3.cors_preflight(*addressed, {**headers, _NAMES: names})
    return answer


def preflight_without_bucket(headers: Headers) -> Answer | None:
    """What S3 answers where there is no such bucket; None where the host is not one of S3's."""
    from ministack.services import s3

    if not _OF_S3.fullmatch(headers.get("host", "")):
        return None
    asked = headers.get(_METHOD, "OPTIONS")
    missing = "CORSResponse: Bucket not found"
    answer: Answer = s3._cors_error("AccessForbidden", missing, 403, asked, "BUCKET")
    return answer


def headers_for_page(addressed: Addressed, method: str, headers: Headers) -> Headers:
    """What a rule adds to the answer of a request that is no preflight; empty without a match.

    S3 asks the rules for the preflight's headers where a request has them, and never for the
    names of the request's own.
    """
    from ministack.services import s3

    names = [name.strip() for name in headers.get(_NAMES, "").lower().split(",") if name.strip()]
    rules = s3._cors_rules(addressed[0]) or []
    asked = headers.get(_METHOD) or method
    found: Headers = s3._cors_answer(rules, headers.get("origin", ""), asked, names) or {}
    return found
