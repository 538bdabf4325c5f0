"""S3's error documents: ministack names the ``Resource``, where S3 names bucket, key or upload.

The ``RequestId`` is the header's, and the ``HostId`` is there; ministack makes up one for each.
Sources: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and error bodies of S3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

Answer = tuple[int, dict[str, str], Any]

_OF_BUCKETS = frozenset(
    {
        "BucketAlreadyExists", "BucketAlreadyOwnedByYou", "BucketNotEmpty", "InvalidBucketName",
        "NoSuchBucket", "NoSuchBucketPolicy", "NoSuchCORSConfiguration",
        "NoSuchLifecycleConfiguration", "NoSuchPublicAccessBlockConfiguration", "NoSuchTagSet",
        "NoSuchWebsiteConfiguration", "ObjectLockConfigurationNotFoundError",
        "OwnershipControlsNotFoundError", "ReplicationConfigurationNotFoundError",
        "ServerSideEncryptionConfigurationNotFoundError",
    }
)  # fmt: skip
_WORDS = {
    "NoSuchUpload": "The specified upload does not exist. The upload ID may be invalid, or the "
    "upload may have been aborted or completed.",
    "PreconditionFailed": "At least one of the pre-conditions you specified did not hold",
}


def install() -> None:
    """Complete what S3's requests answer with an error."""
    from ministack.services import s3

    handle = s3.handle_request

    async def handle_request(
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query_params: Mapping[str, Any],
        *more: Any,
        **named: Any,
    ) -> Answer:
        status, answered, content = await handle(
            method, path, headers, body, query_params, *more, **named
        )
        if status >= 300 and content:
            bucket, key = s3._parse_bucket_key(path, headers)
            asked = {
                "BucketName": bucket,
                "Key": key,
                "VersionId": s3._qp(query_params, "versionId"),
                "UploadId": s3._qp(query_params, "uploadId"),
            }
            content = _completed(content, asked, answered)
        return status, answered, content

    s3.handle_request = handle_request


def _completed(content: Any, asked: Mapping[str, str], headers: Mapping[str, str]) -> Any:
    try:
        error = ElementTree.fromstring(content)
    except ElementTree.ParseError:
        return content
    if error.tag != "Error":
        return content
    code, resource = error.findtext("Code") or "", error.find("Resource")
    message = error.find("Message")
    if message is not None and code in _WORDS:
        message.text = _WORDS[code]
    for name in _names(code):
        # A bucket or an object that only a header named is the resource, not the path.
        value = _source(resource, name) or asked[name]
        if value and error.find(name) is None:
            ElementTree.SubElement(error, name).text = value
    if resource is not None and (_names(code) or not resource.text):
        error.remove(resource)
    for name, header in (("RequestId", "x-amz-request-id"), ("HostId", "x-amz-id-2")):
        held = error.find(name)
        if held is not None:
            error.remove(held)
        ElementTree.SubElement(error, name).text = headers.get(header, "")
    from ministack.services import s3

    return s3._xml_body(error)


def _names(code: str) -> tuple[str, ...]:
    """What S3 names in an error of this code."""
    if code in _OF_BUCKETS:
        return ("BucketName",)
    named = {"NoSuchKey": ("Key",), "NoSuchVersion": ("Key", "VersionId")}
    return named.get(code, ("UploadId",) if code == "NoSuchUpload" else ())


def _source(resource: ElementTree.Element | None, name: str) -> str:
    """The bucket or key of a resource ``/bucket/key``."""
    bucket, _, key = ((resource.text if resource is not None else "") or "")[1:].partition("/")
    return {"BucketName": bucket, "Key": key}.get(name, "")
