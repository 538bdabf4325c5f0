"""AppSync's calls about resolvers, functions and data sources, which moto does not have."""

from __future__ import annotations

from typing import Any

from moto.appsync.responses import AppSyncResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult

from tests.aws_moto.resource_types import kept_parts

PATHS = (
    "(?P<apiId>[^/]+)/datasources",
    "(?P<apiId>[^/]+)/datasources/(?P<name>[^/]+)",
    "(?P<apiId>[^/]+)/functions",
    "(?P<apiId>[^/]+)/functions/(?P<functionId>[^/]+)",
    "(?P<apiId>[^/]+)/types/(?P<typeName>[^/]+)/resolvers",
    "(?P<apiId>[^/]+)/types/(?P<typeName>[^/]+)/resolvers/(?P<fieldName>[^/]+)",
)
"""Below ``/v1/apis/``."""


def _parts(self: AppSyncResponse, kind: str) -> dict[str, Any]:
    return kept_parts(self.current_account, self.region, self._get_param("apiId"), kind)


def _part(self: AppSyncResponse, kind: str, name: str) -> dict[str, Any]:
    found = _parts(self, kind).get(name)
    if found is None:
        raise JsonRESTError("NotFoundException", f"No {kind.removesuffix('s')} found.", code=404)
    return dict(found)


def _sent(self: AppSyncResponse) -> dict[str, Any]:
    return {name: value for name, value in dict(self.params).items() if name != "apiId"}


def _get_resolver(self: AppSyncResponse) -> ActionResult:
    name = f"{self._get_param('typeName')}.{self._get_param('fieldName')}"
    return ActionResult({"resolver": _part(self, "resolvers", name)})


def _update_resolver(self: AppSyncResponse) -> ActionResult:
    name = f"{self._get_param('typeName')}.{self._get_param('fieldName')}"
    changed = {"resolverArn": _part(self, "resolvers", name)["resolverArn"], **_sent(self)}
    _parts(self, "resolvers")[name] = changed
    return ActionResult({"resolver": changed})


def _list_resolvers(self: AppSyncResponse) -> ActionResult:
    type_name = self._get_param("typeName")
    found = [each for each in _parts(self, "resolvers").values() if each["typeName"] == type_name]
    return ActionResult({"resolvers": found})


def _get_function(self: AppSyncResponse) -> ActionResult:
    found = _part(self, "functions", self._get_param("functionId"))
    return ActionResult({"functionConfiguration": found})


def _update_function(self: AppSyncResponse) -> ActionResult:
    function_id = self._get_param("functionId")
    arn = _part(self, "functions", function_id)["functionArn"]
    changed = {"functionArn": arn, **_sent(self)}
    _parts(self, "functions")[function_id] = changed
    return ActionResult({"functionConfiguration": changed})


def _list_functions(self: AppSyncResponse) -> ActionResult:
    return ActionResult({"functions": list(_parts(self, "functions").values())})


def _get_data_source(self: AppSyncResponse) -> ActionResult:
    return ActionResult({"dataSource": _part(self, "data_sources", self._get_param("name"))})


def _list_data_sources(self: AppSyncResponse) -> ActionResult:
    return ActionResult({"dataSources": list(_parts(self, "data_sources").values())})


CALLS = {
    "get_resolver": _get_resolver,
    "update_resolver": _update_resolver,
    "list_resolvers": _list_resolvers,
    "get_function": _get_function,
    "update_function": _update_function,
    "list_functions": _list_functions,
    "get_data_source": _get_data_source,
    "list_data_sources": _list_data_sources,
}
"""By the name of moto's method."""
