"""CopyObject: ministack copies an object to itself, its locks and storage class, and no checksum.

A copy to itself must change something, and directives must be ones that S3 knows. A copy is of the
standard class and unlocked unless it asks for more, an archived or very large source is refused,
and the answer has the copy's checksum. The tag of a copy is that of one upload.

Source: docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.etree import ElementTree

from workbench.localcloud.ministack.patches.s3.object_reads import Answer, with_condition
from workbench.localcloud.ministack.patches.s3.object_writes import checksum_headers, too_long

LARGEST_SOURCE = 5 * 1024**3
_CLASS = "x-amz-storage-class"
_ALGORITHM = "x-amz-checksum-algorithm"
_REDIRECT = "x-amz-website-redirect-location"
_ENCRYPTION, _DEFAULT_ENCRYPTION = "x-amz-server-side-encryption", "AES256"
_CHANGES = (
    _REDIRECT,
    _CLASS,
    _ENCRYPTION,
    "x-amz-server-side-encryption-customer-algorithm",
    _ALGORITHM,
)
_CONDITION = "x-amz-copy-source-if-"
_UNCHANGED = (
    "This copy request is illegal because it is trying to copy an object to itself without "
    "changing the object's metadata, storage class, website redirect location or encryption "
    "attributes."
)
_TOO_LARGE = (
    "The specified copy source is larger than the maximum allowable size for a copy source: "
    f"{LARGEST_SOURCE}"
)
_ARCHIVED = (
    "The source object of the COPY action is not in the active tier and is only stored in Amazon "
    "S3 Glacier."
)
_MARKER = (
    "The source of a copy request may not specifically refer to a delete marker by version id."
)


def install() -> None:
    """Check copies before they are carried out, and complete them."""
    from ministack.services import s3

    copy = s3._copy_object

    def copy_object(bucket: str, key: str, headers: dict[str, str]) -> Answer:
        refused = _unknown_directive(headers)
        if refused is not None:
            return refused
        path, _, query = headers.get("x-amz-copy-source", "").lstrip("/").partition("?")
        source_bucket, _, source_key = unquote(path).partition("/")
        version = parse_qs(query).get("versionId", [""])[0]
        source = _stored(source_bucket, source_key, version)
        if source is not None:
            itself = (bucket, key) == (source_bucket, source_key) and not version
            if itself and not _changes(bucket, source, headers):
                return _error("InvalidRequest", _UNCHANGED)
            refused = _refused_source(source_bucket, source_key, source)
        given = {_CLASS: "STANDARD", **headers}
        wanted = headers.get(_ALGORITHM, "")
        parts = (source or {}).get("checksums") or {}
        if not wanted and any("-" in str(value) for value in parts.values()):
            wanted = next(iter(parts))
        if wanted:
            given["x-amz-sdk-checksum-algorithm"] = wanted
        answer: Answer = refused or too_long(key, headers) or copy(bucket, key, given)
        if answer[0] == 200:
            return _completed(answer, bucket, key, headers, wanted)
        if b"<Code>NoSuchKey</Code>" in answer[2]:
            return _error("NoSuchKey", "The specified key does not exist.", 404, Key=source_key)
        names = [name for name in headers if name.startswith(_CONDITION)]
        failed = names[0].removeprefix(_CONDITION).title() if names else ""
        return with_condition(answer, f"x-amz-copy-source-If-{failed}" if names else "If-Match")

    s3._copy_object = copy_object


def _stored(bucket: str, key: str, version: str) -> Mapping[str, Any] | None:
    from ministack.services import s3

    found: Mapping[str, Any] | None
    if version:
        histories = s3._object_versions.get((bucket, key), [])
        found = next((each for each in histories if each["version_id"] == version), None)
    else:
        found = (s3._buckets.get(bucket) or {}).get("objects", {}).get(key)
    return found


def _unknown_directive(headers: Mapping[str, str]) -> Answer | None:
    for kind in ("metadata", "tagging"):
        header = f"x-amz-{kind}-directive"
        given = headers.get(header, "COPY")
        if given not in {"COPY", "REPLACE"}:
            return _error(
                "InvalidArgument", f"Unknown {kind} directive.",
                ArgumentName=header, ArgumentValue=given,
            )  # fmt: skip
    return None


def _changes(bucket: str, source: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
    from ministack.services import s3

    encryption = (source.get("preserved_headers") or {}).get(_ENCRYPTION, _DEFAULT_ENCRYPTION)
    return (
        headers.get("x-amz-metadata-directive") == "REPLACE"
        or any(headers.get(name) for name in _CHANGES)
        or encryption != _DEFAULT_ENCRYPTION
        or bucket in s3._bucket_encryption
    )


def _refused_source(bucket: str, key: str, source: Mapping[str, Any]) -> Answer | None:
    from ministack.services import s3

    if source.get("is_delete_marker"):
        return _error("InvalidRequest", _MARKER)
    if source.get("size", 0) > LARGEST_SOURCE:
        return _error("InvalidRequest", _TOO_LARGE)
    of_class = source.get("storage_class") or "STANDARD"
    archived = of_class in s3._ARCHIVE_STORAGE_CLASSES
    if archived and s3._sync_restore(bucket, key, source) != "restored":
        return _error("ObjectNotInActiveTierError", _ARCHIVED, 403)
    return None


def _completed(
    answer: Answer, bucket: str, key: str, headers: dict[str, str], algorithm: str
) -> Answer:
    """Take away what S3 does not copy, and say the copy's checksum and tag."""
    from ministack.services import s3

    copied = s3._buckets[bucket]["objects"][key]
    changes: dict[str, Any] = {}
    if algorithm:
        name = algorithm.upper()
        changes["checksums"] = {name: copied["checksums"][name]}
    if "-" in copied["etag"]:
        body = s3._read_body(bucket, key, copied)
        changes["etag"] = f'"{hashlib.md5(body).hexdigest()}"'
    kept = {n: v for n, v in copied["preserved_headers"].items() if n != _REDIRECT}
    if headers.get(_REDIRECT):
        kept[_REDIRECT] = headers[_REDIRECT]
    if kept != copied["preserved_headers"]:
        changes["preserved_headers"] = kept
    version = copied.get("version_id")
    if changes:
        copied.update(changes)
        for each in s3._object_versions.get((bucket, key), []):
            if each["version_id"] == version:
                each.update(changes)
    locks = (s3._object_retention, s3._object_legal_hold)
    locked = [store.pop((bucket, key, version), None) for store in locks]
    s3._apply_object_lock_from_headers(bucket, key, headers, version)
    if s3.S3_PERSIST and (changes or any(locked)):
        s3._persist_object(bucket, key, copied)
    root = ElementTree.fromstring(answer[2])
    s3._find_xml_tag(root, "ETag").text = copied["etag"]
    space = root.tag.rpartition("}")[0]
    for name, value in checksum_headers(copied).items():
        word = name.removeprefix("x-amz-checksum-")
        tag = "ChecksumType" if word == "type" else f"Checksum{word.upper()}"
        ElementTree.SubElement(root, f"{space}}}{tag}" if space else tag).text = value
    return answer[0], answer[1], s3._xml_body(root)


def _error(code: str, message: str, status: int = 400, **fields: str) -> Answer:
    from ministack.services import s3

    answer: Answer = s3._object_error(code, message, status, **fields)
    return answer
