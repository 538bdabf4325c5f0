"""Sample events against what the services send: their members, and what reads them again."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

from workbench.functions.past_invocations import source_of
from workbench.functions.sample_events import cognito, services, web
from workbench.functions.sample_events.cognito import PoolUser
from workbench.functions.sample_events.services import Place, StoredObject

PLACE = Place("eu-west-1", "111122223333", "2026-01-31T12:30:00.000Z", 1769862600000)
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:jobs"
TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/T/stream/1"
USER = PoolUser("eu-west-1_a", "client", "u-1", {"sub": "u-1", "email": "ann@example.com"}, ("A",))


@pytest.mark.parametrize(
    ("event", "source"),
    [
        (services.queue_event(PLACE, QUEUE, "{}"), "aws:sqs"),
        (services.topic_event(PLACE, "arn:aws:sns:eu-west-1:111122223333:t", "m"), "aws:sns"),
        (services.bucket_event(PLACE, StoredObject("b", "a b", 1, "e")), "aws:s3"),
        (services.stream_event(PLACE, TABLE, {}, {"id": {"S": "1"}}), "aws:dynamodb"),
        (services.kinesis_event(PLACE, "arn:aws:kinesis:r:a:stream/s", "d"), "aws:kinesis"),
        (services.schedule_event(PLACE, "arn:aws:events:r:a:rule/x"), "Scheduled Event"),
        (web.request_event(PLACE, "POST", "/a", "{}"), "POST /a"),
        (web.rest_event(PLACE, "ANY"), "GET /"),
        (cognito.trigger_event(PLACE, "PreSignUp", USER), "PreSignUp_SignUp"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_events_shape_says_who_sent_it(event: Any, source: str) -> None:
    assert source_of(json.dumps(event)) == source


def test_a_buckets_key_is_encoded_as_in_a_form() -> None:
    event = services.bucket_event(PLACE, StoredObject("b", "public/a b+ü.jpg", 1, "e"))
    assert event["Records"][0]["s3"]["object"]["key"] == "public/a+b%2B%C3%BC.jpg"


@pytest.mark.parametrize(
    ("name", "images"),
    [("INSERT", {"NewImage"}), ("MODIFY", {"NewImage", "OldImage"}), ("REMOVE", {"OldImage"})],
)
def test_a_streams_record_has_the_images_of_its_kind(name: str, images: set[str]) -> None:
    event = services.stream_event(PLACE, TABLE, {"id": {"S": "1"}}, {"id": {"S": "1"}}, name)
    found = event["Records"][0]["dynamodb"]
    assert {each for each in found if each.endswith("Image")} == images


@pytest.mark.parametrize(
    ("pattern", "event"),
    [
        ({"source": ["my.app"], "detail": {"sum": [{"numeric": [">", 5]}]}},
         {"source": "my.app", "detail": {"sum": 6}}),
        ({"detail": {"name": [{"prefix": "An"}], "state": ["on", "off"]}},
         {"detail": {"name": "An", "state": "on"}}),
        ({"resources": [{"suffix": ":x"}]}, {"resources": [":x"]}),
    ],
)  # fmt: skip
def test_a_rules_event_has_what_its_pattern_asks_for(
    pattern: dict[str, Any], event: dict[str, Any]
) -> None:
    found = services.rule_event(PLACE, json.dumps(pattern))
    assert {name: found[name] for name in event} == event
    assert services.rule_event(PLACE, "no JSON")["source"] == "my.app"


def test_log_lines_are_packed_as_a_subscription_sends_them() -> None:
    packed = services.log_event(PLACE, "/group", "a line")["awslogs"]["data"]
    data = json.loads(gzip.decompress(base64.b64decode(packed)))
    assert data["logEvents"][0]["message"] == "a line"


def test_each_trigger_has_the_members_that_its_function_reads_and_fills_in() -> None:
    for trigger, member in {
        "PreSignUp": "autoConfirmUser",
        "CustomMessage": "emailMessage",
        "DefineAuthChallenge": "issueTokens",
        "CreateAuthChallenge": "publicChallengeParameters",
        "VerifyAuthChallengeResponse": "answerCorrect",
        "PreTokenGeneration": "claimsOverrideDetails",
        "PreTokenGeneration V2_0": "claimsAndScopeOverrideDetails",
        "UserMigration": "finalUserStatus",
    }.items():
        event = cognito.trigger_event(PLACE, trigger, USER)
        assert member in event["response"], trigger
        assert event["userName"] == "u-1"
        if trigger != "UserMigration":
            assert event["request"]["userAttributes"]["email"] == "ann@example.com"
    assert cognito.trigger_event(PLACE, "PreTokenGeneration V2_0", USER)["version"] == "2"
