"""Permissions, versions and aliases of templates: ministack makes them of functions not there.

Lambda refuses them, and an alias of a version that is not there, and so the stack fails.
Source: docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html, API_PublishVersion.html and
API_CreateAlias.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.lambda_functions.named import arn_of

_KINDS = ("Permission", "Version", "Alias")


def install() -> None:
    """Look for the function before one of its resources is made or changed."""
    from ministack.services.cloudformation import provisioners

    for kind in _KINDS:
        handlers = provisioners._RESOURCE_HANDLERS[f"AWS::Lambda::{kind}"]
        checked = {
            "create": _checked(handlers["create"], 1),
            "update": _checked(handlers["update"], 2),
        }
        provisioners._RESOURCE_HANDLERS[f"AWS::Lambda::{kind}"] = {**handlers, **checked}


def _checked(provision: Callable[..., Any], at: int) -> Callable[..., Any]:
    def provision_checked(*given: Any, **named: Any) -> Any:
        _check(given[at])
        return provision(*given, **named)

    return provision_checked


def _check(properties: Mapping[str, Any]) -> None:
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import provisioners

    function, name, _, qualifier = provisioners._lambda_function_for_cfn_ref(
        properties.get("FunctionName", "")
    )
    for asked in (qualifier, properties.get("FunctionVersion")):
        if not function or not lambda_svc._function_qualifier_exists(function, asked):
            raise ValueError(f"Function not found: {arn_of(name, asked)}")
