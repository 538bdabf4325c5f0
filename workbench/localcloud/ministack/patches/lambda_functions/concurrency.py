"""Concurrency: ministack reserves and provisions whatever it is asked; Lambda keeps to its limits.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.lambda_functions.named import (
    arn_of,
    checked,
    function_named,
    require,
)
from workbench.localcloud.ministack.patches.lambda_functions.refusals import (
    LambdaRefusalError,
    Reply,
    conflict,
    invalid,
    not_found,
    refusing,
)

_ACCOUNT = 1000
_UNRESERVED = 100
"""What is kept for the functions that reserve nothing."""


def install() -> None:
    """Check the calls that reserve and provision."""
    from ministack.services import lambda_svc

    lambda_svc._put_function_concurrency = checked(
        lambda_svc._put_function_concurrency, _check_reservation
    )
    lambda_svc._get_provisioned_concurrency = refusing(_get)
    lambda_svc._put_provisioned_concurrency = checked(
        lambda_svc._put_provisioned_concurrency, _check_provision
    )
    lambda_svc._delete_provisioned_concurrency = checked(
        lambda_svc._delete_provisioned_concurrency, _check_named
    )
    lambda_svc._delete_alias = _releasing(lambda_svc._delete_alias)
    lambda_svc._throttle_response = _throttled(lambda_svc._throttle_response)


def provisioned(name: str) -> list[dict[str, Any]]:
    """All that is provisioned for a function, as ``ListProvisionedConcurrencyConfigs`` tells it."""
    require(name, None)
    stored = function_named(name).get("provisioned_concurrency", {})
    return [{"FunctionArn": arn_of(name, key), **each} for key, each in stored.items()]


def _limit() -> int:
    from ministack.services import lambda_svc

    return int(lambda_svc._ACCOUNT_CONCURRENCY_CAP or _ACCOUNT)


def _left(without: str) -> int:
    """What is left of the account's concurrency if this function reserves nothing."""
    from ministack.services import lambda_svc

    functions = lambda_svc._functions
    names = [name for name in functions.keys() if name != without]  # noqa: SIM118
    return _limit() - sum(int(functions[name].get("concurrency") or 0) for name in names)


def _check_reservation(name: str, data: Mapping[str, Any]) -> None:
    function, wanted = function_named(name), int(data.get("ReservedConcurrentExecutions") or 0)
    if not function:
        raise not_found(f"Function not found: {arn_of(name, '$LATEST')}")
    total = sum(
        int(each["RequestedProvisionedConcurrentExecutions"])
        for each in function.get("provisioned_concurrency", {}).values()
    )
    if wanted < total:
        raise invalid(
            f" ReservedConcurrentExecutions  {wanted} should not be lower than function's total "
            f"provisioned concurrency [{total}]."
        )
    least = min(_UNRESERVED, _limit())
    if wanted and _left(name) - wanted < least:
        raise invalid(
            "Specified ReservedConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{least}]."
        )


def _check_named(name: str, qualifier: str | None) -> None:
    if not qualifier or qualifier == "$LATEST":
        raise invalid("The function resource provided must be an alias or a published version.")
    require(name, qualifier)


def _get(name: str, qualifier: str | None) -> Reply:
    from ministack.core.responses import json_response

    _check_named(name, qualifier)
    found = function_named(name).get("provisioned_concurrency", {}).get(qualifier)
    if not found:
        raise LambdaRefusalError(
            "ProvisionedConcurrencyConfigNotFoundException",
            "No Provisioned Concurrency Config found for this function",
            404,
        )
    reply: Reply = json_response(found)
    return reply


def _check_provision(name: str, qualifier: str | None, data: Mapping[str, Any]) -> None:
    if not qualifier or qualifier == "$LATEST":
        raise invalid(
            "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
        )
    require(name, qualifier)
    function = function_named(name)
    stored, aliases = function.get("provisioned_concurrency", {}), function["aliases"]
    if qualifier in aliases and aliases[qualifier]["FunctionVersion"] in stored:
        raise conflict(
            "Alias can't be used for Provisioned Concurrency configuration on an already "
            "Provisioned version"
        )
    pointing = [each for each in stored if each in aliases]
    if any(aliases[each]["FunctionVersion"] == qualifier for each in pointing):
        raise conflict("Version is pointed by a Provisioned Concurrency alias")
    wanted = int(data.get("ProvisionedConcurrentExecutions") or 0)
    others = sum(
        int(each["RequestedProvisionedConcurrentExecutions"])
        for key, each in stored.items()
        if key != qualifier
    )
    reserved = function.get("concurrency")
    if reserved is not None and wanted + others > int(reserved):
        raise invalid(
            "Requested Provisioned Concurrency should not be greater than the "
            "reservedConcurrentExecution for function"
        )
    left = _left(name)
    if reserved is None and wanted > left:
        raise invalid(
            "Specified ConcurrentExecutions for function is greater than account's unreserved "
            f"concurrency [{left}]."
        )
    if reserved is None and left - wanted < min(_UNRESERVED, _limit()):
        raise invalid(
            "Specified ConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{_UNRESERVED}]."
        )


def _throttled(throttle: Callable[..., Any]) -> Callable[..., Any]:
    """Lambda does not say which limit it was in words; the reason's code does."""

    def throttle_response(reason_code: str, msg: str, **more: Any) -> Any:
        return throttle(reason_code, "Rate Exceeded.", **more)

    return throttle_response


def _releasing(delete: Callable[..., Reply]) -> Callable[..., Reply]:
    def delete_alias(name: str, alias: str) -> Reply:
        function_named(name).get("provisioned_concurrency", {}).pop(alias, None)
        return delete(name, alias)

    return delete_alias
