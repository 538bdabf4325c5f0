"""Reads of S3: what ministack takes for unsigned, for a wrong range or for the end of a list.

Addresses presigned by signature version 2 may name response headers. A range that is not one of
bytes, or several, is ignored; HEAD has ranges and response headers, too. A list has at most 1,000
keys, and no continuation token that S3 did not give.

Sources: docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, API_HeadObject.html,
API_ListObjectsV2.html and API_Error.html there.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

Answer = tuple[int, dict[str, str], bytes]
Query = Mapping[str, Any]
_RANGE = re.compile(r"bytes=(?:(\d+)-(\d*)|-\d+)")
_MOST_KEYS = 1000
_LARGEST = 2**31 - 1
_BETWEEN = f"Argument maxKeys must be an integer between 0 and {_LARGEST}"


def install() -> None:
    """Wrap the reads of objects and the lists of keys."""
    from ministack.services import s3

    refuse, get, head = s3._reject_response_overrides_if_unsigned, s3._get_object, s3._head_object

    def refuse_unsigned(
        headers: Mapping[str, str], query: Query, bucket: str, key: str
    ) -> Answer | None:
        if s3._qp(query, "Signature") and s3._qp(query, "AWSAccessKeyId"):
            return None
        refused: Answer | None = refuse(headers, query, bucket, key)
        return refused

    def get_object(
        bucket: str, key: str, headers: dict[str, str], query_params: Query | None = None
    ) -> Answer:
        asked = headers.get("range", "")
        if asked and not _is_range(asked):
            headers = {name: value for name, value in headers.items() if name != "range"}
        answer: Answer = get(bucket, key, headers, query_params)
        if answer[0] == 416:
            size = answer[1]["Content-Range"].rpartition("/")[2]
            return _not_satisfiable(asked, size)
        if answer[0] == 200 and _is_range(asked):
            return _ranged(answer, asked)
        return with_condition(
            answer, "If-Match" if "if-match" in headers else "If-Unmodified-Since"
        )

    def head_object(
        bucket: str,
        key: str,
        headers: dict[str, str] | None = None,
        query_params: Query | None = None,
    ) -> Answer:
        status, answered, body = head(bucket, key, headers, query_params)
        asked = (headers or {}).get("range", "")
        if status != 200:
            return status, answered, body
        if _is_range(asked):
            size = answered["Content-Length"]
            found = s3._parse_range(asked, int(size))
            if found is None:
                return _not_satisfiable(asked, size)
            start, end = found
            answered["Content-Length"] = str(end - start + 1)
            answered["Content-Range"] = f"bytes {start}-{end}/{size}"
            status = 206
        if query_params:
            s3._apply_response_overrides(answered, query_params)
        return status, answered, body

    s3._reject_response_overrides_if_unsigned = refuse_unsigned
    s3._get_object = get_object
    s3._head_object = head_object
    s3._list_objects_v1 = checked_page(s3._list_objects_v1)
    s3._list_objects_v2 = checked_page(s3._list_objects_v2)


def sliced(answer: Answer, start: int, end: int, size: int) -> Answer:
    """The bytes of an answer from ``start`` to ``end``, whose checksums are of the whole."""
    _, headers, body = answer
    kept = {n: value for n, value in headers.items() if not n.startswith("x-amz-checksum-")}
    kept["Content-Length"] = str(end - start + 1)
    kept["Content-Range"] = f"bytes {start}-{end}/{size}"
    return 206, kept, body[start : end + 1]


def _ranged(answer: Answer, asked: str) -> Answer:
    """A range of a version, of which ministack gives the whole."""
    from ministack.services import s3

    size = int(answer[1]["Content-Length"])
    found = s3._parse_range(asked, size)
    if found is None:
        return _not_satisfiable(asked, str(size))
    return sliced(answer, found[0], found[1], size)


def with_condition(answer: Answer, name: str) -> Answer:
    """A failed precondition with the header that failed, as S3 names it."""
    status, headers, body = answer
    if status != 412 or b"<Condition>" in body:
        return answer
    named = f"</Message><Condition>{name}</Condition>".encode()
    return status, headers, body.replace(b"</Message>", named, 1)


def _is_range(text: str) -> bool:
    match = _RANGE.fullmatch(text.replace(" ", ""))
    return match is not None and not (match[2] and int(match[1]) > int(match[2]))


def _not_satisfiable(asked: str, size: str) -> Answer:
    from ministack.services import s3

    status, headers, body = s3._object_error(
        "InvalidRange",
        "The requested range is not satisfiable",
        416,
        RangeRequested=asked,
        ActualObjectSize=size,
    )
    return status, {**headers, "Content-Range": f"bytes */{size}"}, body


def checked_page(list_objects: Callable[..., Answer]) -> Callable[..., Answer]:
    """Check the page's size, token and encoding; ministack counts as far as it is told to."""
    from ministack.services import s3

    def run(bucket: str, query: Query) -> Answer:
        asked = s3._qp(query, "max-keys", str(_MOST_KEYS)) or str(_MOST_KEYS)
        if not asked.lstrip("-").isdecimal() or not 0 <= int(asked) <= _LARGEST:
            wrong = "Provided max-keys not an integer or within integer range"
            return _invalid(_BETWEEN if asked.lstrip("-").isdecimal() else wrong, "maxKeys", asked)
        token = query.get("continuation-token")
        if token is not None and not _is_token(s3._qp(query, "continuation-token")):
            wrong = "The continuation token provided is incorrect"
            return _invalid(wrong, "continuation-token", s3._qp(query, "continuation-token"))
        if s3._qp(query, "encoding-type", "url").lower() != "url":
            wrong = "Invalid Encoding Method specified in Request"
            return _invalid(wrong, "encoding-type", s3._qp(query, "encoding-type"))
        most = min(int(asked), _MOST_KEYS)
        status, headers, body = list_objects(bucket, {**query, "max-keys": [str(most)]})
        if most == 0:
            body = body.replace(b"<IsTruncated>true<", b"<IsTruncated>false<")
        return status, headers, body

    return run


def _is_token(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True).decode())
    except ValueError:
        return False


def _invalid(message: str, name: str, value: str) -> Answer:
    from ministack.services import s3

    answer: Answer = s3._object_error(
        "InvalidArgument", message, 400, ArgumentName=name, ArgumentValue=value
    )
    return answer
