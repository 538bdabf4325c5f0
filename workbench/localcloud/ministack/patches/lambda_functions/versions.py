"""Versions and aliases: ministack takes any version, and sends all calls to an alias's first one.

Here an alias names versions that are there, its weights decide which version runs, and revisions
and code hashes are compared.
Source: docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.lambda_functions.named import (
    arn_of,
    checked,
    function_named,
    qualifier_in,
)
from workbench.localcloud.ministack.patches.lambda_functions.refusals import (
    Reply,
    conflict,
    invalid,
    not_found,
    refusing,
    stale,
)

Invoke = Callable[..., Awaitable[Reply]]


def install() -> None:
    """Check what the calls name, before they are carried out."""
    from ministack.services import lambda_svc

    lambda_svc._create_alias = checked(lambda_svc._create_alias, _check_new_alias)
    lambda_svc._update_alias = checked(lambda_svc._update_alias, _check_alias_change)
    lambda_svc._get_alias = checked(lambda_svc._get_alias, _check_alias)
    lambda_svc._delete_alias = _deleting(lambda_svc._delete_alias)
    lambda_svc._list_aliases = _listing(lambda_svc._list_aliases)
    lambda_svc._publish_version = checked(lambda_svc._publish_version, _check_publication)
    lambda_svc._delete_function = checked(lambda_svc._delete_function, _check_deletion)
    lambda_svc._update_code = checked(lambda_svc._update_code, _check_function_revision)
    lambda_svc._update_config = checked(lambda_svc._update_config, _check_function_revision)
    lambda_svc._get_function = _named(lambda_svc._get_function)
    lambda_svc._get_function_config = _named(lambda_svc._get_function_config)
    lambda_svc._invoke = _weighted(lambda_svc._invoke)


def _check_version(name: str, version: str) -> None:
    if version != "$LATEST" and version not in function_named(name).get("versions", {}):
        raise not_found(f"Function not found: {arn_of(name, version)}")


def _check_new_alias(name: str, data: Mapping[str, Any]) -> None:
    version = str(data.get("FunctionVersion") or "$LATEST")
    if not function_named(name):
        raise not_found(f"Function not found: {arn_of(name, version)}")
    if data.get("Name") in function_named(name)["aliases"]:
        raise conflict(f"Alias already exists: {arn_of(name, data['Name'])}")
    _check_version(name, version)
    _check_routing(name, version, data)


def _check_alias_change(name: str, alias: str, data: Mapping[str, Any]) -> None:
    found = function_named(name).get("aliases", {}).get(alias)
    if not found:
        raise not_found(f"Alias not found: {arn_of(name, alias)}")
    if data.get("RevisionId") and data["RevisionId"] != found["RevisionId"]:
        raise stale("GetFunction/GetAlias")
    version = str(data.get("FunctionVersion") or found["FunctionVersion"])
    _check_version(name, version)
    _check_routing(name, version, data)


def _check_routing(name: str, version: str, data: Mapping[str, Any]) -> None:
    weights = (data.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    if len(weights) > 1:
        raise invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
    for other in weights:
        if other == version:
            raise invalid(
                f"Invalid function version {other}. Function version {other} is already included "
                "in routing configuration."
            )
        if version == "$LATEST":
            raise invalid("$LATEST is not supported for an alias pointing to more than 1 version")
        _check_version(name, other)


def _check_alias(name: str, alias: str) -> None:
    if alias not in function_named(name).get("aliases", {}):
        raise not_found(f"Cannot find alias arn: {arn_of(name, alias)}")


def _deleting(delete: Callable[..., Reply]) -> Callable[..., Reply]:
    def delete_alias(name: str, alias: str) -> Reply:
        function = function_named(name)
        if function and alias not in function["aliases"]:
            return 204, {}, b""
        return delete(name, alias)

    return delete_alias


def _listing(listed: Callable[..., Reply]) -> Callable[..., Reply]:
    def list_aliases(name: str, query: Mapping[str, Any]) -> Reply:
        from ministack.core.responses import json_response
        from ministack.services import lambda_svc

        function = function_named(name)
        version = lambda_svc._qp_first(query, "FunctionVersion")
        if not version or not function:
            # Pages are cut from the names in order.
            function["aliases"] = dict(sorted(function.get("aliases", {}).items()))
            return listed(name, query)
        found = [
            alias
            for _, alias in sorted(function["aliases"].items())
            if alias["FunctionVersion"] == version
        ]
        reply: Reply = json_response({"Aliases": found})
        return reply

    return list_aliases


def _check_publication(name: str, data: Mapping[str, Any]) -> None:
    _check_function_revision(name, data)
    config = function_named(name).get("config") or {}
    given = data.get("CodeSha256")
    if config and given and given != config["CodeSha256"]:
        raise invalid(
            f"CodeSHA256 ({given}) is different from current CodeSHA256 in $LATEST "
            f"({config['CodeSha256']}). Please try again with the CodeSHA256 in $LATEST."
        )


def _check_function_revision(name: str, data: Mapping[str, Any]) -> None:
    config = function_named(name).get("config") or {}
    if config and data.get("RevisionId") and data["RevisionId"] != config["RevisionId"]:
        raise stale("GetFunction/GetAlias")


def _check_deletion(name: str, query: Mapping[str, Any], path_qualifier: str | None = None) -> None:
    if qualifier_in(path_qualifier, query) == "$LATEST":
        raise invalid("$LATEST version cannot be deleted without deleting the function.")


def _named(call: Callable[..., Reply]) -> Callable[..., Reply]:
    """A function or a version of it that is not there is named as it was asked for."""

    def get(name: str, qualifier: str | None = None) -> Reply:
        if qualifier and not _has(name, qualifier):
            raise not_found(f"Function not found: {arn_of(name, qualifier)}")
        return call(name, qualifier)

    return refusing(get)


def _has(name: str, qualifier: str) -> bool:
    from ministack.services import lambda_svc

    return bool(lambda_svc._function_qualifier_exists(function_named(name) or None, qualifier))


def _weighted(invoke: Invoke) -> Invoke:
    async def invoke_weighted(
        name: str,
        event: Any,
        headers: dict[str, str],
        path_qualifier: str | None = None,
        query: dict[str, Any] | None = None,
    ) -> Reply:
        from ministack.services import lambda_svc

        asked = path_qualifier or lambda_svc._qp_first(query or {}, "Qualifier")
        alias = function_named(name).get("aliases", {}).get(asked) or {}
        weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        chosen = random.random()
        for version, weight in weights.items():
            if chosen < float(weight):
                return await invoke(name, event, headers, version, query)
            chosen -= float(weight)
        return await invoke(name, event, headers, path_qualifier, query)

    return invoke_weighted
