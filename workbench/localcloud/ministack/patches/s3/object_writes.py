"""Writes of objects: ministack takes long keys and metadata, and keeps checksums for itself.

A key has at most 1,024 bytes, metadata 2 KB, and ``If-None-Match`` takes ``*`` only. An object
without a type is ``binary/octet-stream``; encryption is by S3's own key unless another is asked
for, by KMS with the account's key unless one is named. What was checked is answered.

Sources: docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html and
docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html, UsingMetadata.html,
default-encryption-faq.html and checking-object-integrity.html there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.ministack.patches.s3.object_reads import Answer, with_condition

_LONGEST_KEY = 1024
_MOST_METADATA = 2048
_METADATA = "x-amz-meta-"
_ENCRYPTION = "x-amz-server-side-encryption"
_KMS_KEY = f"{_ENCRYPTION}-aws-kms-key-id"
_BUCKET_KEY = f"{_ENCRYPTION}-bucket-key-enabled"


def install() -> None:
    """Check puts before they are stored, and complete their answers."""
    from ministack.services import s3

    put, encryption, create = (
        s3._put_object,
        s3._resolve_sse_write_headers,
        s3._create_multipart_upload,
    )

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
        refused = too_long(key, headers)
        if refused is not None:
            return refused
        answer: Answer = put(bucket, key, body, typed, *more, **named)
        if answer[0] == 200:
            answer[1].update(checksum_headers(s3._buckets[bucket]["objects"][key]))
        return with_condition(answer, "If-Match" if "if-match" in headers else "If-None-Match")

    def create_multipart_upload(bucket: str, key: str, headers: dict[str, str]) -> Answer:
        typed = {"content-type": "binary/octet-stream", **headers}
        answer: Answer = too_long(key, headers) or create(bucket, key, typed)
        return answer

    def encrypted(
        headers: dict[str, str], bucket: str
    ) -> tuple[dict[str, str] | None, Answer | None]:
        asked = headers
        if headers.get(_ENCRYPTION) == "aws:kms" and not headers.get(_KMS_KEY):
            asked = {**headers, _KMS_KEY: _own_key()}
        found, refused = encryption(asked, bucket)
        if found is not None:
            if not any(name.startswith(_ENCRYPTION) for name in found):
                found[_ENCRYPTION] = "AES256"
            if headers.get(_BUCKET_KEY, "").lower() == "true":
                found[_BUCKET_KEY] = "true"
        return found, refused

    s3._put_object = put_object
    s3._create_multipart_upload = create_multipart_upload
    s3._resolve_sse_write_headers = encrypted
    s3._SSE_STORED_HEADERS = (*s3._SSE_STORED_HEADERS, _BUCKET_KEY)


def checksum_headers(stored: Mapping[str, Any]) -> dict[str, str]:
    """What an answer says about an object's checksums."""
    found = {
        f"x-amz-checksum-{name.lower()}": str(value)
        for name, value in (stored.get("checksums") or {}).items()
    }
    if found:
        found["x-amz-checksum-type"] = stored.get("checksum_type") or "FULL_OBJECT"
    return found


def _own_key() -> str:
    """The key that S3 encrypts with where no other is named."""
    from ministack.core.responses import get_account_id, get_region

    return f"arn:aws:kms:{get_region()}:{get_account_id()}:alias/aws/s3"


def too_long(key: str, headers: Mapping[str, str]) -> Answer | None:
    """Why S3 takes neither a key nor metadata of this size."""
    size = len(key.encode())
    if size > _LONGEST_KEY:
        return _error(
            "KeyTooLongError",
            "Your key is too long",
            Size=str(size),
            MaxSizeAllowed=str(_LONGEST_KEY),
        )
    held = sum(
        len(name) - len(_METADATA) + len(value.encode())
        for name, value in headers.items()
        if name.startswith(_METADATA)
    )
    if held > _MOST_METADATA:
        return _error(
            "MetadataTooLarge",
            "Your metadata headers exceed the maximum allowed metadata size",
            Size=str(held),
            MaxSizeAllowed=str(_MOST_METADATA),
        )
    return None


def _error(code: str, message: str, status: int = 400, **fields: str) -> Answer:
    from ministack.services import s3

    answer: Answer = s3._object_error(code, message, status, **fields)
    return answer
