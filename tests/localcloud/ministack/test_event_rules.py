"""EventBridge: rules, targets and entries that it refuses, and events that keep their time."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

pytestmark = pytest.mark.cloud

PATTERN = json.dumps({"source": ["shop"]})
QUEUE = "arn:aws:sqs:us-east-1:000000000000:events-of-the-tests"


@pytest.fixture
def events(stacks: Stacks) -> Iterator[Any]:
    """A client, a bus and a rule on it."""
    client: Any = stacks.clients.client("events")
    arn = client.create_event_bus(Name="shop")["EventBusArn"]
    client.put_rule(Name="sold", EventBusName=arn, EventPattern=PATTERN)
    yield client
    named = {"Rule": "sold", "EventBusName": "shop"}
    targets = [target["Id"] for target in client.list_targets_by_rule(**named)["Targets"]]
    client.remove_targets(**named, Ids=targets or ["none"])
    client.delete_rule(Name="sold", EventBusName="shop")
    client.delete_event_bus(Name="shop")


def refusal(call: Any, **asked: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(EventBusName="shop", **asked)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_what_rules_refuse(events: Any) -> None:
    named: dict[str, Any] = {"Rule": "none", "Targets": [{"Id": "1", "Arn": QUEUE}]}
    missing = "ResourceNotFoundException", "Rule none does not exist on EventBus shop."
    for call, asked in (
        (events.describe_rule, {"Name": "none"}),
        (events.enable_rule, {"Name": "none"}),
        (events.disable_rule, {"Name": "none"}),
        (events.put_targets, named),
        (events.remove_targets, {"Rule": "none", "Ids": ["1"]}),
        (events.list_targets_by_rule, {"Rule": "none"}),
    ):
        assert refusal(call, **asked) == missing
    schedule = {"Name": "x", "ScheduleExpression": "rate(5 minutes)"}
    assert "only on the default event bus" in refusal(events.put_rule, **schedule)[1]
    template = {"InputPathsMap": {"a": "$.detail"}, "InputTemplate": "<a> <b>"}
    for target, words in (
        ({"Id": "a b"}, "must satisfy regular expression pattern"),
        ({"Id": "1", "Input": "{}", "InputPath": "$.detail"}, "Only one of Input, InputPath"),
        ({"Id": "1", "InputTransformer": template}, "contains invalid placeholder b."),
        ({"Id": "1", "Arn": f"{QUEUE}.fifo"}, "SqsParameters must be specified for target: 1."),
    ):
        code, told = refusal(events.put_targets, Rule="sold", Targets=[{"Arn": QUEUE} | target])
        assert (code, words in told) == ("ValidationException", True)
    targets = [{"Id": str(number), "Arn": QUEUE} for number in range(6)]
    assert refusal(events.put_targets, Rule="sold", Targets=targets)[0] == "LimitExceededException"
    events.put_targets(Rule="sold", EventBusName="shop", Targets=targets[:3])
    page = events.list_targets_by_rule(Rule="sold", EventBusName="shop", Limit=2)
    assert (len(page["Targets"]), "NextToken" in page) == (2, True)
    assert refusal(events.delete_rule, Name="sold")[1].startswith("Rule can't be deleted")


def test_entries_are_checked_and_keep_their_time(events: Any, stacks: Stacks) -> None:
    sqs: Any = stacks.clients.client("sqs")
    queue = sqs.create_queue(QueueName=QUEUE.rpartition(":")[2])["QueueUrl"]
    events.put_targets(Rule="sold", EventBusName="shop", Targets=[{"Id": "1", "Arn": QUEUE}])
    sold = {"EventBusName": "shop", "Source": "shop", "DetailType": "sold", "Detail": "{}"}
    when = datetime.datetime(2021, 1, 1, 12, 23, 34, tzinfo=datetime.UTC)
    found = events.put_events(
        Entries=[
            {**sold, "Time": when},
            {**sold, "Detail": "[1"},
            {key: value for key, value in sold.items() if key != "DetailType"},
        ]
    )
    codes = [entry.get("ErrorCode") for entry in found["Entries"]]
    assert (found["FailedEntryCount"], codes) == (2, [None, "MalformedDetail", "InvalidArgument"])
    message = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"][0]
    assert json.loads(message["Body"])["time"] == "2021-01-01T12:23:34Z"


def test_schedules_are_checked_and_keep_their_time_zone(stacks: Stacks) -> None:
    client = stacks.clients.client("scheduler")
    target = {"Arn": QUEUE, "RoleArn": "arn:aws:iam::000000000000:role/x"}

    def schedule(expression: str) -> dict[str, Any]:
        return {
            "Name": "daily",
            "ScheduleExpression": expression,
            "ScheduleExpressionTimezone": "Europe/Rome",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": target,
        }

    for wrong in ("rate(5 parsecs)", "cron(0 9 * * * *)", "every 5m", "at(noon)"):
        with pytest.raises(ClientError, match="ValidationException") as caught:
            client.create_schedule(**schedule(wrong))
        refusal = f"Invalid Schedule Expression {wrong}."
        assert caught.value.response["Error"]["Message"] == refusal

    def template(expression: str) -> dict[str, Any]:
        kind = "AWS::Scheduler::Schedule"
        return {"Resources": {"Daily": {"Type": kind, "Properties": schedule(expression)}}}

    stacks.create("app", template("cron(0 9 ? * MON-FRI *)"))
    assert client.get_schedule(Name="daily")["ScheduleExpressionTimezone"] == "Europe/Rome"
    assert stacks.update("app", template(wrong))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert client.get_schedule(Name="daily")["ScheduleExpression"] == "cron(0 9 ? * MON-FRI *)"
    assert refusal in {each.get("ResourceStatusReason") for each in stacks.events("app")}
