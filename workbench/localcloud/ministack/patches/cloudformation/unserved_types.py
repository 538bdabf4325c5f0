"""Resource types that ministack doesn't know: it refuses the whole template; AWS creates them.

Amplify's guides add maps and place searches, for example. Such a resource is recorded with its
name, ARN and attributes as AWS forms them, and a line in the log, so that the rest of the backend
deploys; calls to its service still fail.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_logger = logging.getLogger("unserved")

Properties = Mapping[str, Any]
Provisioned = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Unserved:
    """A type: the property that names it, its ARN's service and path, and its ARN attributes.

    Without a name property AWS draws the id, which the attributes in ``ids`` give.
    """

    service: str
    path: str
    name: str = ""
    arns: tuple[str, ...] = ("Arn",)
    ids: tuple[str, ...] = ()


TYPES = {
    "AWS::Location::Map": Unserved("geo", "map/", "MapName", ("Arn", "MapArn")),
    "AWS::Location::PlaceIndex": Unserved("geo", "place-index/", "IndexName", ("Arn", "IndexArn")),
    "AWS::Location::GeofenceCollection": Unserved(
        "geo", "geofence-collection/", "CollectionName", ("Arn", "CollectionArn")
    ),
    "AWS::Location::RouteCalculator": Unserved(
        "geo", "route-calculator/", "CalculatorName", ("Arn", "CalculatorArn")
    ),
    "AWS::Location::APIKey": Unserved("geo", "api-key/", "KeyName", ("Arn", "KeyArn")),
    "AWS::Pinpoint::App": Unserved("mobiletargeting", "apps/"),
    "AWS::Backup::BackupSelection": Unserved("backup", "", arns=(), ids=("Id", "SelectionId")),
    "AWS::Cognito::ManagedLoginBranding": Unserved(
        "cognito-idp", "", arns=(), ids=("ManagedLoginBrandingId",)
    ),
    "AWS::Cognito::UserPoolUICustomizationAttachment": Unserved("cognito-idp", "", arns=()),
    "AWS::Cognito::UserPoolRiskConfigurationAttachment": Unserved("cognito-idp", "", arns=()),
    "AWS::Cognito::LogDeliveryConfiguration": Unserved("cognito-idp", "", arns=(), ids=("Id",)),
}


def install() -> None:
    """Register the types that ministack has no handler for."""
    from ministack.services.cloudformation import provisioners

    for resource_type, unserved in TYPES.items():
        if resource_type in provisioners._RESOURCE_HANDLERS:
            continue
        provisioners._RESOURCE_HANDLERS[resource_type] = _handlers(resource_type, unserved)
        replacing = (unserved.name,) if unserved.name else ()
        provisioners._REPLACING_PROPERTIES[resource_type] = replacing


def _handlers(resource_type: str, unserved: Unserved) -> dict[str, Any]:
    def create(logical_id: str, props: Properties, stack: str) -> Provisioned:
        drawn = uuid.uuid4().hex
        given = str(props.get(unserved.name) or "") if unserved.name else ""
        name = given or (f"{stack}-{logical_id}-{drawn[:12]}" if unserved.name else drawn)
        _logger.warning("%s %s is recorded, but its service is not served", resource_type, name)
        return name, _attributes(name, unserved)

    def update(physical_id: str, _old: Properties, _new: Properties, _stack: str) -> Provisioned:
        return physical_id, _attributes(physical_id, unserved)

    def delete(physical_id: str, _props: Properties) -> None:
        _logger.debug("%s %s is forgotten", resource_type, physical_id)

    return {"create": create, "update": update, "delete": delete}


def _attributes(name: str, unserved: Unserved) -> dict[str, Any]:
    from ministack.core.responses import get_account_id, get_region

    arn = f"arn:aws:{unserved.service}:{get_region()}:{get_account_id()}:{unserved.path}{name}"
    return {**dict.fromkeys(unserved.arns, arn), **dict.fromkeys(unserved.ids, name)}
