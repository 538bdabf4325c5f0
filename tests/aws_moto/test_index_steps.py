"""Several changes of a table's indexes in one save, on an AWS that takes one in an update."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.aws_moto.aws import Aws
from tests.aws_moto.backends import Backend
from tests.aws_moto.sandbox import Deployer, Loop
from workbench.aws.clients import Clients
from workbench.aws.target import AwsTarget
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.loop.options import SandboxOptions
from workbench.model.deployment import DeploymentResult, Method
from workbench.model.events import StepFinished, StepStarted

Index = tuple[str, list[str]]
A, B, C = ("byKind", ["kind"]), ("byPrice", ["price"]), ("byKindAndPrice", ["kind", "price"])
UPDATE = "cloudformation:UpdateStack"


def with_indexes(backend: Backend, *indexes: Index, price: str = "N") -> Backend:
    properties = backend.find("AWS::DynamoDB::Table")["Properties"]
    names = {"id", *(key for _, keys in indexes for key in keys)}
    properties["AttributeDefinitions"] = [
        {"AttributeName": name, "AttributeType": price if name == "price" else "S"}
        for name in sorted(names)
    ]
    properties["GlobalSecondaryIndexes"] = [
        {
            "IndexName": name,
            "KeySchema": [
                {"AttributeName": key, "KeyType": kind}
                for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
        for name, keys in indexes
    ]
    if not indexes:
        del properties["GlobalSecondaryIndexes"]
    return backend


def indexes_of(clients: Clients) -> dict[str, Any]:
    (name,) = clients.dynamodb.list_tables()["TableNames"]
    table = clients.dynamodb.describe_table(TableName=name)["Table"]
    return {
        index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]]
        for index in table.get("GlobalSecondaryIndexes", [])
    }


def changes(titles: Iterable[str]) -> list[str]:
    return [title.partition(" and ")[0] for title in titles if "the index" in title]


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        ([A], [B, C], ["Create byPrice", "Create byKindAndPrice", "Delete byKind"]),
        ([A], [("byKind", ["price"])], ["Delete byKind", "Create byKind"]),
        ([A, B], [], ["Delete byKind", "Delete byPrice"]),
        ([], [A], ["Create byKind"]),
    ],
)
def test_one_save_is_several_updates(
    deployed: Deployer,
    deployed_aws: Aws,
    before: list[Index],
    after: list[Index],
    steps: list[str],
) -> None:
    deployed.deploy(with_indexes(deployed.edited()))
    for count in range(len(before)):
        deployed.deploy(with_indexes(deployed.edited(), *before[: count + 1]))
    backend = with_indexes(deployed.edited(), *after)
    deployed_aws.calls.clear()
    prepared = deployed.deploy(backend)
    wanted = [step.replace(" by", " the index by") + " of Todo" for step in steps]
    planned = changes(prepared.plan.titles)
    assert planned == (wanted if len(steps) > 1 else [])
    assert len(deployed_aws.calls.of(UPDATE)) == len(steps)
    begun = [event.title for event in deployed.events if isinstance(event, StepStarted)]
    assert changes(begun) == planned
    assert all(event.ok for event in deployed.events if isinstance(event, StepFinished))
    assert indexes_of(deployed.clients) == dict(after)
    assert deployed.prepare(backend).plan.method is Method.NONE
    deployed.restart()
    assert deployed.prepare(backend).plan.method is Method.NONE


def test_an_attribute_of_another_type_waits_for_its_old_indexes(deployed: Deployer) -> None:
    deployed.deploy(with_indexes(deployed.edited()))
    deployed.deploy(with_indexes(deployed.edited(), B))
    deployed.deploy(with_indexes(deployed.edited(), B, C))
    plan = deployed.deploy(with_indexes(deployed.edited(), B, C, price="S")).plan
    assert changes(plan.titles) == [
        "Delete the index byPrice of Todo",
        "Delete the index byKindAndPrice of Todo",
        "Create the index byPrice of Todo",
        "Create the index byKindAndPrice of Todo",
    ]
    (name,) = deployed.clients.dynamodb.list_tables()["TableNames"]
    table = deployed.clients.dynamodb.describe_table(TableName=name)["Table"]
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    assert types == {"id": "S", "kind": "S", "price": "S"}


def test_the_next_deployment_goes_on_where_one_failed(
    deployed: Deployer, deployed_aws: Aws
) -> None:
    deployed.deploy(with_indexes(deployed.edited()))
    deployed.deploy(with_indexes(deployed.edited(), A))
    backend = with_indexes(deployed.edited(), B, C)
    deployed_aws.fail_resource("AWS::DynamoDB::Table", "UPDATE", "Not now", times=1, skip=1)
    with pytest.raises(DeploymentProblem, match="Not now"):
        deployed.deploy(backend)
    assert indexes_of(deployed.clients) == dict([A, B])
    deployed.restart()
    plan = deployed.deploy(backend).plan
    assert changes(plan.titles) == [
        "Create the index byKindAndPrice of Todo",
        "Delete the index byKind of Todo",
    ]
    assert indexes_of(deployed.clients) == dict([B, C])


def test_a_newer_save_begins_between_two_updates(
    target: AwsTarget, aws: Aws, tmp_path: Path
) -> None:
    options = SandboxOptions(type_check=False)
    with Loop(tmp_path / "project", target, Backend.load("python"), options) as loop:
        assert loop.until_finished(1).result is DeploymentResult.SUCCEEDED
        gate = aws.hold_stacks()
        loop.save(with_indexes(Backend.load("python"), A, B, C))
        aws.calls.wait_for(UPDATE)
        loop.save(with_indexes(Backend.load("python"), C))
        loop.until_asked()
        gate.set()
        assert loop.until_finished(2).result is DeploymentResult.SUPERSEDED
        last = loop.until_finished(3)
        assert last.result is DeploymentResult.SUCCEEDED, last.failure
    assert indexes_of(Clients(target)) == dict([C])
