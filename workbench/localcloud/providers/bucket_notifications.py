"""``Custom::S3BucketNotifications``: sets a bucket's notification configuration.

After CDK's notifications provider. A managed bucket (made by the same app) takes the configuration
as it stands; in an unmanaged one the notifications of others are kept, and ours are told apart by
an id that begins with the stack id.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from workbench.localcloud.providers.request import ProviderAnswer, ProviderError, ProviderRequest
from workbench.localcloud.providers.services import ProviderServices
from workbench.localcloud.service_error import ServiceError

_KINDS = ("TopicConfigurations", "QueueConfigurations", "LambdaFunctionConfigurations")
_EVENT_BRIDGE = "EventBridgeConfiguration"


def provide(request: ProviderRequest, services: ProviderServices) -> ProviderAnswer:
    """Answer one request; a failure's reason begins with ``Error:``, as the provider's does."""
    properties = request.properties
    try:
        bucket = str(properties["BucketName"])
        wanted: Mapping[str, Any] = properties["NotificationConfiguration"]
        if str(properties.get("Managed", "true")).lower() == "true":
            configuration = {} if request.kind == "Delete" else wanted
        else:
            existing = services.buckets.notifications(bucket)
            configuration = _merged(request, wanted, existing)
        skip = str(properties.get("SkipDestinationValidation", "false")).lower() == "true"
        services.buckets.put_notifications(bucket, configuration, skip_validation=skip)
    except KeyError as missing:
        raise ProviderError(f"Error: {missing}. ") from missing
    except ServiceError as problem:
        raise ProviderError(f"Error: {problem}. ") from problem
    return ProviderAnswer(request.physical_id or request.logical_id)


def _merged(
    request: ProviderRequest, wanted: Mapping[str, Any], existing: Mapping[str, Any]
) -> dict[str, Any]:
    """The existing configuration without ours of before, plus ours of now."""
    before = request.old_properties.get("NotificationConfiguration", {})
    merged: dict[str, Any] = {}
    for kind in _KINDS:
        others = list(existing.get(kind, []))
        if request.kind == "Update":
            ours = {_identity(request.stack_id, n) for n in before.get(kind, [])}
            others = [n for n in others if _identity(request.stack_id, n) not in ours]
        elif request.kind == "Delete":
            others = [n for n in others if not str(n["Id"]).startswith(f"{request.stack_id}-")]
        added = [] if request.kind == "Delete" else wanted.get(kind, [])
        merged[kind] = others + [{**n, "Id": _identity(request.stack_id, n)} for n in added]
    for source in (wanted if request.kind != "Delete" else {}, existing):
        if _EVENT_BRIDGE in source:
            merged[_EVENT_BRIDGE] = source[_EVENT_BRIDGE]
            break
    return merged


def _identity(stack_id: str, notification: Mapping[str, Any]) -> str:
    """An id from the notification's content, the same whatever order its filter rules have."""
    content = {key: value for key, value in notification.items() if key != "Id"}
    rules = content.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    if rules:
        ordered = sorted(
            ({"Name": str(rule["Name"]).lower(), "Value": rule["Value"]} for rule in rules),
            key=lambda rule: str(rule["Name"]),
        )
        content["Filter"] = {"Key": {"FilterRules": ordered}}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return f"{stack_id}-{digest[:20]}"
