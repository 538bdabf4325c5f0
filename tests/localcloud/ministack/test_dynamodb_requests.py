"""What DynamoDB refuses besides expressions, and in which order it finds items."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.serialize import create_serializer

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud.ministack import installation
from workbench.localcloud.ministack.patches.dynamodb.number_keys import (
    canonical,
    with_canonical_keys,
)
from workbench.localcloud.ministack.saved_state.items import ItemChanges

ENVELOPE = "1 validation error detected: "
LONG = {"S": "x" * 2049}
TOO_LONG = (
    "One or more parameter values were invalid: "
    "Size of hashkey has exceeded the maximum size limit of2048 bytes"
)
RANGE_TOO_LONG = (
    "One or more parameter values were invalid: "
    "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
)


def _refusal(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    return refused.value.response["Error"]["Message"]


def _table(client: Any, name: str, sort: str) -> None:
    client.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": sort},
            {"AttributeName": "g", "AttributeType": "S"},
            {"AttributeName": "h", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "gidx",
                "KeySchema": [
                    {"AttributeName": "g", "KeyType": "HASH"},
                    {"AttributeName": "h", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def test_what_reads_may_select(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    _table(client, "cars", "S")
    values = {":g": {"S": "x"}}
    query = {"KeyConditionExpression": "g = :g", "ExpressionAttributeValues": values}
    for call, more in ((client.query, query), (client.scan, {})):
        of_index: dict[str, Any] = {"TableName": "cars", "IndexName": "gidx", **more}
        prefix = ENVELOPE if call == client.query else ""
        assert _refusal(call, **of_index, Select="ALL_ATTRIBUTES") == (
            "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not "
            "supported for global secondary index gidx because its projection type is not ALL"
        )
        assert _refusal(call, **of_index, Select="count") == (
            f"{ENVELOPE}Value 'count' at 'select' failed to satisfy constraint: Member must "
            "satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, "
            "ALL_PROJECTED_ATTRIBUTES]"
        )
        assert _refusal(call, **of_index, Select="COUNT", ProjectionExpression="pk") == (
            f"{prefix}Cannot specify the ProjectionExpression when choosing to get only the Count"
        )
        assert call(**of_index, Select="ALL_PROJECTED_ATTRIBUTES")["Count"] == 0


def test_expressions_beside_the_parameters_that_they_replace(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    _table(client, "cars", "S")
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    equal = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}
    given = {"TableName": "cars", "ExpressionAttributeValues": {":a": {"S": "a"}}}
    condition = {"ConditionExpression": "c = :a"}
    updates = {"c": {"Value": {"S": "a"}}}
    for call, legacy, arguments in (
        (client.scan, "ScanFilter", {"ScanFilter": {"c": equal}, "FilterExpression": "c = :a"}),
        (client.query, "QueryFilter", {"QueryFilter": {"c": equal}, "FilterExpression": "c = :a"}),
        (client.put_item, "Expected", {"Item": key, "Expected": {"c": equal}, **condition}),
        (client.delete_item, "Expected", {"Key": key, "Expected": {"c": equal}, **condition}),
        (
            client.update_item,
            "AttributeUpdates",
            {"Key": key, "AttributeUpdates": updates, **condition},
        ),
    ):
        expression = next(name for name in arguments if name.endswith("Expression"))
        assert _refusal(call, **given, **arguments) == (
            "Can not use both expression and non-expression parameters in the same request: "
            f"Non-expression parameters: {{{legacy}}} Expression parameters: {{{expression}}}"
        )
    keys = {"KeyConditions": {"pk": equal}}
    assert client.query(**given, **keys, FilterExpression="c = :a")["Count"] == 0
    assert _refusal(client.query, **given, **keys, KeyConditionExpression="pk = :a").endswith(
        "Non-expression parameters: {KeyConditions} Expression parameters: {KeyConditionExpression}"
    )


def test_reads_start_and_filter_within_their_bounds(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    _table(client, "cars", "S")
    cars: dict[str, Any] = {"TableName": "cars"}
    names = {":a": {"S": "a"}}
    query = {**cars, "KeyConditionExpression": "pk = :a", "ExpressionAttributeValues": names}
    start = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    assert client.query(**query, ExclusiveStartKey=start)["Count"] == 0
    invalid = "The provided starting key is invalid"
    schema = "The provided key element does not match the schema"
    elsewhere = "The provided starting key is outside query boundaries based on provided conditions"
    for key, message in (
        ({**start, "x": {"S": "c"}}, invalid),
        ({**start, "sk": {"N": "1"}}, f"{invalid}: {schema}"),
        ({**start, "pk": {"S": "z"}}, elsewhere),
    ):
        assert _refusal(client.query, **query, ExclusiveStartKey=key) == message
    assert _refusal(client.scan, **cars, ExclusiveStartKey={**start, "x": {"S": "c"}}) == (
        f"{invalid}: {schema}"
    )
    filtered = (
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
    )
    assert _refusal(client.query, **query, FilterExpression="sk > :a") == f"{filtered}sk"
    of_index = {**query, "IndexName": "gidx", "KeyConditionExpression": "g = :a"}
    assert client.query(**of_index, FilterExpression="sk > :a")["Count"] == 0
    assert _refusal(client.query, **of_index, FilterExpression="h > :a") == f"{filtered}h"
    # A write that expects another value is not done.
    expected = {"c": {"Exists": True, "Value": {"S": "red"}}}
    client.put_item(**cars, Item={**start, "c": {"S": "blue"}})
    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        client.put_item(**cars, Item={**start, "c": {"S": "green"}}, Expected=expected)
    equal = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "blue"}]}
    either = {"c": equal, "d": equal}
    assert client.scan(**cars, ScanFilter=either, ConditionalOperator="OR")["Count"] == 1


def test_an_update_that_only_removes_makes_no_item(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    _table(client, "cars", "S")
    client.update_table(
        TableName="cars",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    missing: dict[str, Any] = {"TableName": "cars", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}
    there: dict[str, Any] = {"TableName": "cars", "Key": {"pk": {"S": "c"}, "sk": {"S": "d"}}}
    for update in (
        {"UpdateExpression": "REMOVE x.y, z[0]"},
        {"AttributeUpdates": {"x": {"Action": "DELETE"}}},
    ):
        answer = client.update_item(**missing, **update, ReturnValues="ALL_NEW")
        assert "Attributes" not in answer
    expression = {"UpdateExpression": "REMOVE x"}
    client.transact_write_items(
        TransactItems=[
            {"Update": {**missing, **expression}},
            {"Put": {"TableName": "cars", "Item": {**there["Key"], "l": {"L": [{"N": "1"}]}}}},
        ]
    )
    assert client.scan(TableName="cars")["Count"] == 1
    update = {"UpdateExpression": "SET l[0] = :n, m = :n", "ReturnValues": "UPDATED_OLD"}
    values = {":n": {"N": "2"}}
    answer = client.update_item(**there, **update, ExpressionAttributeValues=values)
    assert answer["Attributes"] == {"l": {"L": [{"N": "1"}]}}
    update = {"UpdateExpression": "SET o = :n", "ReturnValues": "UPDATED_OLD"}
    answer = client.update_item(**there, **update, ExpressionAttributeValues=values)
    assert "Attributes" not in answer
    streams = Clients(local_cloud).client("dynamodbstreams")
    arn = client.describe_table(TableName="cars")["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "MODIFY"]
    assert {record["dynamodb"]["Keys"]["pk"]["S"] for record in records} == {"c"}


def test_reads_cost_by_what_they_evaluate(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    _table(client, "cars", "S")
    keys = [{"pk": {"S": "a"}, "sk": {"S": sort}} for sort in "bc"]
    for key in keys:
        item = {**key, "g": {"S": "x"}, "h": {"S": "y"}, "t": {"S": "x" * 5000}}
        client.put_item(TableName="cars", Item=item)
    total = {"ReturnConsumedCapacity": "TOTAL"}
    indexes = {"ReturnConsumedCapacity": "INDEXES"}
    one = {"TableName": "cars", "Key": keys[0], "ProjectionExpression": "pk"}
    strong = {"ConsistentRead": True}

    def cost(answer: Any) -> Any:
        found = answer["ConsumedCapacity"]
        return found[0]["CapacityUnits"] if isinstance(found, list) else found["CapacityUnits"]

    assert cost(client.get_item(**one, **total)) == 1.0
    assert cost(client.get_item(**one, **total, **strong)) == 2.0
    values = {":a": {"S": "a"}}
    query = {"TableName": "cars", "KeyConditionExpression": "pk = :a", **total}
    query["FilterExpression"] = "t = :a"
    assert cost(client.query(**query, ExpressionAttributeValues=values)) == 1.5
    assert cost(client.scan(TableName="cars", **total, **strong)) == 3.0
    of_index = client.scan(TableName="cars", IndexName="gidx", **indexes)["ConsumedCapacity"]
    assert of_index["GlobalSecondaryIndexes"]["gidx"]["CapacityUnits"] == 0.5
    assert of_index["Table"]["CapacityUnits"] == 0
    batch = {"cars": {"Keys": keys, "ProjectionExpression": "pk"}}
    answer = client.batch_get_item(RequestItems=batch, **indexes)
    assert answer["ConsumedCapacity"] == [
        {"TableName": "cars", "CapacityUnits": 2.0, "Table": {"CapacityUnits": 2.0}}
    ]
    gets = [{"Get": {"TableName": "cars", "Key": key}} for key in keys]
    assert cost(client.transact_get_items(TransactItems=gets, **total)) == 8.0


def test_indexes_give_what_they_project(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    keys = [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    local = [keys[0], {"AttributeName": "l", "KeyType": "RANGE"}]
    only_keys = {"ProjectionType": "KEYS_ONLY"}
    definition: dict[str, Any] = {
        "TableName": "cars",
        "KeySchema": keys,
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "l")
        ],
        "LocalSecondaryIndexes": [
            {"IndexName": "local", "KeySchema": local, "Projection": only_keys}
        ],
        "GlobalSecondaryIndexes": [
            {"IndexName": "global", "KeySchema": [local[1]], "Projection": only_keys}
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }
    in_order = [{"AttributeName": "l", "KeyType": "HASH"}]
    definition["GlobalSecondaryIndexes"][0]["KeySchema"] = in_order
    client.create_table(**definition)
    item = {"pk": {"S": "a"}, "sk": {"S": "b"}, "l": {"S": "c"}, "color": {"S": "red"}}
    client.put_item(TableName="cars", Item=item)
    values = {":v": {"S": "a"}}
    query = {"KeyConditionExpression": "pk = :v", "ExpressionAttributeValues": values}
    of_local: dict[str, Any] = {"TableName": "cars", "IndexName": "local", **query}
    assert "color" not in client.query(**of_local)["Items"][0]
    assert client.query(**of_local, Select="ALL_ATTRIBUTES")["Items"] == [item]
    specific = {"ProjectionExpression": "color, sk"}
    assert client.query(**of_local, **specific)["Items"][0].keys() == {"color", "sk"}
    of_global: dict[str, Any] = {"TableName": "cars", "IndexName": "global"}
    assert _refusal(client.scan, **of_global, **specific) == (
        "One or more parameter values were invalid: Global secondary index global does not "
        "project [color]"
    )
    assert client.scan(**of_global, ProjectionExpression="sk, l")["Count"] == 1
    statement = "SELECT sk FROM cars.global WHERE l = 'c'"
    assert client.execute_statement(Statement=statement)["Items"] == [{"sk": {"S": "b"}}]
    with pytest.raises(client.exceptions.ResourceNotFoundException, match=r"resource not found$"):
        client.execute_statement(Statement="SELECT * FROM missing.global")
    # Two keys of wrong types: the first is named.
    puts = [{"Put": {"TableName": "cars", "Item": {**item, "pk": {"N": n}}}} for n in "12"]
    with pytest.raises(client.exceptions.TransactionCanceledException) as cancelled:
        client.transact_write_items(TransactItems=puts)
    reasons = cancelled.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["ValidationError", "None"]
    check = {"TableName": "cars", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}
    check["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    check["ConditionExpression"] = "attribute_not_exists(pk)"
    with pytest.raises(client.exceptions.TransactionCanceledException) as cancelled:
        client.transact_write_items(TransactItems=[{"ConditionCheck": check}])
    reason = cancelled.value.response["CancellationReasons"][0]
    assert (reason["Code"], reason["Item"]) == ("ConditionalCheckFailed", item)


def test_requests_of_other_types_than_the_apis(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    _table(client, "cars", "S")
    # So that botocore sends what it would refuse.
    client._serializer = create_serializer("json", include_validation=False)
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    for call, arguments, message in (
        (
            client.put_item,
            {"TableName": "cars", "Item": {**key, "n": {"N": 1}}},
            "NUMBER_VALUE cannot be converted to String",
        ),
        (
            client.get_item,
            {"TableName": "cars", "Key": key, "ProjectionExpression": ["pk"]},
            "Start of list found where not expected",
        ),
        (
            client.tag_resource,
            {"ResourceArn": "arn:aws:x", "Tags": [{"Key": "a", "Value": 1}]},
            "NUMBER_VALUE cannot be converted to String",
        ),
    ):
        with pytest.raises(ClientError) as refused:
            call(**arguments)
        assert refused.value.response["Error"]["Code"] == "SerializationException"
        assert message in refused.value.response["Error"]["Message"]
    assert _refusal(client.list_tables, Limit=101) == (
        f"{ENVELOPE}Value '101' at 'limit' failed to satisfy constraint: Member must have value "
        "less than or equal to 100"
    )


def test_the_keys_of_an_index_are_limited(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    _table(client, "cars", "S")
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    for attribute, value, message in (
        ({"g": LONG}, LONG, TOO_LONG),
        ({"h": {"S": "x" * 1025}}, {"S": "x" * 1025}, RANGE_TOO_LONG),
    ):
        item = {**key, **attribute}
        put = {"TableName": "cars", "Item": item}
        assert _refusal(client.put_item, **put) == message
        assert _refusal(client.transact_write_items, TransactItems=[{"Put": put}]) == message
        batch = {"cars": [{"PutRequest": {"Item": item}}]}
        assert _refusal(client.batch_write_item, RequestItems=batch) == message
        update = {
            "TableName": "cars",
            "Key": key,
            "UpdateExpression": f"SET {next(iter(attribute))} = :v",
            "ExpressionAttributeValues": {":v": value},
        }
        assert _refusal(client.update_item, **update) == message
    assert client.scan(TableName="cars")["Count"] == 0


@pytest.mark.parametrize(
    ("kind", "keys"),
    [("N", ["-12", "-1.5", "0", "2", "10", "100"]), ("B", [b"\x00", b"\x01\xff", b"~", b"\xff"])],
)
def test_a_scan_goes_by_the_values_of_sort_keys(
    local_cloud: LocalTarget, kind: str, keys: list[Any]
) -> None:
    client = Clients(local_cloud).client("dynamodb")
    _table(client, "cars", kind)
    for key in reversed(keys):
        client.put_item(TableName="cars", Item={"pk": {"S": "a"}, "sk": {kind: key}})
    pages = client.get_paginator("scan").paginate(
        TableName="cars", PaginationConfig={"PageSize": 2}
    )
    assert [item["sk"][kind] for page in pages for item in page["Items"]] == keys


def test_a_number_is_one_key_however_it_is_written(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    _table(client, "cars", "N")
    cars: dict[str, Any] = {"TableName": "cars"}
    client.update_item(
        **cars,
        Key={"pk": {"S": "a"}, "sk": {"N": "1.0"}},
        UpdateExpression="SET c = :c",
        ExpressionAttributeValues={":c": {"S": "red"}},
    )
    client.put_item(**cars, Item={"pk": {"S": "a"}, "sk": {"N": "01"}, "c": {"S": "blue"}})
    for number in ("1", "1.00", "1E0"):
        found = client.get_item(**cars, Key={"pk": {"S": "a"}, "sk": {"N": number}})
        assert found["Item"]["c"] == {"S": "blue"}
    assert client.scan(**cars)["Count"] == 1


def test_what_attribute_updates_add_and_partiql_removes(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    _table(client, "cars", "S")
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    list_ = {"L": [{"S": letter} for letter in "abcd"]}
    client.put_item(TableName="cars", Item={**key, "n": {"N": "9" * 37 + "8"}, "l": list_})
    answer = client.update_item(
        TableName="cars",
        Key=key,
        AttributeUpdates={
            "n": {"Action": "ADD", "Value": {"N": "1"}},
            "l": {"Action": "ADD", "Value": {"L": [{"S": "e"}]}},
            "fresh": {"Action": "ADD", "Value": {"N": "1.50"}},
        },
        ReturnValues="ALL_NEW",
    )["Attributes"]
    assert answer["n"] == {"N": "9" * 38}
    assert [each["S"] for each in answer["l"]["L"]] == list("abcde")
    assert answer["fresh"] == {"N": "1.5"}
    client.execute_statement(
        Statement="""UPDATE "cars" REMOVE l[0] REMOVE l[1] REMOVE l[3] WHERE pk='a' AND sk='b'"""
    )
    item = client.get_item(TableName="cars", Key=key)["Item"]
    assert [each["S"] for each in item["l"]["L"]] == ["c", "e"]


def test_revisions_of_a_tables_policy(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    _table(client, "cars", "S")
    arn = client.describe_table(TableName="cars")["Table"]["TableArn"]
    policy, other = '{"Version": "2012-10-17"}', '{"Version": "2008-10-17"}'
    first = client.put_resource_policy(ResourceArn=arn, Policy=policy)["RevisionId"]
    assert client.put_resource_policy(ResourceArn=arn, Policy=policy)["RevisionId"] == first
    second = client.put_resource_policy(ResourceArn=arn, Policy=other)["RevisionId"]
    assert int(second) > int(first)
    outdated = (
        f"Requested update for policy with revision id {first}, but the policy associated to "
        f"target table cars has revision id {second}."
    )
    present = (
        "Requested policy update expecting none to be present for table cars, but a policy exists "
        f"with revision id {second}."
    )
    not_found = "Resource-based policy not found for the provided ResourceArn: "
    for call, arguments, message in (
        (client.put_resource_policy, {"Policy": policy, "ExpectedRevisionId": first}, outdated),
        (client.delete_resource_policy, {"ExpectedRevisionId": first}, outdated),
        (
            client.put_resource_policy,
            {"Policy": policy, "ExpectedRevisionId": "NO_POLICY"},
            present,
        ),
    ):
        with pytest.raises(client.exceptions.PolicyNotFoundException) as refused:
            call(ResourceArn=arn, **arguments)
        assert refused.value.response["Error"]["Message"] == not_found + message
    client.delete_resource_policy(ResourceArn=arn, ExpectedRevisionId=second)
    with pytest.raises(client.exceptions.PolicyNotFoundException):
        client.get_resource_policy(ResourceArn=arn)


def test_canonical_numbers() -> None:
    written = ["10", "1.0", "007", "-0", "1e2", "1.50", "x", "1E-130"]
    expected = ["10", "1", "7", "0", "100", "1.5", "x", "0." + "0" * 129 + "1"]
    assert [canonical(text) for text in written] == expected


def test_items_saved_under_a_number_as_it_was_written_are_found_and_saved_anew() -> None:
    installation.install()
    from ministack.services import dynamodb

    rows = {"a": {"1.0": {"c": {"S": "red"}}, "2": {}, "2.0": {"c": {"S": "kept"}}}}
    table: dict[str, Any] = {
        "TableArn": "arn:aws:dynamodb:us-east-1:000000000000:table/number-keys",
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "N"},
        ],
        "pk_name": "pk",
        "sk_name": "sk",
        "items": defaultdict(dict, rows),
    }
    dynamodb._tables["number-keys"] = table
    try:
        changes = ItemChanges()
        changes.loaded()
        assert set(table["items"]["a"]) == {"1", "2", "2.0"}
        emptied, written = changes.cut()
        assert table["TableArn"] in emptied
        assert written[table["TableArn"], "a", "1"] == {"c": {"S": "red"}}
        assert with_canonical_keys(table) is None
    finally:
        del dynamodb._tables["number-keys"]


def test_how_tables_are_described(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    keys: dict[str, Any] = {
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    }
    five = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    made = client.create_table(TableName="bikes", ProvisionedThroughput=five, **keys)
    assert made["TableDescription"]["TableStatus"] == "CREATING"
    bikes = client.describe_table(TableName="bikes")["Table"]
    for described in (made["TableDescription"], bikes):
        assert described["ProvisionedThroughput"] == {**five, "NumberOfDecreasesToday": 0}
        assert "BillingModeSummary" not in described
    assert "WarmThroughput" not in made["TableDescription"]
    assert bikes["WarmThroughput"] == {
        "ReadUnitsPerSecond": 5,
        "WriteUnitsPerSecond": 5,
        "Status": "ACTIVE",
    }
    deleted = client.delete_table(TableName="bikes")["TableDescription"]
    assert deleted["TableStatus"] == "DELETING"
    assert not {"KeySchema", "CreationDateTime", "WarmThroughput"} & set(deleted)

    _table(client, "cars", "S")
    cars = client.describe_table(TableName="cars")["Table"]
    assert cars["BillingModeSummary"].keys() == {"BillingMode", "LastUpdateToPayPerRequestDateTime"}
    for described in (cars, cars["GlobalSecondaryIndexes"][0]):
        assert described["WarmThroughput"]["ReadUnitsPerSecond"] == 12000
    warm = {"ReadUnitsPerSecond": 13000, "WriteUnitsPerSecond": 5000}
    client.update_table(TableName="cars", WarmThroughput=warm)
    cars = client.describe_table(TableName="cars")["Table"]
    assert cars["WarmThroughput"] == {**warm, "Status": "ACTIVE"}


def test_what_a_stream_records(local_cloud: LocalTarget) -> None:
    clients = Clients(local_cloud)
    client, streams = clients.client("dynamodb"), clients.client("dynamodbstreams")
    _table(client, "cars", "S")
    stream = client.update_table(
        TableName="cars",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )["TableDescription"]["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    insert, update, delete = (
        """INSERT INTO "cars" VALUE {'pk': 'a', 'sk': 'b'}""",
        """UPDATE "cars" SET c='red' WHERE pk='a' AND sk='b'""",
        """DELETE FROM "cars" WHERE pk='a' AND sk='b'""",
    )
    for statement in (insert, update, update):
        client.execute_statement(Statement=statement)
    both = [{"Statement": delete}, {"Statement": insert.replace("'b'", "'c'")}]
    with pytest.raises(ClientError):
        client.execute_transaction(
            TransactStatements=[*both, {"Statement": update.replace("'b'", "'d'")}]
        )
    client.execute_transaction(TransactStatements=both)
    client.put_item(TableName="cars", Item={"pk": {"S": "a"}, "sk": {"S": "c"}, "n": {"N": "12"}})
    iterator = streams.get_shard_iterator(
        StreamArn=stream,
        ShardId=shard["ShardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=shard["SequenceNumberRange"]["StartingSequenceNumber"],
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    assert [(each["eventName"], each["dynamodb"]["SizeBytes"]) for each in records] == [
        ("INSERT", 12),
        ("MODIFY", 22),
        ("REMOVE", 16),
        ("INSERT", 12),
        ("MODIFY", 21),
    ]
