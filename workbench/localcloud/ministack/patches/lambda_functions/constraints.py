"""Parameters: ministack takes any; Lambda checks lengths, patterns and allowed values first.

CloudFormation's functions and mappings are checked by the same rules.
Source: docs.aws.amazon.com/lambda/latest/api
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.bridge.model_constraints import violations
from workbench.localcloud.ministack.bridge.rest_calls import RestCall, recognise
from workbench.localcloud.ministack.patches.lambda_functions.refusals import (
    Handle,
    LambdaRefusalError,
    Reply,
    invalid,
    not_found,
)

_MOST = {"MemorySize": 10_240, "EphemeralStorageSize": 10_240, "Timeout": 900}
"""The model allows more: that is for functions on machines of one's own."""

_UNCHECKED = frozenset(("Runtime", "CompatibleRuntimes"))
"""Runtimes that are newer than the model must deploy."""

_RUNTIME = re.compile(r"(nodejs|python|java|dotnet|dotnetcore|ruby|provided|go|nasa)[a-z0-9.-]*")
_INVOCATION = re.compile(
    r"/[^/]+/functions/[^/]+/((response-streaming-)?invocations|invoke-async)/?"
)
"""Their bodies are events."""

_ARN = re.compile(r"arn:aws[a-zA-Z-]*:lambda:([^:]+):\d{12}:function:([^:]+)(?::(.+))?")
_NAME_LENGTH = 64
_PROVISIONED = {
    "AWS::Lambda::Function": ("CreateFunction", "UpdateFunctionConfiguration"),
    "AWS::Lambda::EventSourceMapping": ("CreateEventSourceMapping", "UpdateEventSourceMapping"),
    "AWS::Lambda::EventInvokeConfig": ("PutFunctionEventInvokeConfig",) * 2,
}
_BY_NAME = frozenset(("FunctionName", "UUID", "Role", "Code", "Qualifier"))
"""Members of calls that a template gives otherwise, or that CloudFormation makes."""


def install() -> None:
    """Check calls before they are handled, and templates' properties before they are made."""
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import provisioners

    lambda_svc.handle_request = _checked(lambda_svc.handle_request)
    for kind, (made, changed) in _PROVISIONED.items():
        handlers = provisioners._RESOURCE_HANDLERS[kind]
        checked = {**handlers, "create": _provisioned(handlers["create"], made, 1)}
        if "update" in handlers:
            checked["update"] = _provisioned(handlers["update"], changed, 2)
        provisioners._RESOURCE_HANDLERS[kind] = checked


def _checked(handle: Handle) -> Handle:
    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> Reply:
        if not _INVOCATION.fullmatch(path):
            call = recognise("lambda", method, path, query_params, _document(body))
            try:
                if call is not None:
                    _check(call)
            except LambdaRefusalError as refusal:
                return refusal.answer()
        return await handle(method, path, headers, body, query_params)

    return handle_request


def _document(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None


def _check(call: RestCall) -> None:
    wrong = _violations(call.operation, call.parameters)
    if wrong:
        raise LambdaRefusalError("ValidationException", wrong)
    name = call.parameters.get("FunctionName")
    if isinstance(name, str) and not (call.operation == "ListEventSourceMappings" and not name):
        _check_name(call, name)
    _check_runtime(call.parameters.get("Runtime"))
    for runtime in call.parameters.get("CompatibleRuntimes") or ():
        _check_runtime(runtime)


def _violations(operation: str, parameters: Mapping[str, Any]) -> str:
    return violations("lambda", operation, parameters, without=_UNCHECKED, whole=True, most=_MOST)


def _check_name(call: RestCall, name: str) -> None:
    from ministack.services import lambda_svc

    if call.operation == "CreateFunction" and ":" not in name and len(name) > _NAME_LENGTH:
        raise invalid(
            f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy "
            f"constraint: Member must have length less than or equal to {_NAME_LENGTH}"
        )
    found = _ARN.fullmatch(name)
    region = lambda_svc.get_region()
    if found and found[1] != region:
        raise not_found(
            f"Functions from '{found[1]}' are not reachable in this region ('{region}')"
        )
    given, qualifier = call.parameters.get("Qualifier"), found[3] if found else None
    if not found and ":" in name:
        qualifier = name.rpartition("function:")[2].partition(":")[2]
    if given and qualifier and given != qualifier:
        raise invalid(
            "The derived qualifier from the function name does not match the specified qualifier."
        )


def _check_runtime(runtime: Any) -> None:
    from botocore.model import StringShape

    from workbench.localcloud.ministack.bridge.model_constraints import service_model

    if not isinstance(runtime, str) or not runtime or _RUNTIME.fullmatch(runtime):
        return
    shape = service_model("lambda").shape_for("Runtime")
    known = ", ".join(shape.enum) if isinstance(shape, StringShape) else ""
    raise invalid(
        f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum "
        f"value set: [{known}] or be a valid ARN"
    )


def _provisioned(provision: Callable[..., Any], operation: str, at: int) -> Callable[..., Any]:
    def provision_checked(*given: Any) -> Any:
        properties = {name: value for name, value in given[at].items() if name not in _BY_NAME}
        # What a call must have besides them, a template has in another place.
        wrong = _violations(operation, {**_given_elsewhere(operation), **properties})
        if wrong:
            raise ValueError(wrong)
        return provision(*given)

    return provision_checked


def _given_elsewhere(operation: str) -> dict[str, Any]:
    role = "arn:aws:iam::000000000000:role/any"
    every = {"FunctionName": "any", "UUID": "0" * 36, "Role": role, "Code": {}}
    needed = {
        "CreateFunction": ("FunctionName", "Role", "Code"),
        "UpdateEventSourceMapping": ("UUID",),
    }
    return {name: every[name] for name in needed.get(operation, ("FunctionName",))}
