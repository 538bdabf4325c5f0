"""The EventBridge data source: ``PutEvents``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbench.localcloud.appsync.data_sources import request_objects as read
from workbench.localcloud.appsync.data_sources.services import Services
from workbench.localcloud.appsync.evaluation import FieldError, TemplateError
from workbench.localcloud.appsync.records import DataSource
from workbench.localcloud.service_error import ServiceError

_MEMBERS = frozenset({"version", "operation", "events"})


async def invoke(source: DataSource, request: Any, services: Services) -> dict[str, Any]:
    """EventBridge's answer: ``Entries`` (an ``EventId`` or an error each), ``FailedEntryCount``."""
    found = read.request_object(request)
    read.refuse_unknown(found, _MEMBERS)
    operation = read.text_at(found, "operation")
    if operation != "PutEvents":
        raise TemplateError(f"Unsupported operation '{operation}'.")
    events = read.list_at(found, "events")
    bus = source.settings.get("eventBusArn")
    if not bus:
        raise TemplateError(f"Data source {source.name} names no event bus.")
    entries = [_entry(event, f"$[events][{i}]", str(bus)) for i, event in enumerate(events)]
    try:
        return await services.call("events", "PutEvents", {"Entries": entries})
    except ServiceError as problem:
        raise FieldError(problem.message, f"EventBridge:{problem.code}") from problem


def _entry(event: Any, path: str, bus: str) -> dict[str, Any]:
    if not isinstance(event, Mapping):
        raise TemplateError(f"Expected JSON object for '{path}'.")
    detail = event.get("detail")
    entry: dict[str, Any] = {
        "EventBusName": bus,
        "Source": read.text_at(event, "source", path),
        "DetailType": read.text_at(event, "detailType", path),
        "Detail": detail if isinstance(detail, str) else json.dumps(detail or {}),
    }
    if event.get("resources") is not None:
        entry["Resources"] = list(read.list_at(event, "resources", path))
    if event.get("time") is not None:
        entry["Time"] = event["time"]
    return entry
