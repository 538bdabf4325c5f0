"""Expressions over HTTP: every operation refuses what DynamoDB refuses, in its words."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget

KEY = {"pk": {"S": "a"}}
ENVELOPE = "1 validation error detected: "


def _table(client: Any) -> None:
    client.create_table(
        TableName="cars",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client.put_item(
        TableName="cars",
        Item={**KEY, "s": {"S": "str"}, "l": {"L": [{"S": n} for n in "12345"]}},
    )


def _refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    return refused.value.response["Error"]["Message"]


def test_every_operation_parses_its_expressions(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    _table(client)
    cars: dict[str, Any] = {"TableName": "cars"}
    one = {":x": {"S": "v"}}
    twice = (
        'Invalid UpdateExpression: The "SET" section can only be used once in an update expression;'
    )
    comma = 'Syntax error; token: "<EOF>", near: ","'
    clauses = {"UpdateExpression": "SET a=:x SET b=:x", "ExpressionAttributeValues": one}
    update = {**cars, "Key": KEY, **clauses}
    assert _refusal(client.update_item, **update) == ENVELOPE + twice
    members = [{"Update": update}]
    assert _refusal(client.transact_write_items, TransactItems=members) == twice
    condition = {"ConditionExpression": "s = :x AND", "ExpressionAttributeValues": one}
    and_ = 'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "AND"'
    assert _refusal(client.put_item, **cars, Item=KEY, **condition) == ENVELOPE + and_
    assert _refusal(client.delete_item, **cars, Key=KEY, **condition) == ENVELOPE + and_
    projection = {"ProjectionExpression": "s,"}
    refused = f"Invalid ProjectionExpression: {comma}"
    assert _refusal(client.get_item, **cars, Key=KEY, **projection) == refused
    assert _refusal(client.scan, **cars, **projection) == refused
    keys = {"Keys": [KEY], **projection}
    assert _refusal(client.batch_get_item, RequestItems={"cars": keys}) == refused
    gets = [{"Get": {**cars, "Key": KEY, **projection}}]
    assert _refusal(client.transact_get_items, TransactItems=gets) == refused
    values = {"ExpressionAttributeValues": one}
    asked = {**cars, "KeyConditionExpression": "pk = :x,", **values}
    assert _refusal(client.query, **asked) == (
        'Invalid KeyConditionExpression: Syntax error; token: ",", near: ":x,"'
    )
    asked = {**cars, "FilterExpression": "s == :x", **values}
    assert _refusal(client.scan, **asked) == (
        'Invalid FilterExpression: Syntax error; token: "=", near: "== :x"'
    )
    # Nothing was written.
    assert client.get_item(**cars, Key=KEY)["Item"].keys() == {"pk", "s", "l"}


def test_positions_are_of_the_item_before_the_update(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    _table(client)
    answer = client.update_item(
        TableName="cars",
        Key=KEY,
        UpdateExpression="REMOVE l[0], l[1], l[2]",
        ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"]["l"] == {"L": [{"S": "4"}, {"S": "5"}]}


def test_a_set_without_members_is_no_value(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    _table(client)
    empty = "One or more parameter values were invalid: An string set  may not be empty"
    values: list[dict[str, Any]] = [{"SS": []}, {"L": [{"M": {"deep": {"SS": []}}}]}]
    for value in values:
        update = {
            "TableName": "cars",
            "Key": KEY,
            "UpdateExpression": "SET tags = if_not_exists(s, :none)",
            "ExpressionAttributeValues": {":none": value},
        }
        assert _refusal(client.update_item, **update) == ENVELOPE + empty
        assert _refusal(client.transact_write_items, TransactItems=[{"Update": update}]) == empty
