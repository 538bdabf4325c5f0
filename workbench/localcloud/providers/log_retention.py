"""``Custom::LogRetention``: creates a log group and sets how long it keeps its events.

After CDK's log-retention provider, except that it makes no log group for itself: it has no logs.
"""

from __future__ import annotations

from workbench.localcloud.providers.request import ProviderAnswer, ProviderError, ProviderRequest
from workbench.localcloud.providers.services import ProviderServices
from workbench.localcloud.service_error import ServiceError


def provide(request: ProviderRequest, services: ProviderServices) -> ProviderAnswer:
    """Answer one request; the physical id is the group's name, deleted only with ``destroy``."""
    name = str(request.properties.get("LogGroupName") or "")
    try:
        if request.kind == "Delete":
            if request.properties.get("RemovalPolicy") == "destroy":
                _delete(name, services)
        else:
            _create(name, services)
            _set_retention(name, request.properties.get("RetentionInDays"), services)
    except ServiceError as problem:
        raise ProviderError(str(problem)) from problem
    return ProviderAnswer(name, {"LogGroupName": name})


def _create(name: str, services: ProviderServices) -> None:
    try:
        services.call("logs", "CreateLogGroup", {"logGroupName": name})
    except ServiceError as problem:
        if problem.code != "ResourceAlreadyExistsException":
            raise


def _delete(name: str, services: ProviderServices) -> None:
    try:
        services.call("logs", "DeleteLogGroup", {"logGroupName": name})
    except ServiceError as problem:
        if problem.code != "ResourceNotFoundException":
            raise


def _set_retention(name: str, days: object, services: ProviderServices) -> None:
    if days:
        parameters = {"logGroupName": name, "retentionInDays": int(str(days))}
        services.call("logs", "PutRetentionPolicy", parameters)
    else:
        services.call("logs", "DeleteRetentionPolicy", {"logGroupName": name})
