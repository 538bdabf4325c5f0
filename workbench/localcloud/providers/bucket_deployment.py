"""``Custom::CDKBucketDeployment``: copies assets into a bucket and keeps it in step with them.

After CDK's bucket-deployment provider (a Python function that runs ``aws s3 sync``): the same
properties, attributes and physical id, without its second of start-up for each deployment and
without an AWS CLI.
"""

from __future__ import annotations

import mimetypes
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.localcloud.providers import deployment_content as content
from workbench.localcloud.providers.request import (
    Properties,
    ProviderAnswer,
    ProviderError,
    ProviderRequest,
)
from workbench.localcloud.providers.services import ObjectVersion, ProviderServices
from workbench.localcloud.service_error import ServiceError

_OWNER_TAG = "aws-cdk:cr-owned"
_HEADERS = {
    "acl": "x-amz-acl",
    "storage-class": "x-amz-storage-class",
    "website-redirect": "x-amz-website-redirect-location",
    "sse": "x-amz-server-side-encryption",
    "sse-kms-key-id": "x-amz-server-side-encryption-aws-kms-key-id",
}
"""The AWS CLI's options that are not named as their S3 request header."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment's properties, typed; ``prefix`` is empty or ends with a slash."""

    sources: tuple[tuple[str, str], ...]
    markers: tuple[Mapping[str, Any], ...]
    marker_settings: tuple[Mapping[str, Any], ...]
    bucket: str
    raw_prefix: str
    prefix: str
    extract: bool
    prune: bool
    retain_on_delete: bool
    exclude: tuple[str, ...]
    include: tuple[str, ...]
    headers: Mapping[str, str]


def provide(request: ProviderRequest, services: ProviderServices) -> ProviderAnswer:
    """Answer one request; S3's own refusals are the reasons of failures."""
    properties = request.properties
    try:
        deployment = _read(properties)
    except KeyError as missing:
        raise ProviderError(f"missing request resource property {missing}.") from missing
    physical_id = request.physical_id
    if request.kind == "Create":
        physical_id = f"aws.cdk.s3deployment.{uuid.uuid4()}"
    try:
        _carry_out(request, deployment, services)
        versions = _version_ids(request, deployment, services)
        if distribution := properties.get("DistributionId"):
            paths = properties.get("DistributionPaths") or [_default_path(deployment.raw_prefix)]
            services.invalidate(str(distribution), paths, str(uuid.uuid4()))
    except (ServiceError, ValueError, TypeError) as problem:
        raise ProviderError(str(problem)) from problem
    return ProviderAnswer(physical_id, _attributes(properties, versions))


def _carry_out(
    request: ProviderRequest, deployment: Deployment, services: ProviderServices
) -> None:
    bucket, prefix = deployment.bucket, deployment.prefix
    if request.kind == "Delete":
        if not deployment.retain_on_delete and not _is_owned(deployment, services):
            _remove(bucket, prefix, services)
        return
    old_bucket, old_prefix = _destination(request.old_properties)
    moved = bool(old_bucket) and (old_bucket, old_prefix) != (bucket, prefix)
    if request.kind == "Update" and moved and not deployment.retain_on_delete:
        _remove(old_bucket, old_prefix, services)
    _sync(deployment, services)


def _sync(deployment: Deployment, services: ProviderServices) -> None:
    """Upload every selected file; with ``prune`` delete what the sources no longer have."""
    bucket, prefix = deployment.bucket, deployment.prefix
    files = _files(deployment, services)
    filters = deployment.exclude, deployment.include
    for path in content.selected(files, *filters):
        headers = {"content-type": _content_type(path), **deployment.headers}
        services.buckets.put(bucket, prefix + path, files[path], headers)
    if deployment.prune:
        there = [key.removeprefix(prefix) for key in services.buckets.keys(bucket, prefix)]
        stale = [path for path in content.selected(there, *filters) if path not in files]
        _delete(bucket, [prefix + path for path in stale], services)


def _files(deployment: Deployment, services: ProviderServices) -> dict[str, bytes]:
    """The sources' files in order, a later source's file over an earlier one's."""
    files: dict[str, bytes] = {}
    if len(deployment.sources) < len(deployment.markers):
        raise ValueError(
            f"Can never have more SourceMarkers ({len(deployment.markers)}) "
            f"than SourceObjectKeys ({len(deployment.sources)})"
        )
    for number, (bucket, key) in enumerate(deployment.sources):
        body = services.buckets.get(bucket, key)
        if not deployment.extract:
            files[key.rsplit("/", 1)[-1]] = body
            continue
        markers = _at(deployment.markers, number)
        files.update(content.archive_files(body, markers, _at(deployment.marker_settings, number)))
    return files


