"""TimeToLive: ministack's expiry writes no stream record, and UpdateTimeToLive checks nothing.

DynamoDB records a REMOVE whose ``userIdentity`` is its own service. It removes items whose
attribute is a number of seconds that is past, though by no more than five years.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from workbench.localcloud.dynamodb.values import number, type_of

Reply = tuple[int, dict[str, str], Any]

_REAPER = "dynamodb-ttl-reaper"
"""The emulator's thread that removes what has expired, once a minute."""

_SERVICE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
_OLDEST = 5 * 365 * 24 * 3600
_DETECTED = "1 validation error detected: "
_PLACE = "timeToLiveSpecification"
_expiring: ContextVar[bool] = ContextVar("expiring", default=False)


def install() -> None:
    """Check the settings, and record what expires."""
    from ministack.core.responses import request_scope
    from ministack.services import dynamodb

    refused = dynamodb.error_response_json
    remove, record = dynamodb._remove_item, dynamodb._build_change_record
    update, describe = dynamodb._update_ttl, dynamodb._describe_ttl

    def remove_item(table: Any, pk: Any, sk: Any) -> Any:
        if threading.current_thread().name != _REAPER:
            return remove(table, pk, sk)
        _, _, _, region, account, _ = table["TableArn"].split(":", 5)
        name = table["TableName"]
        setting = dynamodb._ttl_settings.get_scoped(account, region, name) or {}
        item = table["items"].get(pk, {}).get(sk)
        if item is None or not has_expired(item.get(setting.get("AttributeName")), time.time()):
            return None
        removed = remove(table, pk, sk)
        token = _expiring.set(True)
        try:
            with request_scope(account, region):
                dynamodb._emit_stream_event(name, "REMOVE", removed, None)
        finally:
            _expiring.reset(token)
        return removed

    def change_record(*given: Any, **options: Any) -> Any:
        made = record(*given, **options)
        if _expiring.get():
            made["userIdentity"] = dict(_SERVICE)
        return made

    def missing(data: Any) -> Reply | None:
        name = dynamodb._normalize_table_name(data.get("TableName"))
        if not isinstance(name, str) or name in dynamodb._tables:
            return None
        text = f"Requested resource not found: Table: {name} not found"
        reply: Reply = refused("ResourceNotFoundException", text, 400)
        return reply

    def update_ttl(data: Any) -> Reply:
        absent = missing(data)
        if absent:
            return absent
        asked = data.get("TimeToLiveSpecification")
        name = dynamodb._normalize_table_name(data.get("TableName"))
        current = dynamodb._ttl_settings.get(name) or {}
        wrong = _invalid(asked) or _unchanged(asked, current)
        if wrong:
            reply: Reply = refused("ValidationException", wrong, 400)
            return reply
        answered: Reply = update(data)
        if answered[0] == 200 and not asked["Enabled"]:
            dynamodb._ttl_settings.pop(name, None)
        return answered

    dynamodb._remove_item, dynamodb._build_change_record = remove_item, change_record
    dynamodb._update_ttl = update_ttl
    dynamodb._describe_ttl = lambda data: missing(data) or describe(data)


def has_expired(value: Any, now: float) -> bool:
    """Whether an item with this value of the attribute is to be removed."""
    if not isinstance(value, Mapping) or type_of(value) != "N":
        return False
    return now - _OLDEST < number(value["N"]) <= now


def _invalid(asked: Any) -> str | None:
    if not isinstance(asked, Mapping):
        return _null(_PLACE)
    name, enabled = asked.get("AttributeName"), asked.get("Enabled")
    if name is None:
        return _null(f"{_PLACE}.attributeName")
    if enabled is None:
        return _null(f"{_PLACE}.enabled")
    if 1 <= len(str(name)) <= 255:
        return None
    bound = "greater than or equal to 1" if not name else "less than or equal to 255"
    return (
        f"{_DETECTED}Value '{name}' at '{_PLACE}.attributeName' failed to satisfy constraint: "
        f"Member must have length {bound}"
    )


def _null(place: str) -> str:
    return (
        f"{_DETECTED}Value null at '{place}' failed to satisfy constraint: Member must not be null"
    )


def _unchanged(asked: Mapping[str, Any], current: Mapping[str, Any]) -> str | None:
    active = current.get("TimeToLiveStatus") == "ENABLED"
    attribute = current.get("AttributeName")
    if active and attribute != asked["AttributeName"]:
        return (
            "TimeToLive is active on a different AttributeName: current AttributeName is "
            f"{attribute}"
        )
    if active == bool(asked["Enabled"]):
        return f"TimeToLive is already {'enabled' if active else 'disabled'}"
    return None
