"""Rows of a real table that a changed schema, or a new index, no longer takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.deploy.hand_made import Writer, live_from, s3
from workbench.aws.clients import Clients
from workbench.deploy.assembly.assembly import Assembly
from workbench.deploy.diff.diff import compute_diff
from workbench.deploy.plan.stored_rows import rows_that_no_longer_fit

pytestmark = pytest.mark.cloud

OLD = "type Todo { id: ID! a: String n: String mood: Mood } enum Mood { GOOD BAD }"
TABLE = "todotable-1"
"""As ``live_from`` names it."""


def assembly(folder: Path, sdl: str, key: str = "", table: str = "Todo", **more: Any) -> Assembly:
    writer = Writer(folder)
    attributes = [{"AttributeName": "id", "AttributeType": "S"}]
    properties: dict[str, Any] = {
        "TableName": table,
        "AttributeDefinitions": attributes,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    if key:
        attributes.append({"AttributeName": key, "AttributeType": "N"})
        keys = [{"AttributeName": key, "KeyType": "HASH"}]
        properties["GlobalSecondaryIndexes"] = [{"IndexName": "byKey", "KeySchema": keys}]
    schema = {"DefinitionS3Location": s3(writer.asset(sdl, "graphql"))}
    return writer.write(
        {
            "Resources": {
                "Schema": {"Type": "AWS::AppSync::GraphQLSchema", "Properties": schema},
                "TodoTable": {"Type": "AWS::DynamoDB::Table", "Properties": properties | more},
            }
        }
    )


@pytest.fixture
def warned(local_clients: Clients, tmp_path: Path) -> Any:
    client = local_clients.dynamodb
    client.create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    rows: list[dict[str, Any]] = [
        {"a": {"S": "x"}, "n": {"S": "many"}, "mood": {"S": "BAD"}},
        {"n": {"N": "5"}, "mood": {"S": "GOOD"}},
        {"a": {"NULL": True}, "n": {"S": "7"}},
    ]
    for number, row in enumerate(rows):
        client.put_item(TableName=TABLE, Item={"id": {"S": str(number)}, **row})

    def warnings(sdl: str, **changed: Any) -> tuple[str, ...]:
        old = assembly(tmp_path / "old", OLD)
        new = assembly(tmp_path / "new", sdl, **changed)
        live = live_from(old)
        return rows_that_no_longer_fit(
            local_clients,
            compute_diff(live, new),
            live,
            new,
            lambda asset: old.assets[asset].path.read_text(),
        )

    return warnings


def test_rows_are_counted_by_what_they_lack(warned: Any) -> None:
    sdl = OLD.replace("a: String", "a: String!").replace("n: String", "n: Int")
    assert set(warned(sdl.replace("BAD", "FINE"), key="n")) == {
        "Todo: a is missing in 2 of 3 rows: reading it fails",
        "Todo: n is not a valid Int in 1 of 3 rows: reading it fails",
        "Todo: mood has a value that Mood does not have in 1 of 3 rows: reading it fails",
        "Todo: n is of another type in 2 of 3 rows: the index byKey leaves them out",
    }


def test_rows_that_fit_are_no_reason_to_warn(warned: Any) -> None:
    assert warned(OLD.replace("mood", "more: Int mood")) == ()


def test_rows_of_a_replaced_table_are_lost_and_not_counted(warned: Any) -> None:
    assert warned(OLD.replace("a: String", "a: String!"), table="Other") == ()


def test_a_table_that_cannot_be_read_is_named(warned: Any, local_clients: Clients) -> None:
    local_clients.dynamodb.delete_table(TableName=TABLE)
    (line,) = warned(OLD.replace("a: String", "a: String!"))
    assert line.startswith("Todo: its rows could not be looked at: ")
