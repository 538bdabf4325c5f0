"""Environments over 4 KB: ministack stores them; Lambda refuses them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

_BYTES = 4096


def install() -> None:
    """Measure before a function is made or changed, by CloudFormation or by a call."""
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import provisioners

    kind = "AWS::Lambda::Function"
    handlers = provisioners._RESOURCE_HANDLERS[kind]
    provisioners._RESOURCE_HANDLERS[kind] = {
        **handlers,
        "create": _provisioned(handlers["create"], 1),
        "update": _provisioned(handlers["update"], 2),
    }
    lambda_svc._create_function = _called(lambda_svc._create_function, 0)
    lambda_svc._update_config = _called(lambda_svc._update_config, 1)


def too_large(settings: Mapping[str, Any]) -> str:
    """Lambda's words where the environment is too large; else empty."""
    variables = (settings.get("Environment") or {}).get("Variables") or {}
    measured = json.dumps(variables, ensure_ascii=False, separators=(",", ":"), default=str)
    if len(measured.encode()) <= _BYTES:
        return ""
    return (
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided exceeded the 4KB limit. String measured: "
        f"{measured[:200]}..."
    )


def _provisioned(provision: Callable[..., Any], properties: int) -> Callable[..., Any]:
    def provision_measured(*given: Any) -> Any:
        problem = too_large(given[properties])
        if problem:
            raise ValueError(problem)
        return provision(*given)

    return provision_measured


def _called(call: Callable[..., Any], settings: int) -> Callable[..., Any]:
    def call_measured(*given: Any) -> Any:
        from ministack.core.responses import error_response_json

        problem = too_large(given[settings])
        if problem:
            return error_response_json("InvalidParameterValueException", problem, 400)
        return call(*given)

    return call_measured
