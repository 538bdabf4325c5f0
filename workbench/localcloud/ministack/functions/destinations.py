"""Sends what became of an invocation to the queue, topic, function, bus or bucket it is for."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Mapping
from typing import Any

_logger = logging.getLogger("lambda")


def deliver(
    target: str,
    record: Any,
    attributes: Mapping[str, str] | None = None,
    *,
    folder: str = "",
    result: str = "",
) -> None:
    """Send the record to the resource that ``target`` names.

    ``attributes`` are those of a message to a dead letter queue or topic, ``folder`` is where a
    bucket keeps the record, ``result`` (Success or Failure) is what an event bus tells.
    """
    from ministack.core.arn import ArnParseError, parse_arn
    from ministack.services import lambda_svc, sns, sqs

    body = json.dumps(record)
    told = {name: _attribute(name, value) for name, value in (attributes or {}).items()}
    try:
        service = parse_arn(target).service
    except ArnParseError:
        service = ""
    queue = sqs._queue_by_arn(target) if service == "sqs" else None
    if queue is not None:
        queue["messages"].append(_message(body, sqs.queue_delay(queue), told))
        lambda_svc.esm_wake.set()
    elif service == "sns" and target in sns._topics:
        sns._fanout(target, lambda_svc.new_uuid(), body, "", "", told)
    elif service == "lambda" and (function := lambda_svc._get_func_record_for_ref(target)[0]):
        lambda_svc.invoke_async_with_retry(function, record)
    elif service == "events":
        _send_event(target, record, result)
    elif service == "s3" and _store(target, folder, body):
        pass
    else:
        _logger.warning("The destination %s was not found", target)


def _send_event(bus: str, record: Mapping[str, Any], result: str) -> None:
    from ministack.services import eventbridge

    entry = {
        "EventBusName": bus,
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {result}",
        "Resources": [bus, record["requestContext"]["functionArn"]],
        "Detail": json.dumps(record),
    }
    eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)


def _store(bucket_arn: str, folder: str, body: str) -> bool:
    """Keep the record in a bucket, where Lambda keeps it; whether there is the bucket."""
    from ministack.services import lambda_svc, s3

    bucket = bucket_arn.rpartition(":")[2]
    now = time.strftime("%Y/%m/%d/%Y-%m-%dT%H.%M.%S", time.gmtime())
    key = f"aws/lambda/{folder}/{now}-{lambda_svc.new_uuid()}"
    answer: int = s3._put_object(bucket, key, body.encode(), {"content-type": "application/json"})[
        0
    ]
    return answer < 300


def _attribute(name: str, value: str) -> dict[str, str]:
    kind = "Number" if name == "ErrorCode" else "String"
    return {"DataType": kind, "StringValue": value}


def _message(body: str, delay: float, attributes: Mapping[str, Any]) -> dict[str, Any]:
    from ministack.services import lambda_svc

    now = time.time()
    sent = {"SenderId": lambda_svc.get_account_id(), "SentTimestamp": str(int(now * 1000))}
    return {
        "id": lambda_svc.new_uuid(), "body": body,
        "md5_body": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        "md5_attrs": "", "receipt_handle": None, "sent_at": now, "visible_at": now + delay,
        "receive_count": 0, "first_receive_at": None, "message_attributes": dict(attributes),
        "sys": sent,
        "group_id": None, "dedup_id": None, "dedup_cache_key": None, "seq": None,
    }  # fmt: skip
