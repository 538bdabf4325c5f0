"""A table's stream: retries, destinations and reported items of its mapping."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.localcloud.ministack.functions.conftest import NODE, Functions

pytestmark = pytest.mark.cloud

REPORTING = """
const seen = [];
exports.handler = async ({ Records }) => {
  const keys = Records.map(each => each.dynamodb.Keys.id.S);
  process.stdout.write(JSON.stringify(keys) + '\\n');
  const poison = Records.find(each => each.dynamodb.Keys.id.S === 'poison');
  if (poison && process.env.MODE === 'throw') throw new Error('poison');
  return poison ? { batchItemFailures: [{ itemIdentifier: poison.dynamodb.SequenceNumber }] } : {};
};
"""


def _batches(functions: Functions, name: str) -> list[list[str]]:
    """The keys of each batch that the function was given, as it logged them."""
    logs: Any = functions.clients.client("logs")
    try:
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    ordered = sorted(events, key=lambda each: int(each["timestamp"]))
    return [json.loads(each["message"]) for each in ordered if each["message"].startswith("[")]


def _wait_for_last(functions: Functions, name: str) -> list[list[str]]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        batches = _batches(functions, name)
        if any("last" in batch for batch in batches):
            return batches
        time.sleep(0.05)
    raise TimeoutError(f"{name} was not given the last record")


def _mapped(functions: Functions, mode: str, **settings: Any) -> tuple[str, list[dict[str, Any]]]:
    """A function on a new table's stream whose second record it refuses; what came of that."""
    dynamodb: Any = functions.clients.client("dynamodb")
    sqs: Any = functions.clients.client("sqs")
    name = functions.create(NODE, REPORTING, Environment={"Variables": {"MODE": mode}})
    stream = dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]["LatestStreamArn"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    target = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    for key in ("a", "poison", "b"):
        dynamodb.put_item(TableName=name, Item={"id": {"S": key}})
    made = functions.clients.lambda_.create_event_source_mapping(
        FunctionName=name,
        EventSourceArn=stream,
        StartingPosition="TRIM_HORIZON",
        DestinationConfig={"OnFailure": {"Destination": target["Attributes"]["QueueArn"]}},
        **settings,
    )
    assert (made["State"], made["MaximumRecordAgeInSeconds"]) == ("Creating", -1)
    dynamodb.put_item(TableName=name, Item={"id": {"S": "last"}})
    _wait_for_last(functions, name)
    told = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5).get("Messages", [])
    return name, [json.loads(each["Body"]) for each in told]


def test_a_poison_record_is_tried_again_once_and_given_up(functions: Functions) -> None:
    name, told = _mapped(functions, "throw", MaximumRetryAttempts=1, BatchSize=1)
    batches = _batches(functions, name)
    assert batches == [["a"], ["poison"], ["poison"], ["b"], ["last"]]
    (record,) = told
    assert record["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["DDBStreamBatchInfo"]["batchSize"] == 1


def test_a_reported_record_is_where_the_next_batch_begins(functions: Functions) -> None:
    name, told = _mapped(
        functions, "report", MaximumRetryAttempts=0, BatchSize=4, BisectBatchOnFunctionError=True,
        FunctionResponseTypes=["ReportBatchItemFailures"], MaximumBatchingWindowInSeconds=1,
    )  # fmt: skip
    batches = _batches(functions, name)
    assert batches[0][:2] == ["a", "poison"]
    assert all("a" not in batch for batch in batches[1:])
    assert [each["DDBStreamBatchInfo"]["batchSize"] for each in told] == [1]


ADDING = """
exports.handler = async ({ Records, state, window, isFinalInvokeForWindow, shardId }) => {
  const sum = (state.sum ?? 0) + Records.length;
  const length = new Date(window.end) - new Date(window.start);
  const last = isFinalInvokeForWindow ? 'last' : '';
  process.stdout.write(JSON.stringify([last, sum, Records.length, length, shardId]) + '\\n');
  return { state: { sum } };
};
"""


def test_a_tumbling_window_hands_its_state_on_until_it_is_over(functions: Functions) -> None:
    name = functions.create(NODE, ADDING)
    kinesis: Any = functions.clients.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]
    for key in ("a", "b"):
        kinesis.put_record(StreamName=name, Data=b"1", PartitionKey=key)
    functions.clients.lambda_.create_event_source_mapping(
        FunctionName=name, EventSourceArn=arn, StartingPosition="TRIM_HORIZON", BatchSize=1,
        TumblingWindowInSeconds=1,
    )  # fmt: skip
    batches: list[list[Any]] = [*_wait_for_last(functions, name)]
    sums = [batch[1] for batch in batches if batch[0] == ""]
    assert sums in ([1, 2], [1], [1, 1])  # both in one second, or each in one of its own
    first = batches.index(next(each for each in batches if each[0] == "last"))
    assert batches[first] == ["last", batches[first - 1][1], 0, 1000, "shardId-000000000000"]
