"""Asynchronous invocations: ministack tells no destination of success, and counts three tries.

Here a queue, topic, function, bus or bucket hears of success and failure with the number of tries,
a dead letter queue gets the event itself, and a throttled event is tried again.
"""

from __future__ import annotations

import contextvars
import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workbench.localcloud.ministack.functions.destinations import deliver

_RETRIES = 2
_LONGEST_AGE = 21_600
_STARTED = re.compile(r"^START RequestId: (\S+)")


def install() -> None:
    """Take the place of the function that all asynchronous events go through."""
    from ministack.services import lambda_svc

    lambda_svc.invoke_async_with_retry = invoke


def invoke(func: dict[str, Any], event: Any) -> None:
    """Run the function in a thread of its own until it succeeds or is out of tries."""
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(_run, func, event), daemon=True).start()


def _run(func: dict[str, Any], event: Any) -> None:
    from ministack.services import lambda_svc

    config = func.get("config") or func
    account, region = lambda_svc._account_region_from_function_config(config)
    lambda_svc._request_account_id.set(account)
    lambda_svc._request_region.set(region)
    settings = _settings(config)
    retries = settings.get("MaximumRetryAttempts")
    tries = 1 + (_RETRIES if retries is None else int(retries))
    deadline = time.time() + int(settings.get("MaximumEventAgeInSeconds") or _LONGEST_AGE)
    condition, count, waits = "RetriesExhausted", 0, 0
    while True:
        result = lambda_svc._execute_function(func, event)
        if not result.get("throttle"):
            count += 1
            if not result.get("error"):
                condition = "Success"
                break
            if count >= tries:
                break
        delay = min(
            lambda_svc._LAMBDA_ASYNC_RETRY_BASE_SECONDS * 2**waits,
            lambda_svc._LAMBDA_ASYNC_RETRY_MAX_SECONDS,
        )
        if time.time() + delay > deadline:
            condition = "EventAgeExceeded"
            break
        time.sleep(delay)
        waits += 1
    outcome = _Outcome(condition, count, result.get("body"), _request_id(result))
    _tell_destination(config, settings, event, outcome)
    if condition != "Success":
        _keep_dead_letter(config, event, outcome)


def _settings(config: Mapping[str, Any]) -> Mapping[str, Any]:
    from ministack.services import lambda_svc

    function = lambda_svc._functions.get(config.get("FunctionName")) or {}
    qualifier = str(config.get("FunctionArn") or "").split(":")[7:]
    for key in (*qualifier, None, "$LATEST"):
        found: Mapping[str, Any] | None = lambda_svc._event_invoke_config(function, key)
        if found:
            return found
    return {}


@dataclass(frozen=True, slots=True)
class _Outcome:
    condition: str
    count: int
    body: Any
    request_id: str


def _request_id(result: Mapping[str, Any]) -> str:
    """The invocation's own id, as its log begins with it."""
    from ministack.services import lambda_svc

    found = _STARTED.search(str(result.get("log") or ""))
    return found[1] if found else str(lambda_svc.new_uuid())


def _tell_destination(
    config: Mapping[str, Any], settings: Mapping[str, Any], event: Any, outcome: _Outcome
) -> None:
    kind = "OnSuccess" if outcome.condition == "Success" else "OnFailure"
    destination = ((settings.get("DestinationConfig") or {}).get(kind) or {}).get("Destination")
    if not destination:
        return
    version = str(config.get("Version") or "$LATEST")
    arn = ":".join(str(config.get("FunctionArn") or "").split(":")[:7])
    responded: dict[str, Any] = {"statusCode": 200, "executedVersion": version}
    if kind == "OnFailure":
        responded["functionError"] = "Unhandled"
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    deliver(
        destination,
        {
            "version": "1.0",
            "timestamp": now,
            "requestContext": {
                "requestId": outcome.request_id,
                "functionArn": f"{arn}:{version}",
                "condition": outcome.condition,
                "approximateInvokeCount": outcome.count,
            },
            "requestPayload": event,
            "responseContext": responded,
            "responsePayload": outcome.body,
        },
        folder=f"async/{config.get('FunctionName')}",
        result=kind.removeprefix("On"),
    )


def _keep_dead_letter(config: Mapping[str, Any], event: Any, outcome: _Outcome) -> None:
    """Put the event itself into the dead letter queue or topic."""
    target = (config.get("DeadLetterConfig") or {}).get("TargetArn")
    if not target:
        return
    body = outcome.body
    message = body.get("errorMessage", "") if isinstance(body, Mapping) else json.dumps(body)
    attributes = {"RequestID": outcome.request_id, "ErrorCode": "200", "ErrorMessage": message}
    deliver(target, event, attributes)
