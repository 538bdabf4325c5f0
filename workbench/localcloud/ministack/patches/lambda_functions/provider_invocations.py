"""Bucket deployments invoked directly: ministack runs the function without the AWS CLI it needs.

The CDK's hot-swap invokes that function without CloudFormation and without an address to answer
to. In ministack it looks for an AWS CLI at ``/opt/awscli``, fails, and leaves the bucket with the
old content, although ``ampx sandbox`` reports success; on AWS it deploys. Here it runs in this
process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from workbench.localcloud.ministack.bridge.service_calls import ServiceCalls
from workbench.localcloud.ministack.patches.cloudformation.custom_resources import find_function
from workbench.localcloud.providers.registry import recognise
from workbench.localcloud.providers.request import ProviderError, ProviderRequest

_RESOURCE_TYPE = "Custom::CDKBucketDeployment"
_logger = logging.getLogger("providers")

Execute = Callable[[dict[str, Any], Any], Any]


def install() -> None:
    """Look at each invocation first; any other goes on as before."""
    from ministack.services import lambda_svc

    lambda_svc._execute_function_with_config_scope = _with_provider(
        lambda_svc._execute_function_with_config_scope
    )
    lambda_svc._execute_function = _with_provider(lambda_svc._execute_function)


def _with_provider(execute: Execute) -> Execute:
    services = ServiceCalls()

    def execute_function(func: dict[str, Any], event: Any) -> Any:
        request = _request(func, event)
        if request is None:
            return execute(func, event)
        function = find_function(request.handler_arn)
        known = function and recognise(_RESOURCE_TYPE, function, find_function)
        if not known:
            return execute(func, event)
        try:
            answer = known[0](request, services)
        except ProviderError as failure:
            _logger.warning("%s: %s", request.logical_id, failure)
            body = {"errorMessage": str(failure), "errorType": "Exception"}
            return {"body": body, "error": True}
        return {"body": {"PhysicalResourceId": answer.physical_id, "Data": dict(answer.data)}}

    return execute_function


def _request(func: dict[str, Any], event: Any) -> ProviderRequest | None:
    """The event as a provider's request, where it is one that nobody waits for an answer to."""
    if not isinstance(event, dict) or "RequestType" not in event:
        return None
    properties = event.get("ResourceProperties")
    address = str(event.get("ResponseURL") or "")
    if not isinstance(properties, dict) or address.startswith(("http://", "https://")):
        return None
    config = func.get("config") or func
    return ProviderRequest(
        kind=event["RequestType"],
        request_id=str(event.get("RequestId") or ""),
        stack_id=str(event.get("StackId") or ""),
        logical_id=str(event.get("LogicalResourceId") or ""),
        resource_type=_RESOURCE_TYPE,
        properties=properties,
        handler_arn=str(config.get("FunctionArn") or ""),
        physical_id=str(event.get("PhysicalResourceId") or ""),
        old_properties=event.get("OldResourceProperties") or {},
    )
