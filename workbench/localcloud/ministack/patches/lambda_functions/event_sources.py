"""Events of EventBridge, its schedules and SNS: ministack runs a function once, AWS asynchronously.

So a function that fails is run again, and its destinations and dead letter queue hear of it. An
event of a removed object has no size.
Source: docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
"""

from __future__ import annotations

import json
import logging
from typing import Any

_logger = logging.getLogger("lambda")


def install() -> None:
    """Take the place of the functions that hand events to functions."""
    from ministack.services import eventbridge, s3, sns

    deliver = s3._deliver_event_to_lambda
    eventbridge._dispatch_to_lambda = dispatch
    sns._deliver_to_lambda = notify
    s3._deliver_event_to_lambda = lambda arn, payload, region: deliver(
        arn, _without_sizes(payload), region
    )


def dispatch(arn: str, payload: str) -> None:
    """Hand a rule's or a schedule's event to the function."""
    try:
        event = json.loads(payload)
    except (TypeError, ValueError):
        event = {"body": payload}
    _invoke(arn, event)


def notify(endpoint: str, envelope: str, _topic: str, subscription: str, *_rest: Any) -> None:
    """Hand a topic's message to the function."""
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
        "Sns": json.loads(envelope),
    }
    _invoke(endpoint, {"Records": [record]})


def _invoke(arn: str, event: Any) -> None:
    from ministack.services import lambda_svc

    function, config, name = lambda_svc._get_func_record_for_ref(arn)
    if not function or not config:
        _logger.warning("The function %s of an event was not found", name)
        return
    lambda_svc.invoke_async_with_retry(
        lambda_svc._execution_record_for_config(function, config), event
    )


def _without_sizes(payload: dict[str, Any]) -> dict[str, Any]:
    records = []
    for record in payload.get("Records", ()):
        told = record
        if str(record.get("eventName")).startswith("ObjectRemoved:"):
            kept = {
                name: value
                for name, value in record["s3"]["object"].items()
                if name not in ("size", "eTag")
            }
            told = {**record, "s3": {**record["s3"], "object": kept}}
        records.append(told)
    return {**payload, "Records": records} if records else payload
