"""Tags of buckets and objects: ministack counts them; S3 checks names, values and duplicates, too.

A put with wrong tags is refused before it is stored, and an upload in parts keeps its tags.
Sources: docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html,
API_PutBucketTagging.html and docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree

from workbench.localcloud.ministack.patches.s3.object_reads import Answer

_ALLOWED = re.compile(r"[\w\s+\-=._:/@]*")
_LONGEST_NAME, _LONGEST_VALUE = 128, 256
_MOST_OF_AN_OBJECT = 10
_MALFORMED = (
    "The XML you provided was not well-formed or did not validate against our published schema"
)
_HEADER = "x-amz-tagging"
_ENCODED = (
    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters "
    "without tag name duplicates."
)
_TWICE = "Cannot provide multiple Tags with the same key"
Tags = Sequence[tuple[str, str]]


def install() -> None:
    """Check tags wherever a request brings them."""
    from ministack.services import s3

    s3._put_bucket_tagging = _checked_document(
        s3._put_bucket_tagging, 1, "System tags cannot be added/updated by requester"
    )
    s3._put_object_tagging = _checked_document(
        s3._put_object_tagging, 2, "Your TagKey cannot be prefixed with aws:"
    )
    s3._put_object = _checked_header(s3._put_object)
    s3._copy_object = _checked_header(s3._copy_object)
    s3._create_multipart_upload = _kept(_checked_header(s3._create_multipart_upload))
    s3._complete_multipart_upload = _given(s3._complete_multipart_upload)


def _checked_document(put: Callable[..., Answer], position: int, reserved: str) -> Any:
    """Check the body, which is an argument of ``put``."""

    def checked(*given: Any, **named: Any) -> Answer:
        from ministack.services import s3

        if given[0] not in s3._buckets:
            return put(*given, **named)
        try:
            root = ElementTree.fromstring(given[position])
        except ElementTree.ParseError:
            return _error("MalformedXML", _MALFORMED)
        found = [
            {child.tag.rpartition("}")[2]: child.text or "" for child in tag}
            for tag in root.iter()
            if tag.tag.rpartition("}")[2] == "Tag"
        ]
        if any(not {"Key", "Value"} <= tag.keys() for tag in found):
            return _error("MalformedXML", _MALFORMED)
        refused = _refusal([(tag["Key"], tag["Value"]) for tag in found], reserved)
        return refused or put(*given, **named)

    return checked


def _checked_header(write: Callable[..., Answer]) -> Callable[..., Answer]:
    def checked(*given: Any, **named: Any) -> Answer:
        headers = next(each for each in given if isinstance(each, dict))
        text = headers.get(_HEADER, "")
        if not text:
            return write(*given, **named)
        tags = parse_qsl(text, keep_blank_values=True)
        names = [name for name, _ in tags]
        if len(set(names)) < len(names) or "," in text:
            return _error(
                "InvalidArgument", _ENCODED, ArgumentName=_HEADER, ArgumentValue=text
            )  # fmt: skip
        refused = _refusal(tags, "Your TagKey cannot be prefixed with aws:")
        if refused is None and len(tags) > _MOST_OF_AN_OBJECT:
            refused = _error("BadRequest", "Object tags cannot be greater than 10")
        return refused or write(*given, **named)

    return checked


def _refusal(tags: Tags, reserved: str) -> Answer | None:
    seen: set[str] = set()
    for name, value in tags:
        if not 1 <= len(name) <= _LONGEST_NAME or not _ALLOWED.fullmatch(name):
            return _error("InvalidTag", "The TagKey you have provided is invalid", TagKey=name)
        if len(value) > _LONGEST_VALUE or not _ALLOWED.fullmatch(value):
            return _error(
                "InvalidTag", "The TagValue you have provided is invalid",
                TagKey=name, TagValue=value,
            )  # fmt: skip
        if name.lower().startswith("aws:"):
            return _error("InvalidTag", reserved, TagKey=name)
        if name in seen:
            return _error(
                "InvalidTag", "Cannot provide multiple Tags with the same key", TagKey=name
            )
        seen.add(name)
    return None


def _kept(create: Callable[..., Answer]) -> Callable[..., Answer]:
    def create_multipart_upload(bucket: str, key: str, headers: dict[str, str]) -> Answer:
        from ministack.services import s3

        status, answered, body = create(bucket, key, headers)
        if status == 200 and headers.get(_HEADER):
            upload = s3._find_xml_tag(ElementTree.fromstring(body), "UploadId").text
            s3._multipart_uploads[upload]["tagging"] = headers[_HEADER]
        return status, answered, body

    return create_multipart_upload


def _given(complete: Callable[..., Answer]) -> Callable[..., Answer]:
    """Give the object the tags that its upload began with."""

    def complete_multipart_upload(
        bucket: str, key: str, body: bytes, query: dict[str, Any], *more: Any
    ) -> Answer:
        from ministack.services import s3

        upload = s3._multipart_uploads.get(s3._qp(query, "uploadId"), {})
        answer = complete(bucket, key, body, query, *more)
        if answer[0] == 200 and upload.get("tagging"):
            stored = s3._buckets[bucket]["objects"][key]
            tags = dict(parse_qsl(upload["tagging"], keep_blank_values=True))
            s3._object_tags[bucket, key, stored.get("version_id")] = tags
            s3._persist_version_state(bucket, key, s3._buckets[bucket])
        return answer

    return complete_multipart_upload


def _error(code: str, message: str, **fields: str) -> Answer:
    from ministack.services import s3

    answer: Answer = s3._object_error(code, message, 400, **fields)
    return answer
