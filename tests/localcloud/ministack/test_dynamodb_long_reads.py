"""A read of many rows leaves the others their turn, and gives what it would have given."""

from __future__ import annotations

import threading
import time
from typing import Any

import httpx

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud.ministack.patches.dynamodb.long_reads import microseconds

ROWS = 800
OPERANDS = 250


def _table(client: Any) -> None:
    client.create_table(
        TableName="many",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for start in range(0, ROWS, 25):
        puts = [
            {"PutRequest": {"Item": {"id": {"S": f"{n:06}"}, "p": {"N": str(n)}}}}
            for n in range(start, start + 25)
        ]
        client.batch_write_item(RequestItems={"many": puts})


def test_a_costly_filter_over_many_rows(local_cloud: LocalTarget) -> None:
    client = Clients(local_cloud).client("dynamodb")
    _table(client)
    found: list[Any] = []
    values = {f":v{number}": {"N": str(number)} for number in range(OPERANDS)}
    expression = " OR ".join(
        f"p IN ({', '.join(f':v{number}' for number in range(start, start + 50))})"
        for start in range(0, OPERANDS, 50)
    )

    def scan() -> None:
        found.append(
            client.scan(
                TableName="many",
                FilterExpression=expression,
                ExpressionAttributeValues=values,
            )
        )

    scanning = threading.Thread(target=scan)
    scanning.start()
    waits = []
    while scanning.is_alive():
        began = time.perf_counter()
        httpx.get(f"{local_cloud.endpoint}/_amplify_tui/health", timeout=60).raise_for_status()
        waits.append(time.perf_counter() - began)
        # Rows that come meanwhile disturb nothing.
        client.put_item(TableName="many", Item={"id": {"S": f"new{len(waits)}"}})
    scanning.join()
    assert found[0]["Count"] == OPERANDS
    assert len(waits) > 1
    assert max(waits) < 2


def test_what_is_read_at_once_and_what_is_not() -> None:
    rows: dict[str, Any] = {str(number): {"": {}} for number in range(10_000)}
    filtered = {"FilterExpression": "a = :a"}
    assert microseconds(rows, {"Limit": 100}) < 25_000
    assert microseconds(rows, {"Limit": 100, **filtered}) < 25_000
    assert microseconds(rows, {"KeyConditionExpression": "id = :i", **filtered}) < 25_000
    assert microseconds(rows, filtered) > 25_000
    assert microseconds({}, filtered) == 0