def _version_ids(
    request: ProviderRequest, deployment: Deployment, services: ProviderServices
) -> list[str] | None:
    """The deployed objects' version ids in the sources' order, where the template reads them."""
    if request.properties.get("OutputObjectVersionIds", "false") != "true":
        return None
    found: list[str] = []
    if request.kind == "Delete":
        return found
    for _, key in deployment.sources:
        try:
            name = deployment.prefix + key.rsplit("/", 1)[-1]
            found.append(services.buckets.version_of(deployment.bucket, name))
        except ServiceError as problem:
            if problem.code not in ("NoSuchKey", "NotFound", "404"):
                raise
            found.append("")
    return found


def _is_owned(deployment: Deployment, services: ProviderServices) -> bool:
    """Whether a deployment (this one, or its replacement) still claims the destination by tag."""
    tag = f"{_OWNER_TAG}:{deployment.raw_prefix}" if deployment.raw_prefix else _OWNER_TAG
    try:
        return any(name.startswith(tag) for name in services.buckets.tags(deployment.bucket))
    except ServiceError:
        return False


def _remove(bucket: str, prefix: str, services: ProviderServices) -> None:
    _delete(bucket, services.buckets.keys(bucket, prefix), services)


def _delete(bucket: str, keys: Sequence[str], services: ProviderServices) -> None:
    if keys:
        services.buckets.delete(bucket, [ObjectVersion(key, "") for key in keys])


def _attributes(properties: Properties, versions: list[str] | None) -> dict[str, Any]:
    with_keys = properties.get("OutputObjectKeys", "true") == "true"
    attributes: dict[str, Any] = {
        "SourceObjectKeys": properties.get("SourceObjectKeys") if with_keys else []
    }
    if arn := properties.get("DestinationBucketArn"):
        attributes["DestinationBucketArn"] = arn
    if versions is not None:
        attributes["SourceObjectVersionIds"] = versions
    return attributes


def _read(properties: Properties) -> Deployment:
    bucket, prefix = _destination(properties)
    raw_prefix = str(properties.get("DestinationBucketKeyPrefix", ""))
    return Deployment(
        sources=tuple(
            zip(properties["SourceBucketNames"], properties["SourceObjectKeys"], strict=False)
        ),
        markers=tuple(properties.get("SourceMarkers") or ()),
        marker_settings=tuple(properties.get("SourceMarkersConfig") or ()),
        bucket=bucket or str(properties["DestinationBucketName"]),
        raw_prefix="" if raw_prefix == "/" else raw_prefix,
        prefix=prefix,
        extract=properties.get("Extract", "true") == "true",
        prune=str(properties.get("Prune", "true")).lower() == "true",
        retain_on_delete=properties.get("RetainOnDelete", "true") == "true",
        exclude=tuple(properties.get("Exclude") or ()),
        include=tuple(properties.get("Include") or ()),
        headers=_headers(properties),
    )


def _destination(properties: Properties) -> tuple[str, str]:
    prefix = str(properties.get("DestinationBucketKeyPrefix", ""))
    if prefix in ("", "/"):
        prefix = ""
    elif not prefix.endswith("/"):
        prefix += "/"
    return str(properties.get("DestinationBucketName", "")), prefix


def _headers(properties: Properties) -> dict[str, str]:
    system: Mapping[str, str] = properties.get("SystemMetadata") or {}
    user: Mapping[str, str] = properties.get("UserMetadata") or {}
    headers = {_HEADERS.get(key.lower(), key.lower()): text for key, text in system.items()}
    headers.update({f"x-amz-meta-{key.lower()}": text for key, text in user.items()})
    return headers


def _content_type(path: str) -> str:
    return mimetypes.guess_type(path)[0] or "binary/octet-stream"


def _default_path(prefix: str) -> str:
    return "/" + (prefix.strip("/") + "/" if prefix.strip("/") else "") + "*"


def _at(items: Sequence[Mapping[str, Any]], number: int) -> Mapping[str, Any]:
    return items[number] if number < len(items) else {}
