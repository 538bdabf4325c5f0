"""ListObjectVersions: ministack lists groups before keys and gives a group again on the next page.

Keys and groups come in one order and count alike, pages hold at most 1,000, names are encoded
where that is asked for, and a version's marker needs its key's.
Source: docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from workbench.localcloud.ministack.patches.s3.object_reads import Answer, checked_page

Version = Mapping[str, Any]
Query = Mapping[str, Any]
_OWN_MARKER = "A version-id marker cannot be specified without a key marker."


@dataclass(frozen=True)
class _Wanted:
    prefix: str
    delimiter: str
    key_marker: str
    version_marker: str
    most: int


def install() -> None:
    """Replace the list."""
    from ministack.services import s3

    s3._list_object_versions = checked_page(list_object_versions)


def list_object_versions(bucket: str, query: Query) -> Answer:
    """One page of versions, delete markers and groups."""
    from ministack.services import s3

    if bucket not in s3._buckets:
        missing: Answer = s3._no_such_bucket(bucket)
        return missing
    wanted = _Wanted(
        s3._qp(query, "prefix"),
        s3._qp(query, "delimiter"),
        s3._qp(query, "key-marker"),
        s3._qp(query, "version-id-marker"),
        int(s3._qp(query, "max-keys", "1000")),
    )
    if wanted.version_marker and not wanted.key_marker:
        wrong: Answer = s3._object_error(
            "InvalidArgument",
            _OWN_MARKER,
            400,
            ArgumentName="version-id-marker",
            ArgumentValue=wanted.version_marker,
        )
        return wrong
    page: list[tuple[str, Version | None]] = []
    truncated = False
    for entry in _entries(bucket, wanted):
        if len(page) == wanted.most:
            truncated = wanted.most > 0
            break
        page.append(entry)
    encoded = s3._qp(query, "encoding-type").lower() == "url"
    text: Callable[[str], str] = s3._url_encode if encoded else str
    root = ElementTree.Element("ListVersionsResult", xmlns=s3.S3_NS)
    head = {
        "Name": bucket,
        "Prefix": text(wanted.prefix),
        "KeyMarker": text(wanted.key_marker),
        "VersionIdMarker": wanted.version_marker,
        "MaxKeys": str(wanted.most),
        "IsTruncated": str(truncated).lower(),
    }
    if wanted.delimiter:
        head["Delimiter"] = text(wanted.delimiter)
    if encoded:
        head["EncodingType"] = "url"
    if truncated:
        last, version = page[-1]
        head["NextKeyMarker"] = text(last)
        if version is not None:
            head["NextVersionIdMarker"] = version.get("version_id") or "null"
    _fill(root, head)
    owner = s3._canonical_owner_id()
    for key, version in page:
        if version is None:
            _fill(ElementTree.SubElement(root, "CommonPrefixes"), {"Prefix": text(key)})
        else:
            _add(root, text(key), version, owner)
    return 200, {"Content-Type": "application/xml"}, s3._xml_body(root)


def _entries(bucket: str, wanted: _Wanted) -> Iterator[tuple[str, Version | None]]:
    """Keys with a version, or groups with none, after the markers."""
    from ministack.services import s3

    objects, histories = s3._buckets[bucket]["objects"], s3._object_versions
    keys = {key for key in objects if key.startswith(wanted.prefix)}
    keys |= {
        key
        for owner, key in list(histories)
        if owner == bucket and histories[owner, key] and key.startswith(wanted.prefix)
    }
    group, marker = "", wanted.key_marker
    for key in sorted(keys):
        inside = key == marker and bool(wanted.version_marker)
        if key < marker or (key == marker and not inside):
            continue
        cut = key.find(wanted.delimiter, len(wanted.prefix)) if wanted.delimiter else -1
        if cut >= 0:
            found = key[: cut + len(wanted.delimiter)]
            if found not in {group, marker}:
                group = found
                yield group, None
            continue
        versions = histories.get((bucket, key))
        newest_first = list(reversed(versions)) if versions else [_only(objects[key])]
        if inside:
            ids = [version["version_id"] for version in newest_first]
            after = ids.index(wanted.version_marker) if wanted.version_marker in ids else -1
            newest_first = newest_first[after + 1 :]
        for version in newest_first:
            yield key, version


def _only(stored: Version) -> Version:
    return {
        **stored,
        "version_id": stored.get("version_id") or "null",
        "is_latest": True,
    }


def _add(root: ElementTree.Element, key: str, version: Version, owner: str) -> None:
    removed = bool(version.get("is_delete_marker"))
    each = ElementTree.SubElement(root, "DeleteMarker" if removed else "Version")
    fields = {
        "Key": key,
        "VersionId": version["version_id"],
        "IsLatest": str(bool(version["is_latest"])).lower(),
        "LastModified": version["last_modified"],
    }
    if not removed:
        fields |= {
            "ETag": version["etag"],
            "Size": str(version["size"]),
            "StorageClass": version.get("storage_class") or "STANDARD",
        }
        checksums = version.get("checksums") or {}
        if checksums:
            fields["ChecksumAlgorithm"] = next(iter(checksums))
            fields["ChecksumType"] = version.get("checksum_type") or "FULL_OBJECT"
    _fill(each, fields)
    _fill(ElementTree.SubElement(each, "Owner"), {"ID": owner, "DisplayName": "ministack"})


def _fill(parent: ElementTree.Element, fields: Mapping[str, str]) -> None:
    for name, value in fields.items():
        ElementTree.SubElement(parent, name).text = value
