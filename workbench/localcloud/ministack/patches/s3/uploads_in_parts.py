"""Uploads in parts: ministack takes parts in any order and of any size, and lists without an end.

Only the last part may be under 5 MB, parts come in order, and a refusal names the part. A part
that was copied carries what its range was judged by. Lists name what came last, and their
arguments are checked.

Sources: docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html,
API_UploadPart.html, API_UploadPartCopy.html, API_ListParts.html and API_ListMultipartUploads.html.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from workbench.localcloud.ministack.patches.s3.object_reads import Answer, with_condition

SMALLEST_PART = 5 * 1024 * 1024
_LARGEST_ARGUMENT = 2**31 - 1
_MOST_PARTS = 10_000
_PAGE = 1000
_MALFORMED = (
    "The XML you provided was not well-formed or did not validate against our published schema"
)
_NOT_FOUND = (
    "One or more of the specified parts could not be found.  The part may not have been uploaded, "
    "or the specified entity tag may not match the part's entity tag."
)
_BETWEEN = "Part number must be an integer between 1 and 10000, inclusive"
Query = Mapping[str, Any]


def install() -> None:
    """Check parts before they are taken, and complete the lists."""
    from ministack.services import s3

    complete, upload_part, copy = (
        s3._complete_multipart_upload,
        s3._upload_part,
        s3._upload_part_copy,
    )

    def complete_multipart_upload(
        bucket: str, key: str, body: bytes, query: Query, headers: dict[str, str] | None = None
    ) -> Answer:
        asked = headers or {}
        upload = _upload(bucket, key, query)
        refused = _incomplete(upload, body, s3._qp(query, "uploadId")) if upload else None
        answer = refused or complete(bucket, key, body, query, headers)
        return with_condition(answer, "If-Match" if "if-match" in asked else "If-None-Match")

    def numbered(put: Callable[..., Answer], *given: Any, query: Query, **named: Any) -> Answer:
        number = s3._qp(query, "partNumber")
        known = s3._qp(query, "uploadId") in s3._multipart_uploads
        if known and not (number.isdecimal() and 1 <= int(number) <= _MOST_PARTS):
            return _error(
                "InvalidArgument", _BETWEEN, ArgumentName="partNumber", ArgumentValue=number
            )
        return put(*given, **named)

    def put_part(
        bucket: str, key: str, body: bytes, query: Query, headers: dict[str, str]
    ) -> Answer:
        return numbered(upload_part, bucket, key, body, query, headers, query=query)

    def copy_part(bucket: str, key: str, query: Query, headers: dict[str, str]) -> Answer:
        answer = numbered(copy, bucket, key, query, headers, query=query)
        if answer[0] == 200:
            return _with_checksum(answer, query)
        asked = headers.get("x-amz-copy-source-range", "")
        name = "x-amz-copy-source-range"
        if answer[0] == 400 and b"x-amz-copy-source-range value" in answer[2]:
            words = ElementTree.fromstring(answer[2]).findtext("Message") or ""
            return _error("InvalidArgument", words, ArgumentName=name, ArgumentValue=asked)
        if answer[0] == 400 and b"Range specified is not valid" in answer[2]:
            return _outside(answer, asked)
        conditions = [each for each in headers if each.startswith("x-amz-copy-source-if-")]
        named = conditions[0].removeprefix("x-amz-copy-source-if-").title() if conditions else ""
        return with_condition(answer, f"x-amz-copy-source-If-{named}")

    s3._complete_multipart_upload = complete_multipart_upload
    s3._upload_part = put_part
    s3._upload_part_copy = copy_part
    s3._list_parts = _ended_parts(s3._list_parts)
    s3._list_multipart_uploads = _ended_uploads(s3._list_multipart_uploads)


def _upload(bucket: str, key: str, query: Query) -> dict[str, Any] | None:
    from ministack.services import s3

    found: dict[str, Any] | None = s3._multipart_uploads.get(s3._qp(query, "uploadId"))
    if found is None or (found["bucket"], found["key"]) != (bucket, key):
        return None
    return found


def _incomplete(upload: Mapping[str, Any], body: bytes, upload_id: str) -> Answer | None:
    """Why S3 does not put these parts together."""
    if not body:
        return _error("InvalidRequest", "You must specify at least one part")
    try:
        named = [
            {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in part}
            for part in ElementTree.fromstring(body)
            if part.tag.rpartition("}")[2] == "Part"
        ]
        numbers = [int(part["PartNumber"]) for part in named]
    except (ElementTree.ParseError, KeyError, ValueError):
        return _error("MalformedXML", _MALFORMED)
    if not numbers:
        return _error("MalformedXML", _MALFORMED)
    if any(one >= next_one for one, next_one in itertools.pairwise(numbers)):
        return _error(
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
            UploadId=upload_id,
        )
    return _wrong_part(upload["parts"], numbers, named, upload_id)


def _wrong_part(
    stored: Mapping[int, Mapping[str, Any]],
    numbers: Sequence[int],
    named: Sequence[Mapping[str, str]],
    upload_id: str,
) -> Answer | None:
    for number, part in zip(numbers, named, strict=True):
        held, tag = stored.get(number), part.get("ETag", "").strip('"')
        if held is None or (tag and tag != held["etag"].strip('"')):
            return _error(
                "InvalidPart", _NOT_FOUND,
                UploadId=upload_id, PartNumber=str(number), ETag=tag,
            )  # fmt: skip
    for number in numbers[:-1]:
        if stored[number]["size"] < SMALLEST_PART:
            return _error(
                "EntityTooSmall",
                "Your proposed upload is smaller than the minimum allowed size",
                ETag=stored[number]["etag"].strip('"'),
                MinSizeAllowed=str(SMALLEST_PART),
                PartNumber=str(number),
                ProposedSize=str(stored[number]["size"]),
            )
    return None


def _with_checksum(answer: Answer, query: Query) -> Answer:
    """A copied part with the checksum that its upload began with."""
    from ministack.services import s3

    upload = s3._multipart_uploads[s3._qp(query, "uploadId")]
    algorithm = upload.get("checksum_algorithm")
    if not algorithm:
        return answer
    part = upload["parts"][int(s3._qp(query, "partNumber"))]
    value = s3._compute_s3_checksum(algorithm, part["body"])
    part["checksums"] = {algorithm: value}
    root = ElementTree.fromstring(answer[2])
    _add(root, f"Checksum{algorithm}", value)
    return answer[0], answer[1], s3._xml_body(root)


def _outside(answer: Answer, asked: str) -> Answer:
    words = ElementTree.fromstring(answer[2]).findtext("Message") or ""
    size = int(words.rpartition(" ")[2])
    if int(asked.removeprefix("bytes=").partition("-")[0]) >= size:
        return _error(
            "InvalidRequest", "The specified copy range is invalid for the source object size"
        )
    return _error(
        "InvalidArgument", words, ArgumentName="x-amz-copy-source-range", ArgumentValue=asked
    )


def _ended_parts(list_parts: Callable[..., Answer]) -> Callable[..., Answer]:
    def run(bucket: str, key: str, query: Query) -> Answer:
        from ministack.services import s3

        upload = _upload(bucket, key, query)
        if upload is None:
            return list_parts(bucket, key, query)
        asked, wrong = _numbers(query, {"max-parts": str(_PAGE), "part-number-marker": "0"})
        if wrong is not None:
            return wrong
        asked["max-parts"] = min(asked["max-parts"], _PAGE)
        given = {**query, **{name: [str(value)] for name, value in asked.items()}}
        status, headers, body = list_parts(bucket, key, given)
        root = ElementTree.fromstring(body)
        if s3._find_xml_tag(root, "NextPartNumberMarker") is None:
            found = [s3._find_xml_tag(part, "PartNumber").text for part in _all(root, "Part")]
            _add(root, "NextPartNumberMarker", found[-1] if found else "0")
        _add_checksum(root, upload)
        return status, headers, s3._xml_body(root)

    return run


def _ended_uploads(list_uploads: Callable[..., Answer]) -> Callable[..., Answer]:
    def run(bucket: str, query: Query) -> Answer:
        from ministack.services import s3

        if bucket not in s3._buckets:
            return list_uploads(bucket, query)
        asked, wrong = _numbers(query, {"max-uploads": str(_PAGE)})
        if wrong is not None:
            return wrong
        most = min(asked["max-uploads"], _PAGE)
        marker = s3._qp(query, "key-marker")
        # Without an upload's marker, what belongs to the marked key was on the page before.
        given = {**query, "max-uploads": [str(most)]}
        if marker and not s3._qp(query, "upload-id-marker"):
            given["upload-id-marker"] = ["~"]
        status, headers, body = list_uploads(bucket, given)
        root = ElementTree.fromstring(body)
        if marker and not s3._qp(query, "upload-id-marker"):
            s3._find_xml_tag(root, "UploadIdMarker").text = ""
        found = _all(root, "Upload")
        for each in found:
            upload = s3._multipart_uploads[s3._find_xml_tag(each, "UploadId").text]
            _add_checksum(each, upload)
        if s3._find_xml_tag(root, "NextKeyMarker") is None:
            for name in ("Key", "UploadId"):
                last = s3._find_xml_tag(found[-1], name).text if found else ""
                _add(root, f"Next{name}Marker", last)
        return status, headers, s3._xml_body(root)

    return run


def _numbers(query: Query, defaults: Mapping[str, str]) -> tuple[dict[str, int], Answer | None]:
    from ministack.services import s3

    found: dict[str, int] = {}
    for name, default in defaults.items():
        text = s3._qp(query, name) or default
        whole = text.removeprefix("-").isdecimal()
        if whole and 0 <= int(text) <= _LARGEST_ARGUMENT:
            found[name] = int(text)
            continue
        words = f"Provided {name} not an integer or within integer range"
        if whole and int(text) < 0:
            words = f"Argument {name} must be an integer between 0 and {_LARGEST_ARGUMENT}"
        return {}, _error("InvalidArgument", words, ArgumentName=name, ArgumentValue=text)
    return found, None


def _add_checksum(parent: ElementTree.Element, upload: Mapping[str, Any]) -> None:
    if upload.get("checksum_algorithm"):
        _add(parent, "ChecksumAlgorithm", upload["checksum_algorithm"])
        _add(parent, "ChecksumType", "COMPOSITE")


def _all(root: ElementTree.Element, name: str) -> Sequence[ElementTree.Element]:
    return [each for each in root if each.tag.rpartition("}")[2] == name]


def _add(parent: ElementTree.Element, name: str, text: str | None) -> None:
    """Add an element in the namespace of its parent."""
    space = parent.tag.rpartition("}")[0]
    ElementTree.SubElement(parent, f"{space}}}{name}" if space else name).text = text


def _error(code: str, message: str, **fields: str) -> Answer:
    from ministack.services import s3

    answer: Answer = s3._object_error(code, message, 400, **fields)
    return answer
