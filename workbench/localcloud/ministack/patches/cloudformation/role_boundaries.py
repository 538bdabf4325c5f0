"""Roles of templates: ministack drops ``PermissionsBoundary``; AWS limits the role by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Properties = Mapping[str, Any]
Provisioned = tuple[str, dict[str, Any]]

_TYPE = "AWS::IAM::Role"


def install() -> None:
    """Wrap the type's handlers."""
    from ministack.services.cloudformation import provisioners

    original = dict(provisioners._RESOURCE_HANDLERS[_TYPE])

    def create(logical_id: str, props: Properties, stack: str) -> Provisioned:
        made: Provisioned = original["create"](logical_id, props, stack)
        _limit(made[0], props)
        return made

    def update(
        physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str
    ) -> Provisioned:
        made: Provisioned = original["update"](physical_id, old, new, stack, logical_id)
        _limit(made[0], new)
        return made

    provisioners._RESOURCE_HANDLERS[_TYPE] = {**original, "create": create, "update": update}


def _limit(name: str, props: Properties) -> None:
    from ministack.services import iam

    role = iam._roles.get(name)
    if role is not None:
        role["PermissionsBoundary"] = props.get("PermissionsBoundary") or None
