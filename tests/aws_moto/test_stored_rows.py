"""Stored rows are counted before a deployment on AWS where one request reads them all."""

from __future__ import annotations

from tests.aws_moto.aws import Aws
from tests.aws_moto.faults import Answer
from tests.aws_moto.sandbox import Deployer

SCAN = "dynamodb:Scan"


def test_rows_of_a_small_table_are_counted(deployed: Deployer, deployed_aws: Aws) -> None:
    (name,) = deployed.clients.dynamodb.list_tables()["TableNames"]
    deployed.clients.dynamodb.put_item(TableName=name, Item={"id": {"S": "1"}})
    backend = deployed.edited()
    assert deployed.prepare(backend).diff.warnings == ()
    assert SCAN not in deployed_aws.calls.actions
    backend.change_text("content: String\n  id", "content: String!\n  id")
    assert deployed.prepare(backend).diff.warnings == (
        "Todo: content is missing in 1 of 1 rows: reading it fails",
    )
    assert len(deployed_aws.calls.of(SCAN)) == 1


def test_rows_of_a_large_table_cost_too_much(deployed: Deployer, deployed_aws: Aws) -> None:
    large = Answer(200, b'{"Table": {"TableSizeBytes": 5000000}}', "application/x-amz-json-1.0")
    deployed_aws.faults.add("dynamodb:DescribeTable", lambda _: large)
    backend = deployed.edited()
    backend.change_text("content: String\n  id", "content: String!\n  id")
    (warning,) = deployed.prepare(backend).diff.warnings
    assert "not counted" in warning
    assert SCAN not in deployed_aws.calls.actions


def test_who_may_not_read_rows_deploys_all_the_same(deployed: Deployer, deployed_aws: Aws) -> None:
    deployed_aws.faults.deny(SCAN)
    backend = deployed.edited()
    backend.change_text("content: String\n  id", "content: String!\n  id")
    (warning,) = deployed.prepare(backend).diff.warnings
    assert warning.startswith("Todo: its rows could not be looked at: ")
