"""Failures in plain words: the first cause, what it means, what to do."""

from __future__ import annotations

import errno
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from workbench.aws.clients import Clients
from workbench.aws.target import AwsTarget, LocalTarget
from workbench.deploy.failure.failure import (
    DeploymentProblem,
    failure_from_events,
    failure_from_exception,
)
from workbench.deploy.live.stack_events import StackEvent
from workbench.localcloud import lifecycle
from workbench.model.deployment import Failure
from workbench.redaction.secret_shapes import redact

START = datetime(2026, 1, 1, tzinfo=UTC)
LOCAL = LocalTarget("http://127.0.0.1:1")


def event(second: int, logical_id: str, reason: str, **more: Any) -> StackEvent:
    values: dict[str, Any] = {
        "stack": ("data",),
        "stack_id": "arn:stack",
        "logical_id": logical_id,
        "type": "AWS::DynamoDB::Table",
        "status": "CREATE_FAILED",
        "physical_id": "",
        "reason": reason,
        "at": START + timedelta(seconds=second),
        "event_id": f"{logical_id}-{second}",
    }
    return StackEvent(**{**values, **more})


def name(path: tuple[str, ...], logical_id: str) -> str:
    return "/".join((*path, logical_id))


def test_the_first_cause_wins_over_cancellations_and_parents() -> None:
    failure = failure_from_events(
        [
            event(9, "Child", "Embedded stack arn:… was not successfully created", stack=()),
            event(2, "Other", "Resource creation cancelled"),
            event(3, "Real", "Subscriber limit exceeded: only 10 tables", status="CREATE_FAILED"),
            event(4, "Later", "Something else broke"),
            event(1, "Fine", "", status="CREATE_COMPLETE"),
        ],
        name,
    )
    assert failure.construct_path == "data/Real"
    assert failure.title == "An AWS limit is reached"
    assert failure.details == ("data/Later: Something else broke",)


def test_without_any_reason_the_state_is_named() -> None:
    failure = failure_from_events([], name, stack_status="ROLLBACK_COMPLETE")
    assert "ROLLBACK_COMPLETE" in failure.reason


@pytest.mark.parametrize(
    ("reason", "title", "offer"),
    [
        (
            "Updates are not allowed for property - UsernameAttributes.",
            "This property cannot be changed once the resource exists",
            "recreate",
        ),
        (
            "Invalid request provided: Existing schema attributes cannot be modified or deleted.",
            "A user pool's attributes cannot be changed once it exists",
            "recreate",
        ),
        (
            "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
            "A user pool's attributes cannot be changed once it exists",
            "recreate",
        ),
        (
            "CloudFormation cannot update a stack when a custom-named resource requires replacing.",
            "A resource with a fixed name would have to be replaced",
            "recreate",
        ),
        (
            "Cannot perform more than one GSI creation or deletion in a single update",
            "DynamoDB changes one index of a table at a time",
            "",
        ),
        (
            "Schema Creation Status is FAILED with details: Failed to parse schema document",
            "AppSync does not accept the GraphQL schema",
            "",
        ),
        (
            "Failed to retrieve backend secret 'GOOGLE_ID' for 'app'. Reason: ParameterNotFound",
            "The secret GOOGLE_ID does not exist",
            "",
        ),
        (
            "User: arn:aws:iam::1:user/ann is not authorized to perform: dynamodb:CreateTable on "
            "resource: arn:aws:dynamodb:us-east-1:1:table/x",
            "Your AWS credentials may not call dynamodb:CreateTable",
            "",
        ),
        (
            "Circular dependency between resources: [auth179371D7, data7552DF31]",
            "Resources depend on each other in a circle",
            "",
        ),
        (
            "Stack:arn:aws:cloudformation:x is in ROLLBACK_FAILED state and can not be updated.",
            "The stack is in a state that CloudFormation cannot update",
            "recreate",
        ),
        (
            "Stack with id arn:aws:cloudformation:us-east-1:1:stack/data/x does not exist",
            "A nested stack was deleted outside of this sandbox",
            "recreate",
        ),
        (
            "Unzipped size must be smaller than 262144000 bytes",
            "The function and its layers are too large for Lambda",
            "",
        ),
    ],
)
def test_well_known_reasons_are_explained(reason: str, title: str, offer: str) -> None:
    failure = failure_from_events([event(1, "Thing", reason)], name)
    assert failure.title == title
    assert failure.offer == offer
    assert failure.reason == reason
    assert "{" not in failure.fix


def test_an_unknown_reason_is_told_as_it_is() -> None:
    failure = failure_from_events([event(1, "Thing", "The moon is full")], name)
    assert failure.title == "AWS::DynamoDB::Table could not be created"
    assert failure.reason == "The moon is full"


def test_a_dead_local_cloud_is_offered_to_start(
    own_cloud: LocalTarget, own_cloud_dir: Path
) -> None:
    clients = Clients(own_cloud)
    clients.cloudformation.list_stacks()
    lifecycle.stop(own_cloud_dir)
    with pytest.raises(EndpointConnectionError) as error:
        clients.cloudformation.list_stacks()
    failure = failure_from_exception(error.value, own_cloud)
    assert failure.offer == "start-local-cloud"
    assert own_cloud.endpoint in failure.reason


def test_an_expired_session_offers_to_log_in() -> None:
    answer: Any = {"Error": {"Code": "ExpiredToken", "Message": "The token has expired"}}
    error = ClientError(answer, "DescribeStacks")
    failure = failure_from_exception(error, AwsTarget(profile="work", region="us-east-1"))
    assert failure.offer == "login"
    assert "--profile work" in failure.fix


def test_disk_and_unknown_errors_have_no_stack_trace() -> None:
    full = failure_from_exception(OSError(errno.ENOSPC, "No space left on device"), LOCAL)
    assert full.title == "The disk is full"
    odd = failure_from_exception(KeyError("thing"), LOCAL, "publishing assets")
    assert odd.title == "Publishing assets failed"
    assert odd.reason == "KeyError: 'thing'"
    known = Failure("a", "b", "c")
    assert failure_from_exception(DeploymentProblem(known), LOCAL) is known


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("denied for AKIAIOSFODNN7EXAMPLE here", "AKIAIOSFODNN7EXAMPLE"),
        ('{"ClientSecret": "s3cr3t-value"}', "s3cr3t-value"),
        ("password=hunter2, user=ann", "hunter2"),
        ("postgres://ann:pa55@db.example.com/x", "pa55"),
        ("key da2-abcdefghijklmnopqrstuvwxyz expired", "da2-abcdefghijklmnopqrstuvwxyz"),
        ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyJzdWIiOiIxIn0"),
        ("client_secret: 'two words'", "two words"),
    ],
)
def test_secrets_are_masked(text: str, hidden: str) -> None:
    assert hidden in text
    assert hidden not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:secretsmanager:us-east-1:1:secret:name",
        "AWS::SecretsManager::Secret could not be created",
        "Updates are not allowed for property - UsernameAttributes.",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert redact(text) == text
