"""Swaps a bucket deployment's files on the local cloud, straight from disk.

Means the same as CDK's BucketDeployment, without a function's start.
"""

from __future__ import annotations

import fnmatch
import mimetypes
import zipfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from workbench.aws.clients import Clients
from workbench.deploy.plan.instructions import BucketSource, SwapBucketContent

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

_WRITERS = 8
_DELETE_BATCH = 1000
_ARGUMENTS = {
    "cache-control": "CacheControl",
    "content-disposition": "ContentDisposition",
    "content-encoding": "ContentEncoding",
    "content-language": "ContentLanguage",
    "content-type": "ContentType",
    "expires": "Expires",
    "acl": "ACL",
    "storage-class": "StorageClass",
    "website-redirect": "WebsiteRedirectLocation",
    "sse": "ServerSideEncryption",
    "sse-kms-key-id": "SSEKMSKeyId",
}


def swap_bucket_content(clients: Clients, swap: SwapBucketContent) -> None:
    """Bring the files into the bucket; with ``prune`` remove what the sources lack."""
    files: dict[str, bytes] = {}
    for source in swap.sources:
        files.update(_source_files(source, extract=swap.extract))
    prefix = _folder(swap.prefix)
    uploads = {path: body for path, body in files.items() if _selected(path, swap)}
    arguments = _put_arguments(swap)

    def put(path: str) -> None:
        call = {"ContentType": _content_type(path), **arguments}
        clients.s3.put_object(Bucket=swap.bucket, Key=prefix + path, Body=uploads[path], **call)

    if len(uploads) == 1:
        put(next(iter(uploads)))
    elif uploads:
        with ThreadPoolExecutor(_WRITERS, thread_name_prefix="bucket") as pool:
            list(pool.map(put, uploads))
    if swap.prune:
        there = _keys(clients, swap.bucket, prefix)
        stale = [
            key
            for key in there
            if key.removeprefix(prefix) not in files and _selected(key.removeprefix(prefix), swap)
        ]
        _delete(clients, swap.bucket, stale)


def _source_files(source: BucketSource, *, extract: bool) -> dict[str, bytes]:
    """A source's files by path, markers replaced; without ``extract`` the source is one object."""
    if not extract:
        name = source.object_key.rsplit("/", 1)[-1]
        return {name: source.path.read_bytes()}
    if source.path.is_dir():
        files = {
            file.relative_to(source.path).as_posix(): file.read_bytes()
            for file in sorted(source.path.rglob("*"))
            if file.is_file()
        }
    elif zipfile.is_zipfile(source.path):
        with zipfile.ZipFile(source.path) as archive:
            files = {
                member.filename: archive.read(member)
                for member in archive.infolist()
                if not member.is_dir()
            }
    else:
        files = {source.path.name: source.path.read_bytes()}
    tokens = {marker.encode(): value.encode() for marker, value in source.markers.items()}
    return {path: _replaced(body, tokens) for path, body in files.items()}


def _replaced(body: bytes, tokens: Mapping[bytes, bytes]) -> bytes:
    for token, value in tokens.items():
        body = body.replace(token, value)
    return body


def _selected(path: str, swap: SwapBucketContent) -> bool:
    """As ``aws s3 sync`` decides with all excludes given before the includes."""
    return not _matches(path, swap.exclude) or _matches(path, swap.include)


def _matches(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def _folder(prefix: str) -> str:
    if prefix in {"", "/"}:
        return ""
    return prefix if prefix.endswith("/") else f"{prefix}/"


def _put_arguments(swap: SwapBucketContent) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for name, value in swap.system_metadata.items():
        argument = _ARGUMENTS.get(name.lower())
        if argument:
            arguments[argument] = value
    if swap.user_metadata:
        arguments["Metadata"] = {name.lower(): text for name, text in swap.user_metadata.items()}
    return arguments


def _content_type(path: str) -> str:
    return mimetypes.guess_type(Path(path).name)[0] or "binary/octet-stream"


def _keys(clients: Clients, bucket: str, prefix: str) -> list[str]:
    pages = clients.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [entry["Key"] for page in pages for entry in page.get("Contents", []) if "Key" in entry]


def _delete(clients: Clients, bucket: str, keys: list[str]) -> None:
    for start in range(0, len(keys), _DELETE_BATCH):
        batch = [{"Key": key} for key in keys[start : start + _DELETE_BATCH]]
        objects = cast("list[ObjectIdentifierTypeDef]", batch)
        clients.s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
