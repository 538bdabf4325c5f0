"""Calls that ministack does not have: it takes some for others, and says that no function is there.

Served are those that the CDK, Amplify's tools and the AWS CLI make; others of Lambda say so.
"""

from __future__ import annotations

import json
from typing import Any

from workbench.localcloud.ministack.bridge.rest_calls import RestCall, recognise
from workbench.localcloud.ministack.patches.lambda_functions import (
    concurrency,
    event_invoke_configs,
)
from workbench.localcloud.ministack.patches.lambda_functions.refusals import (
    Handle,
    LambdaRefusalError,
    Reply,
)

_UPDATE = "UpdateFunctionEventInvokeConfig"
_LIST = "ListProvisionedConcurrencyConfigs"


def install() -> None:
    """Answer before ministack looks for the call."""
    from ministack.services import lambda_svc

    handle: Handle = lambda_svc.handle_request

    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> Reply:
        if path.rstrip("/").endswith(("/event-invoke-config", "/provisioned-concurrency")):
            document = json.loads(body) if body else None
            call = recognise("lambda", method, path, query_params, document)
            if call is not None and call.operation in (_UPDATE, _LIST):
                return _answer(call)
        return await handle(method, path, headers, body, query_params)

    lambda_svc.handle_request = handle_request


def _answer(call: RestCall) -> Reply:
    from ministack.core.responses import json_response
    from ministack.services import lambda_svc

    given = call.parameters
    name, in_name = lambda_svc._resolve_request_scoped_name_and_qualifier(given["FunctionName"])
    try:
        if call.operation == _LIST:
            found: Any = {"ProvisionedConcurrencyConfigs": concurrency.provisioned(name)}
        else:
            found = event_invoke_configs.update(name, given.get("Qualifier") or in_name, given)
    except LambdaRefusalError as refusal:
        return refusal.answer()
    reply: Reply = json_response(found)
    return reply
