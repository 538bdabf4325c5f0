"""SQS: handles from before, what a queue refuses, and attributes that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

pytestmark = pytest.mark.cloud


@pytest.fixture
def sqs(stacks: Stacks) -> Any:
    return stacks.clients.client("sqs")


def refusal(call: Any, **asked: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**asked)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_messages_are_deleted_by_handles_from_before(sqs: Any) -> None:
    queue = {"QueueUrl": sqs.create_queue(QueueName="handles")["QueueUrl"]}
    sqs.send_message(**queue, MessageBody="x")
    handles = [
        sqs.receive_message(**queue, VisibilityTimeout=0)["Messages"][0]["ReceiptHandle"]
        for _ in range(2)
    ]
    assert handles[0] != handles[1]
    sqs.change_message_visibility(**queue, ReceiptHandle=handles[0], VisibilityTimeout=0)
    sqs.delete_message(**queue, ReceiptHandle=handles[0])
    assert "Messages" not in sqs.receive_message(**queue)
    sqs.delete_message(**queue, ReceiptHandle=handles[1])
    entries = [{"Id": "a", "ReceiptHandle": handles[1]}, {"Id": "b", "ReceiptHandle": "none"}]
    found = sqs.delete_message_batch(**queue, Entries=entries)
    assert [entry["Id"] for entry in found["Successful"]] == ["a"]
    said = 'The input receipt handle "none" is not a valid receipt handle.'
    assert found["Failed"][0]["Message"] == said


def test_what_queues_refuse(sqs: Any) -> None:
    queue = {"QueueUrl": sqs.create_queue(QueueName="refusing")["QueueUrl"]}
    named = {"QueueName": "a/b"}
    assert refusal(sqs.create_queue, **named)[1].startswith("Can only include alphanumeric")
    for call, asked, words in (
        (sqs.receive_message, {"WaitTimeSeconds": 21}, "Value 21 for parameter WaitTimeSeconds"),
        (sqs.send_message, {"MessageBody": "x", "DelaySeconds": 901}, "Value 901 for parameter"),
        (sqs.send_message,
         {"MessageBody": "x", "MessageAttributes": {"a": {"DataType": "Odd", "StringValue": "b"}}},
         "The message attribute 'a' has an invalid message attribute type"),
        (sqs.send_message,
         {"MessageBody": "x", "MessageAttributes": {"a b": {"DataType": "String"}}},
         "The message attribute name 'a b' is invalid."),
        (sqs.tag_queue, {"Tags": {str(number): "" for number in range(51)}}, "Too many tags"),
    ):  # fmt: skip
        code, told = refusal(call, **queue, **asked)
        assert (code, told.startswith(words)) == ("InvalidParameterValue", True)
    with pytest.raises(sqs.exceptions.QueueDoesNotExist, match=r"queue does not exist\.$"):
        sqs.get_queue_url(QueueName="none")
    assert "Attributes" not in sqs.get_queue_attributes(**queue)
    fifo = sqs.create_queue(QueueName="refusing.fifo", Attributes={"FifoQueue": "true"})
    asked = {"QueueUrl": fifo["QueueUrl"], "AttributeNames": ["DeduplicationScope"]}
    assert sqs.get_queue_attributes(**asked)["Attributes"] == {"DeduplicationScope": "queue"}
