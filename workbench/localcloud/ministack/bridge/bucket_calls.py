"""The S3 calls that native providers make, as requests to the emulator's S3."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from workbench.localcloud.ministack.bridge.notification_xml import from_xml, to_xml
from workbench.localcloud.ministack.bridge.service_request import ServiceRequest
from workbench.localcloud.providers.services import ObjectVersion
from workbench.localcloud.service_error import ServiceError

_MOST_DELETES = 1000


Send = Callable[[ServiceRequest], tuple[int, Mapping[str, str], bytes]]
"""How a request reaches the emulator: status, headers and content of the answer."""


class BucketCalls:
    """The emulator's S3 as :class:`workbench.localcloud.providers.services.Buckets`."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def get(self, bucket: str, key: str) -> bytes:
        """The object's content."""
        return self._request("GET", bucket, key)[1]

    def put(self, bucket: str, key: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Store an object with S3's own request headers."""
        self._request("PUT", bucket, key, headers=headers, body=body)

    def version_of(self, bucket: str, key: str) -> str:
        """The object's version id; empty in a bucket without versioning."""
        headers, _ = self._request("HEAD", bucket, key)
        found = {name.lower(): value for name, value in headers.items()}
        return found.get("x-amz-version-id", "")

    def keys(self, bucket: str, prefix: str) -> Sequence[str]:
        """All keys that begin with ``prefix``."""
        keys: list[str] = []
        query = {"list-type": "2", "prefix": prefix}
        while True:
            page = _parse(self._request("GET", bucket, query=query)[1])
            keys += [_text(item, "Key") for item in page.iter("Contents")]
            if not (token := _text(page, "NextContinuationToken")):
                return keys
            query["continuation-token"] = token

    def versions(self, bucket: str) -> Sequence[ObjectVersion]:
        """The first page of versions and delete markers; empty when there are none."""
        page = _parse(self._request("GET", bucket, query={"versions": ""})[1])
        return [
            ObjectVersion(_text(item, "Key"), _text(item, "VersionId"))
            for kind in ("Version", "DeleteMarker")
            for item in page.iter(kind)
        ]

    def delete(self, bucket: str, objects: Sequence[ObjectVersion]) -> None:
        """Delete objects, or with a version id just that version."""
        for start in range(0, len(objects), _MOST_DELETES):
            items = "".join(_deletion(item) for item in objects[start : start + _MOST_DELETES])
            body = f"<Delete>{items}<Quiet>true</Quiet></Delete>".encode()
            answer = self._request("POST", bucket, query={"delete": ""}, body=body)[1]
            for error in _parse(answer).iter("Error"):
                raise ServiceError(_text(error, "Code"), _text(error, "Message"))

    def tags(self, bucket: str) -> Mapping[str, str]:
        """The bucket's tags."""
        page = _parse(self._request("GET", bucket, query={"tagging": ""})[1])
        return {_text(tag, "Key"): _text(tag, "Value") for tag in page.iter("Tag")}

    def policy(self, bucket: str) -> str:
        """The bucket policy's JSON."""
        return self._request("GET", bucket, query={"policy": ""})[1].decode()

    def put_policy(self, bucket: str, policy: str) -> None:
        """Replace the bucket policy."""
        self._request("PUT", bucket, query={"policy": ""}, body=policy.encode())

    def notifications(self, bucket: str) -> Mapping[str, Any]:
        """The notification configuration in the API's JSON shape."""
        return from_xml(_parse(self._request("GET", bucket, query={"notification": ""})[1]))

    def put_notifications(
        self, bucket: str, configuration: Mapping[str, Any], *, skip_validation: bool
    ) -> None:
        """Replace the notification configuration."""
        headers = {"x-amz-skip-destination-validation": "true"} if skip_validation else {}
        body = to_xml(configuration).encode()
        self._request("PUT", bucket, query={"notification": ""}, headers=headers, body=body)

    def _request(
        self,
        method: str,
        bucket: str,
        key: str = "",
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> tuple[Mapping[str, str], bytes]:
        path = f"/{bucket}" + (f"/{quote(key)}" if key else "")
        # Without a signature the call counts as the account's own, as a provider's would.
        sent = {"host": "localhost", **(headers or {})}
        status, answered, content = self._send(
            ServiceRequest("s3", method, path, sent, body, query or {})
        )
        if status >= 400:
            raise _problem(status, content)
        return answered, content


def _deletion(item: ObjectVersion) -> str:
    version = f"<VersionId>{escape(item.version_id)}</VersionId>" if item.version_id else ""
    return f"<Object><Key>{escape(item.key)}</Key>{version}</Object>"


def _problem(status: int, content: bytes) -> ServiceError:
    if not content:
        return ServiceError("NotFound" if status == 404 else str(status), "", status)
    root = _parse(content)
    return ServiceError(_text(root, "Code") or str(status), _text(root, "Message"), status)


def _parse(content: bytes) -> ElementTree.Element:
    """The document without namespaces, so that names can be looked up as they are."""
    root = ElementTree.fromstring(content)
    for element in root.iter():
        element.tag = element.tag.rsplit("}", 1)[-1]
    return root


def _text(element: ElementTree.Element, name: str) -> str:
    return element.findtext(name) or ""
