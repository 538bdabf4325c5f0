"""A queue's mapping: reports that cannot be read, windows and large batches."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.ministack.functions.conftest import NODE, Functions

pytestmark = pytest.mark.cloud

CODE = """
exports.handler = async ({ Records }) => {
  process.stdout.write(JSON.stringify(Records.map(each => each.body)) + '\\n');
  return JSON.parse(process.env.ANSWER);
};
"""


def _mapped(functions: Functions, answer: Any, **settings: Any) -> tuple[str, str]:
    """A function on a new queue; its name and the queue's address."""
    sqs: Any = functions.clients.client("sqs")
    environment = {"Variables": {"ANSWER": json.dumps(answer)}}
    name = functions.create(NODE, CODE, Environment=environment, Timeout=3)
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "3"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    functions.clients.lambda_.create_event_source_mapping(
        FunctionName=name, EventSourceArn=arn["QueueArn"], **settings
    )
    return name, url


def _batches(functions: Functions, name: str, enough: int) -> list[list[str]]:
    """The first ``enough`` batches that the function was given."""
    logs: Any = functions.clients.client("logs")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        groups = logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]
        if groups:
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
            ordered = sorted(events, key=lambda each: int(each["timestamp"]))
            found = [
                json.loads(each["message"]) for each in ordered if each["message"].startswith("[")
            ]
            if len(found) >= enough:
                return found
        time.sleep(0.05)
    raise TimeoutError(f"{name} was not given {enough} batches")


def _send(functions: Functions, url: str, *bodies: str) -> None:
    sqs: Any = functions.clients.client("sqs")
    entries = [{"Id": body, "MessageBody": body} for body in bodies]
    for at in range(0, len(entries), 10):
        sqs.send_message_batch(QueueUrl=url, Entries=entries[at : at + 10])


def test_a_report_that_cannot_be_read_brings_the_batch_back(functions: Functions) -> None:
    answer = {"batchItemFailures": [{"itemIdentifier": ""}]}
    name, url = _mapped(functions, answer, FunctionResponseTypes=["ReportBatchItemFailures"])
    _send(functions, url, "a")
    assert _batches(functions, name, 2)[:2] == [["a"], ["a"]]


def test_a_window_waits_for_more_messages_than_ten(functions: Functions) -> None:
    bodies = [str(number) for number in range(12)]
    name, url = _mapped(functions, None, BatchSize=12, MaximumBatchingWindowInSeconds=60)
    _send(functions, url, *bodies)
    assert [sorted(each, key=int) for each in _batches(functions, name, 1)] == [bodies]


def test_a_mapping_is_refused_as_lambda_refuses_it(functions: Functions) -> None:
    client: Any = functions.clients.lambda_
    name, _ = _mapped(functions, None)
    (mapping,) = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    assert mapping["State"] == "Enabled"
    arn, identifier = mapping["EventSourceArn"], mapping["UUID"]
    slow = functions.create(NODE, CODE, Timeout=60)
    other = arn.replace(name, "nowhere")
    for told, given in {
        f'An event source mapping with SQS arn (" {arn} ") and function (" {name} ") already '
        f"exists. Please update or delete the existing mapping with UUID {identifier}": {},
        "Queue visibility timeout: 3 seconds is less than Function timeout: 60 seconds": {
            "FunctionName": slow
        },
        "Error occurred while ReceiveMessage. SQS Error Code: "
        "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not "
        "exist.": {"EventSourceArn": other},
        "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater "
        "than 10": {"BatchSize": 11},
        "Invalid filter pattern definition.": {
            "FilterCriteria": {"Filters": [{"Pattern": '"no"'}]}
        },
        "Function does not exist": {"FunctionName": "nobody"},
    }.items():
        with pytest.raises(ClientError) as refused:
            client.create_event_source_mapping(
                **{"FunctionName": name, "EventSourceArn": arn} | given
            )
        assert refused.value.response["Error"]["Message"] == told
    assert client.update_event_source_mapping(UUID=identifier, BatchSize=5)["State"] == "Updating"
    assert client.get_event_source_mapping(UUID=identifier)["BatchSize"] == 5
    assert client.delete_event_source_mapping(UUID=identifier)["State"] == "Deleting"
