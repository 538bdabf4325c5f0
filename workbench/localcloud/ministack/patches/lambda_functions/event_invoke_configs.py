"""Settings of asynchronous invocations: ministack fills in defaults and cannot change one of them.

Source: docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from workbench.localcloud.ministack.patches.lambda_functions.named import arn_of, function_named
from workbench.localcloud.ministack.patches.lambda_functions.refusals import (
    Reply,
    invalid,
    not_found,
    refusing,
)

Settings = dict[str, Any]

_SETTINGS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")
_SERVICES = ("sqs", "sns", "lambda", "events", "s3")


def install() -> None:
    """Take the place of the calls."""
    from ministack.services import lambda_svc

    lambda_svc._put_event_invoke_config = refusing(_put)
    lambda_svc._get_event_invoke_config = refusing(_get)
    lambda_svc._delete_event_invoke_config = refusing(_delete)


def update(name: str, qualifier: str | None, data: Mapping[str, Any]) -> Settings:
    """``UpdateFunctionEventInvokeConfig``: what is not given stays."""
    found = _stored(name, qualifier)
    if not found:
        raise _missing(name, qualifier)
    return _keep(name, qualifier, {**found, **data})


def _put(name: str, qualifier: str | None, data: Mapping[str, Any]) -> Reply:
    from ministack.core.responses import json_response

    reply: Reply = json_response(_keep(name, qualifier, data))
    return reply


def _keep(name: str, qualifier: str | None, data: Mapping[str, Any]) -> Settings:
    from ministack.services import lambda_svc

    function = function_named(name)
    if not function or not lambda_svc._function_qualifier_exists(function, qualifier):
        raise not_found("The function doesn't exist.")
    given = {each: data[each] for each in _SETTINGS if data.get(each) is not None}
    destinations = data.get("DestinationConfig")
    if not given and destinations is None:
        raise invalid("You must specify at least one of error handling or destination setting.")
    _check(name, destinations or {})
    kept = {
        "FunctionArn": arn_of(name, qualifier or "$LATEST"),
        **given,
        "LastModified": int(time.time()),
        "DestinationConfig": {"OnSuccess": {}, "OnFailure": {}, **(destinations or {})},
    }
    key = _key(qualifier)
    function.setdefault("event_invoke_configs", {})[key] = kept
    if not key:
        function["event_invoke_config"] = kept
    return kept


def _key(qualifier: str | None) -> str:
    return "" if not qualifier or qualifier == "$LATEST" else qualifier


def _check(name: str, destinations: Mapping[str, Any]) -> None:
    from ministack.core.arn import ArnParseError, parse_arn
    from ministack.services import lambda_svc

    told = {
        kind: (destinations.get(kind) or {}).get("Destination")
        for kind in ("OnSuccess", "OnFailure")
    }
    for arn in filter(None, told.values()):
        try:
            service = parse_arn(arn).service
        except ArnParseError:
            service = ""
        if service not in _SERVICES:
            shown = ", ".join(
                f"{kind[0].lower()}{kind[1:]}="
                + (f"{kind}(destination={given})" if given else "null")
                for kind, given in told.items()
            )
            raise invalid(f"The provided destination config DestinationConfig({shown}) is invalid.")
        if service == "lambda" and ":".join(arn.split(":")[:7]) == arn_of(name):
            raise invalid("You can't specify the function as a destination for itself.")
        if service == "lambda" and not lambda_svc._get_func_record_for_ref(arn)[0]:
            raise invalid(f"The destination ARN {arn} is invalid.")


def _stored(name: str, qualifier: str | None) -> Settings | None:
    from ministack.services import lambda_svc

    function = function_named(name)
    key = _key(qualifier)
    found: Settings | None = lambda_svc._event_invoke_config(function, key or None)
    # Earlier releases kept those of $LATEST by that name.
    return found or (function.get("event_invoke_configs") or {}).get(qualifier)


def _missing(name: str, qualifier: str | None) -> Exception:
    arn = arn_of(name, qualifier or "$LATEST")
    return not_found(f"The function {arn} doesn't have an EventInvokeConfig")


def _get(name: str, qualifier: str | None = None) -> Reply:
    from ministack.core.responses import json_response

    found = _stored(name, qualifier)
    if not found:
        raise _missing(name, qualifier)
    reply: Reply = json_response(found)
    return reply


def _delete(name: str, qualifier: str | None = None) -> Reply:
    if not _stored(name, qualifier):
        raise _missing(name, qualifier)
    function = function_named(name)
    for key in {_key(qualifier), qualifier}:
        (function.get("event_invoke_configs") or {}).pop(key, None)
    if not _key(qualifier):
        function["event_invoke_config"] = None
    return 204, {}, b""
