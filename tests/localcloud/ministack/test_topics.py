"""SNS: filter policies, what a topic refuses, and the codes that SDKs know exceptions by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

pytestmark = pytest.mark.cloud

RECORD = {"Records": [{"event": "made:Put", "s3": {"key": "test-1"}}, {"event": "gone"}]}
Attributes = dict[str, dict[str, Any]]


def attribute(kind: str, value: str) -> dict[str, str]:
    return {"DataType": kind, "StringValue": value}


NUMBER, TEXT = {"n": attribute("Number", "100.1234567")}, {"n": attribute("String", "100")}
LIST = {"n": attribute("String.Array", '["a", 5, true]')}
POLICIES: tuple[tuple[dict[str, Any], str, Any, bool], ...] = (
    ({"n": [100.123456789]}, "MessageAttributes", NUMBER, True),
    ({"n": [{"numeric": [">", 100, "<=", 101]}]}, "MessageAttributes", NUMBER, True),
    ({"n": [100]}, "MessageAttributes", TEXT, False),
    ({"n": [{"anything-but": ["100"]}]}, "MessageAttributes", NUMBER, True),
    ({"n": [5]}, "MessageAttributes", LIST, True),
    ({"n": [True]}, "MessageAttributes", LIST, True),
    ({"n": [{"exists": False}]}, "MessageAttributes", TEXT, False),
    ({"m": [{"exists": False}]}, "MessageAttributes", TEXT, True),
    ({"m": [{"exists": False}]}, "MessageAttributes", {}, False),
    ({"$or": [{"n": ["1"]}, {"n": [{"wildcard": "1*0"}]}]}, "MessageAttributes", TEXT, True),
    ({"n": [{"anything-but": {"prefix": "1"}}]}, "MessageAttributes", TEXT, False),
    ({"Records": {"event": [{"prefix": "made:"}]}}, "MessageBody", RECORD, True),
    ({"Records": {"event": ["gone"], "s3": {"key": ["test-1"]}}}, "MessageBody", RECORD, False),
    ({"n": [{"cidr": "10.0.0.0/24"}]}, "MessageBody", {"n": "10.0.0.255"}, True),
    ({"n": [None]}, "MessageBody", {"n": None}, True),
)


@pytest.fixture
def sns(stacks: Stacks) -> Any:
    return stacks.clients.client("sns")


def refusal(call: Any, **asked: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**asked)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"].removeprefix("Invalid parameter: ")


def test_messages_are_filtered(sns: Any, stacks: Stacks) -> None:
    sqs: Any = stacks.clients.client("sqs")
    queue = sqs.create_queue(QueueName="filtered")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    topic = sns.create_topic(Name="filtered")["TopicArn"]
    subscription = sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    wanted = []
    for number, (policy, scope, given, through) in enumerate(POLICIES):
        for name, value in (("FilterPolicyScope", scope), ("FilterPolicy", json.dumps(policy))):
            sns.set_subscription_attributes(
                SubscriptionArn=subscription, AttributeName=name, AttributeValue=value
            )
        in_body = scope == "MessageBody"
        text = json.dumps({"at": number, **(given if in_body else {})})
        sns.publish(TopicArn=topic, Message=text, MessageAttributes={} if in_body else given)
        wanted += [number] if through else []
        sns.set_subscription_attributes(
            SubscriptionArn=subscription, AttributeName="FilterPolicy", AttributeValue="{}"
        )
    found: list[int] = []
    while batch := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        found += [json.loads(message["Body"])["at"] for message in batch]
    assert sorted(found) == wanted


def test_what_a_topic_refuses(sns: Any) -> None:
    topic = sns.create_topic(Name="refusing")["TopicArn"]
    with pytest.raises(sns.exceptions.NotFoundException, match=r"Topic does not exist$"):
        sns.publish(TopicArn=f"{topic}-none", Message="x")
    with pytest.raises(sns.exceptions.InvalidParameterException):
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="http://localhost/queue")
    sms = {"TopicArn": topic, "Protocol": "sms", "Endpoint": "+15551234567"}
    for policy, words in (
        ({"a": []}, "Attributes Reason: FilterPolicy: Empty arrays are not allowed"),
        ({"a": [{"no": 1}]}, "Attributes Reason: FilterPolicy: Unrecognized match type no"),
        ({"a": ["b"] * 151}, "Attributes Reason: FilterPolicy: Filter policy is too complex"),
        ({"a": {"b": ["c"]}}, "Filter policy scope MessageAttributes does not support nested"),
        ({key: ["x"] for key in "abcdef"}, "Attributes Reason: FilterPolicy: Filter policy can"),
    ):
        asked = {"FilterPolicy": json.dumps(policy)}
        code, told = refusal(sns.subscribe, **sms, Attributes=asked)
        assert (code, told.startswith(words)) == ("InvalidParameter", True)
    for given, code, words in (
        ({"Subject": "x" * 101}, "InvalidParameter", "Subject"),
        ({"MessageStructure": "json"}, "InvalidParameter", "Message Structure - JSON message"),
        ({"MessageDeduplicationId": "x"}, "InvalidParameter", "MessageDeduplicationId Reason"),
        ({"MessageAttributes": {"a": attribute("Odd", "b")}}, "ParameterValueInvalid",
         "The message attribute 'a' has an invalid message attribute type"),
    ):  # fmt: skip
        found = refusal(sns.publish, TopicArn=topic, Message="x", **given)
        assert (found[0], found[1].startswith(words)) == (code, True)
    assert refusal(sns.create_topic, Name="no.dots")[1] == "Topic Name"
    assert refusal(sns.subscribe, **{**sms, "Endpoint": "none"})[1] == "Invalid SMS endpoint: none"
    fifo = sns.create_topic(Name="order.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    entries = [{"Id": "1", "Message": "x"}]
    found = refusal(sns.publish_batch, TopicArn=fifo, PublishBatchRequestEntries=entries)
    assert found[1] == "The MessageGroupId parameter is required for FIFO topics"
