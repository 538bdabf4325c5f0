"""Calls of the emulator's own services from a worker thread, without HTTP.

What the native providers use: each call runs the service's request handler on the server's event
loop, in the account and region of the stack that is being deployed. A table's description takes
about 0.1 ms this way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote
from xml.sax.saxutils import escape

from workbench.localcloud.ministack.bridge.bucket_calls import BucketCalls
from workbench.localcloud.ministack.bridge.service_request import (
    ServiceRequest,
    json_request,
    refusal,
)
from workbench.localcloud.service_error import ServiceError


def send(request: ServiceRequest) -> tuple[int, Mapping[str, str], bytes]:
    """Send one request to a service of the emulator; must not be called on its event loop."""
    from ministack.app import _get_module, call_service_handler_sync

    status, headers, content = call_service_handler_sync(
        _get_module(request.module).handle_request,
        request.method,
        request.path,
        dict(request.headers),
        request.body,
        {name: [value] for name, value in request.query.items()},
    )
    return status, headers, content.encode() if isinstance(content, str) else bytes(content or b"")


class ServiceCalls:
    """The emulator as :class:`workbench.localcloud.providers.services.ProviderServices`."""

    def __init__(self) -> None:
        self.buckets = BucketCalls(send)

    def call(self, service: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """One call of a JSON-protocol service."""
        status, _, body = send(json_request(service, action, parameters))
        answer = json.loads(body) if body else {}
        if status >= 400:
            raise refusal(status, answer)
        return cast(dict[str, Any], answer)

    def function_tags(self, function_arn: str) -> Mapping[str, str]:
        """A Lambda function's tags."""
        path = f"/2017-03-31/tags/{function_arn}"
        status, _, body = send(ServiceRequest("lambda_svc", "GET", path))
        answer = json.loads(body) if body else {}
        if status >= 400:
            raise refusal(status, answer)
        return cast(dict[str, str], answer.get("Tags") or {})

    def invalidate(self, distribution_id: str, paths: Sequence[str], reference: str) -> None:
        """Create a CloudFront invalidation."""
        items = "".join(f"<Path>{escape(path)}</Path>" for path in paths)
        batch = (
            "<InvalidationBatch><Paths>"
            f"<Quantity>{len(paths)}</Quantity><Items>{items}</Items></Paths>"
            f"<CallerReference>{escape(reference)}</CallerReference></InvalidationBatch>"
        )
        path = f"/2020-05-31/distribution/{quote(distribution_id)}/invalidation"
        headers = {"content-type": "application/xml"}
        sent = ServiceRequest("cloudfront", "POST", path, headers, batch.encode())
        status, _, body = send(sent)
        if status >= 400:
            raise ServiceError("InvalidationFailed", body.decode(errors="replace")[:300], status)
