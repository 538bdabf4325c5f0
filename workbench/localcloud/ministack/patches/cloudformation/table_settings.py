"""Tables of stacks: ministack leaves their TimeToLive and point-in-time recovery out.

A deleted table takes both settings with it: another one of its name begins without.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Properties = Mapping[str, Any]

_LIVE, _RECOVERY = "TimeToLiveSpecification", "PointInTimeRecoverySpecification"


def install() -> None:
    """Set both when a table is created or updated, and drop them with it."""
    from ministack.services import dynamodb
    from ministack.services.cloudformation import provisioners

    create, update, delete = (
        provisioners._ddb_create,
        provisioners._ddb_update,
        provisioners._ddb_delete,
    )

    def apply(name: str, old: Properties, new: Properties) -> None:
        if old.get(_LIVE) != new.get(_LIVE):
            _set_time_to_live(dynamodb, name, old.get(_LIVE) or {}, new.get(_LIVE) or {})
        if old.get(_RECOVERY) != new.get(_RECOVERY):
            wanted = new.get(_RECOVERY) or {}
            dynamodb._pitr_settings[name] = _is_true(wanted.get("PointInTimeRecoveryEnabled"))

    def created(logical_id: str, props: Any, stack_name: str) -> Any:
        name, attributes = create(logical_id, props, stack_name)
        table = dynamodb._tables[name]
        if table.get("LatestStreamArn"):
            # ministack takes the time twice.
            table["LatestStreamLabel"] = table["LatestStreamArn"].partition("/stream/")[2]
        apply(name, {}, props)
        return name, attributes

    def updated(
        physical_id: str, old_props: Any, new_props: Any, stack_name: str, logical_id: Any = None
    ) -> Any:
        result = update(physical_id, old_props, new_props, stack_name, logical_id)
        if result[0] == physical_id:
            apply(physical_id, old_props, new_props)
        return result

    def deleted(physical_id: str, props: Any) -> Any:
        dynamodb._ttl_settings.pop(physical_id, None)
        dynamodb._pitr_settings.pop(physical_id, None)
        return delete(physical_id, props)

    provisioners._ddb_create, provisioners._ddb_update = created, updated
    provisioners._ddb_delete = deleted
    provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"].update(
        create=created, update=updated, delete=deleted
    )


def _set_time_to_live(dynamodb: Any, name: str, old: Properties, new: Properties) -> None:
    enabled = _is_true(new.get("Enabled"))
    if not enabled and not _is_true(old.get("Enabled")):
        return
    attribute = new.get("AttributeName") if enabled else old.get("AttributeName")
    specification = {"Enabled": enabled, "AttributeName": attribute}
    status, _, body = dynamodb._update_ttl({"TableName": name, _LIVE: specification})
    if status >= 400 and b"is already" not in body:
        raise ValueError(f"AWS::DynamoDB::Table update failed: {body!r}")


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"
