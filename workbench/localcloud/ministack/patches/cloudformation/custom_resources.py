"""Well-known custom resources: ministack runs their Lambdas; here they run in this process.

CDK's bucket-deployment function needs an AWS CLI at ``/opt/awscli``, Node providers need the AWS
SDK, and each cold start takes most of a second: a first deployment took 4 s for 10 ms of work.
"""

from __future__ import annotations

import inspect
import logging
import uuid
from collections.abc import Callable
from typing import Any

from workbench.localcloud.ministack.bridge.service_calls import ServiceCalls
from workbench.localcloud.providers.registry import ProviderFunction, recognise
from workbench.localcloud.providers.request import ProviderError, ProviderRequest

_logger = logging.getLogger("providers")

Invoke = Callable[..., tuple[str, dict[str, Any]]]


def install() -> None:
    """Take over ``invoke_custom_resource``; what no native provider knows goes on as before."""
    from ministack.services.cloudformation import custom_resource

    custom_resource.invoke_custom_resource = _with_native_providers(
        custom_resource.invoke_custom_resource, custom_resource._normalise_resource_properties
    )


def _with_native_providers(invoke: Invoke, normalise: Callable[[Any], Any]) -> Invoke:
    services = ServiceCalls()

    parameters = inspect.signature(invoke)

    def invoke_custom_resource(*args: Any, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        call = parameters.bind(*args, **kwargs).arguments
        function = find_function(str(call["props"].get("ServiceToken") or ""))
        known = function and recognise(call["resource_type"], function, find_function)
        if not known:
            return invoke(*args, **kwargs)
        provider, handler = known
        request = ProviderRequest(
            kind=call["request_type"],
            request_id=str(uuid.uuid4()),
            stack_id=call["stack_id"],
            logical_id=call["logical_id"],
            resource_type=call["resource_type"],
            properties=normalise(dict(call["props"])),
            handler_arn=handler.arn,
            physical_id=call.get("physical_id") or "",
            old_properties=normalise(dict(call.get("old_props") or {})),
        )
        try:
            answer = provider(request, services)
        except ProviderError as failure:
            raise RuntimeError(
                "Received response status [FAILED] from custom resource. "
                f"Message returned: {failure}"
            ) from failure
        _logger.debug("%s %s by its native provider", request.kind, request.logical_id)
        return answer.physical_id, dict(answer.data)

    return invoke_custom_resource


def find_function(arn: str) -> ProviderFunction | None:
    """The deployed function with this ARN, with its code; None if missing."""
    if not arn:
        return None
    from ministack.services import lambda_svc

    record, config, _ = lambda_svc._get_func_record_for_ref(arn)
    code = (record or {}).get("code_zip")
    if not config or not isinstance(code, bytes):
        return None
    environment = (config.get("Environment") or {}).get("Variables") or {}
    return ProviderFunction(
        arn=str(config.get("FunctionArn") or arn),
        handler=str(config.get("Handler") or ""),
        environment={key: str(value) for key, value in environment.items()},
        code=code,
    )
