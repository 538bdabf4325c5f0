"""Writes of S3 that ministack carries out and S3 refuses.

A copy of an object to itself must change something, a directive must be one that S3 knows, a key
has at most 1,024 bytes, and ``If-None-Match`` of a write takes ``*`` only. An object
without a type is ``binary/octet-stream``.

Sources: docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html, API_PutObject.html and
docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from workbench.localcloud.ministack.patches.s3.object_reads import Answer, with_condition

_LONGEST_KEY = 1024
_CHANGES = (
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-checksum-algorithm",
)
_CONDITION = "x-amz-copy-source-if-"
_UNCHANGED = (
    "This copy request is illegal because it is trying to copy an object to itself without "
    "changing the object's metadata, storage class, website redirect location or encryption "
    "attributes."
)


def install() -> None:
    """Check copies and puts before they are carried out."""
    from ministack.services import s3

    copy, put = s3._copy_object, s3._put_object

    def copy_object(bucket: str, key: str, headers: dict[str, str]) -> Answer:
        for kind in ("metadata", "tagging"):
            header = f"x-amz-{kind}-directive"
            given = headers.get(header, "COPY")
            if given not in ("COPY", "REPLACE"):
                return _error(
                    "InvalidArgument", f"Unknown {kind} directive.",
                    ArgumentName=header, ArgumentValue=given,
                )  # fmt: skip
        source = unquote(headers.get("x-amz-copy-source", "").lstrip("/"))
        exists = key in (s3._buckets.get(bucket) or {}).get("objects", {})
        if exists and source == f"{bucket}/{key}" and not _changes(bucket, headers):
            return _error("InvalidRequest", _UNCHANGED)
        answer: Answer = _too_long(key) or copy(bucket, key, headers)
        if b"<Code>NoSuchKey</Code>" in answer[2]:
            missing = source.partition("/")[2].partition("?")[0]
            return _error("NoSuchKey", "The specified key does not exist.", 404, Key=missing)
        names = [name for name in headers if name.startswith(_CONDITION)]
        failed = names[0].removeprefix(_CONDITION).title() if names else ""
        return with_condition(answer, f"x-amz-copy-source-If-{failed}" if names else "If-Match")

    def put_object(
        bucket: str, key: str, body: bytes, headers: dict[str, str], *more: Any, **named: Any
    ) -> Answer:
        wanted = headers.get("if-none-match", "*")
        if wanted != "*":
            return _error(
                "NotImplemented",
                "A header you provided implies functionality that is not implemented",
                501,
                Header="If-None-Match",
            )
        typed = {"content-type": "binary/octet-stream", **headers}
        answer: Answer = _too_long(key) or put(bucket, key, body, typed, *more, **named)
        return with_condition(answer, "If-Match" if "if-match" in headers else "If-None-Match")

    s3._copy_object = copy_object
    s3._put_object = put_object


def _changes(bucket: str, headers: dict[str, str]) -> bool:
    from ministack.services import s3

    return (
        headers.get("x-amz-metadata-directive") == "REPLACE"
        or any(headers.get(name) for name in _CHANGES)
        or bucket in s3._bucket_encryption
    )


def _too_long(key: str) -> Answer | None:
    size = len(key.encode())
    if size <= _LONGEST_KEY:
        return None
    return _error(
        "KeyTooLongError", "Your key is too long", Size=str(size), MaxSizeAllowed=str(_LONGEST_KEY)
    )


def _error(code: str, message: str, status: int = 400, **fields: str) -> Answer:
    from ministack.services import s3

    answer: Answer = s3._object_error(code, message, status, **fields)
    return answer
