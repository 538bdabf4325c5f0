"""Events of queues, topics, buckets, streams, schedules, rules and log groups. Pure.

Source: Lambda developer guide, the example event of each service; EventBridge user guide, "Events".
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

Event = dict[str, Any]
_ID = "00000000-1111-2222-3333-444455556666"


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when an event is of; ``at`` in ISO 8601 with ``Z``, ``at_ms`` the same moment."""

    region: str
    account: str
    at: str
    at_ms: int
    partition: str = "aws"


def queue_event(place: Place, arn: str, body: str) -> Event:
    """One message of an SQS queue."""
    return {
        "Records": [
            {
                "messageId": _ID,
                "receiptHandle": "MessageReceiptHandle",
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": str(place.at_ms),
                    "SenderId": place.account,
                    "ApproximateFirstReceiveTimestamp": str(place.at_ms),
                },
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": arn,
                "awsRegion": place.region,
            }
        ]
    }


def topic_event(place: Place, arn: str, message: str) -> Event:
    """One message of an SNS topic."""
    return {
        "Records": [
            {
                "EventVersion": "1.0",
                "EventSubscriptionArn": f"{arn}:{_ID}",
                "EventSource": "aws:sns",
                "Sns": {
                    "Type": "Notification",
                    "MessageId": _ID,
                    "TopicArn": arn,
                    "Subject": None,
                    "Message": message,
                    "Timestamp": place.at,
                    "SignatureVersion": "1",
                    "Signature": "EXAMPLE",
                    "SigningCertUrl": "EXAMPLE",
                    "UnsubscribeUrl": "EXAMPLE",
                    "MessageAttributes": {},
                },
            }
        ]
    }


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object of a bucket; ``size`` in bytes."""

    bucket: str
    key: str
    size: int
    etag: str


def bucket_event(place: Place, stored: StoredObject, name: str = "ObjectCreated:Put") -> Event:
    """One object of an S3 bucket; keys in events are encoded as in forms."""
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": place.region,
                "eventTime": place.at,
                "eventName": name,
                "userIdentity": {"principalId": "EXAMPLE"},
                "requestParameters": {"sourceIPAddress": "127.0.0.1"},
                "responseElements": {"x-amz-request-id": "EXAMPLE", "x-amz-id-2": "EXAMPLE"},
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": "sample",
                    "bucket": {
                        "name": stored.bucket,
                        "ownerIdentity": {"principalId": "EXAMPLE"},
                        "arn": f"arn:{place.partition}:s3:::{stored.bucket}",
                    },
                    "object": {
                        "key": quote_plus(stored.key, safe="/"),
                        "size": stored.size,
                        "eTag": stored.etag,
                        "sequencer": "0A1B2C3D4E5F678901",
                    },
                },
            }
        ]
    }


def stream_event(
    place: Place, arn: str, keys: Mapping[str, Any], row: Mapping[str, Any], name: str = "INSERT"
) -> Event:
    """One row of a DynamoDB table, in DynamoDB's JSON."""
    record: Event = {
        "ApproximateCreationDateTime": place.at_ms // 1000,
        "Keys": dict(keys),
        "SequenceNumber": "111",
        "SizeBytes": len(json.dumps(row)),
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    if name != "INSERT":
        record["OldImage"] = dict(row)
    if name != "REMOVE":
        record["NewImage"] = dict(row)
    return {
        "Records": [
            {
                "eventID": "1",
                "eventName": name,
                "eventVersion": "1.1",
                "eventSource": "aws:dynamodb",
                "awsRegion": place.region,
                "dynamodb": record,
                "eventSourceARN": arn,
            }
        ]
    }


def kinesis_event(place: Place, arn: str, data: str) -> Event:
    """One record of a Kinesis stream."""
    return {
        "Records": [
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": "1",
                    "sequenceNumber": "1",
                    "data": base64.b64encode(data.encode()).decode(),
                    "approximateArrivalTimestamp": place.at_ms / 1000,
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": "shardId-000000000000:1",
                "eventName": "aws:kinesis:record",
                "invokeIdentityArn": "",
                "awsRegion": place.region,
                "eventSourceARN": arn,
            }
        ]
    }


def schedule_event(place: Place, rule_arn: str) -> Event:
    """What a schedule of EventBridge sends."""
    return _bus_event(place, "aws.events", "Scheduled Event", {}, [rule_arn])


def rule_event(place: Place, pattern: str) -> Event:
    """An event that a rule's pattern lets through, as far as that names values."""
    try:
        wanted = json.loads(pattern)
    except ValueError:
        wanted = {}
    if not isinstance(wanted, dict):
        wanted = {}
    found = _matching(wanted)
    event = _bus_event(
        place,
        str(found.get("source") or "my.app"),
        str(found.get("detail-type") or "Something Happened"),
        found.get("detail") if isinstance(found.get("detail"), dict) else {},
        [],
    )
    rest = {name: value for name, value in found.items() if name not in event}
    return {**event, **rest, "resources": found.get("resources") or []}


def log_event(place: Place, group: str, message: str) -> Event:
    """One line of a log group that is sent on."""
    data = {
        "messageType": "DATA_MESSAGE",
        "owner": place.account,
        "logGroup": group,
        "logStream": "stream",
        "subscriptionFilters": ["sample"],
        "logEvents": [{"id": "1", "timestamp": place.at_ms, "message": message}],
    }
    packed = gzip.compress(json.dumps(data).encode())
    return {"awslogs": {"data": base64.b64encode(packed).decode()}}


def _bus_event(place: Place, source: str, kind: str, detail: Any, resources: list[str]) -> Event:
    return {
        "version": "0",
        "id": _ID,
        "detail-type": kind,
        "source": source,
        "account": place.account,
        "time": place.at,
        "region": place.region,
        "resources": resources,
        "detail": detail,
    }


def _matching(pattern: Mapping[str, Any]) -> dict[str, Any]:
    """Values that a pattern allows: the first of each list."""
    found: dict[str, Any] = {}
    for name, wanted in pattern.items():
        if isinstance(wanted, dict):
            found[name] = _matching(wanted)
        elif isinstance(wanted, list) and wanted and not name.startswith("$"):
            found[name] = [_value(wanted[0])] if name == "resources" else _value(wanted[0])
    return found


def _value(wanted: Any) -> Any:
    if not isinstance(wanted, dict):
        return wanted
    for operator in ("prefix", "suffix", "equals-ignore-case", "wildcard"):
        if operator in wanted:
            given = wanted[operator]
            given = given.get("equals-ignore-case", "") if isinstance(given, dict) else given
            return str(given).replace("*", "")
    if isinstance(wanted.get("numeric"), list):
        return _number(wanted["numeric"])
    return "something else" if "anything-but" in wanted else ""


def _number(bounds: list[Any]) -> float:
    """A number within ``[">", 1, "<=", 5]``."""
    value = 0.0
    for sign, bound in zip(bounds[::2], bounds[1::2], strict=False):
        value = bound + (1 if sign == ">" else 0) if sign in (">", ">=", "=") else value
    return value
