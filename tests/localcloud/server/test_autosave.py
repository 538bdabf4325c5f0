"""What the local cloud holds survives clean stops, kills at any moment, and damaged files."""

from __future__ import annotations

import io
import os
import signal
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle
from workbench.localcloud.state.store import FILE_NAME, PREVIOUS_NAME

pytestmark = pytest.mark.cloud

LONGEST_LOSS = 1.0
"""Seconds of writes that a kill may cost."""


def _kill(folder: Path) -> None:
    os.kill(lifecycle.status(folder).pid, signal.SIGKILL)


def _zip(size: int) -> bytes:
    """An archive of more than ``size`` bytes, always the same."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("layer.bin"), bytes(range(256)) * (size // 256 + 1))
    return made.getvalue()


def _make_table(clients: Clients, name: str = "notes") -> None:
    clients.dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )


def _put(clients: Clients, number: int, text: str = "", table: str = "notes") -> None:
    item = {"id": {"S": f"n{number % 3}"}, "at": {"N": str(number)}, "text": {"S": text}}
    clients.dynamodb.put_item(TableName=table, Item=item)


def _numbers(clients: Clients, table: str = "notes") -> list[int]:
    pages = clients.dynamodb.get_paginator("scan").paginate(TableName=table)
    return sorted(int(item["at"]["N"]) for page in pages for item in page["Items"])


def test_a_clean_stop_loses_nothing(own_cloud: LocalTarget, own_cloud_dir: Path) -> None:
    clients = Clients(own_cloud)
    _make_table(clients)
    for number in range(30):
        _put(clients, number)
    clients.dynamodb.delete_item(TableName="notes", Key={"id": {"S": "n1"}, "at": {"N": "1"}})
    clients.s3.create_bucket(Bucket="things")
    clients.s3.put_object(Bucket="things", Key="a/b.txt", Body=b"content")
    clients.ssm.put_parameter(Name="/p", Value="secret", Type="SecureString")
    clients.lambda_.publish_layer_version(LayerName="big", Content={"ZipFile": _zip(200_000)})
    pool = clients.cognito_idp.create_user_pool(PoolName="people")["UserPool"]["Id"]
    clients.cognito_idp.admin_create_user(UserPoolId=pool, Username="ada@example.com")
    lifecycle.stop(own_cloud_dir)

    again = lifecycle.start(own_cloud_dir)
    assert again == own_cloud
    clients = Clients(again)
    assert _numbers(clients) == [0, *range(2, 30)]
    assert clients.dynamodb.describe_table(TableName="notes")["Table"]["ItemCount"] == 29
    found = clients.s3.get_object(Bucket="things", Key="a/b.txt")["Body"].read()
    assert found == b"content"
    parameter = clients.ssm.get_parameter(Name="/p", WithDecryption=True)["Parameter"]
    assert parameter["Value"] == "secret"
    users = clients.cognito_idp.list_users(UserPoolId=pool)["Users"]
    assert len(users) == 1
    layer = clients.lambda_.get_layer_version(LayerName="big", VersionNumber=1)
    assert layer["Content"]["CodeSize"] == len(_zip(200_000))


def test_kills_during_writes_cost_at_most_a_second(
    own_cloud: LocalTarget, own_cloud_dir: Path
) -> None:
    clients = Clients(own_cloud)
    _make_table(clients)
    time.sleep(LONGEST_LOSS)
    number = 0
    for run in range(4):
        written: list[tuple[int, float]] = []
        end = time.monotonic() + 0.7 + 0.25 * run
        while time.monotonic() < end:
            _put(clients, number)
            written.append((number, time.monotonic()))
            number += 1
        killed = time.monotonic()
        _kill(own_cloud_dir)
        clients = Clients(lifecycle.start(own_cloud_dir))
        kept = set(_numbers(clients))
        due = {n for n, at in written if at < killed - LONGEST_LOSS}
        assert due <= kept


def test_changed_and_replaced_tables_are_saved(own_cloud: LocalTarget, own_cloud_dir: Path) -> None:
    clients = Clients(own_cloud)
    _make_table(clients)
    _make_table(clients, "gone")
    _put(clients, 1)
    _put(clients, 2)
    _put(clients, 3, table="gone")
    # More than are decoded at the start.
    _make_table(clients, "many")
    for start in range(0, 1025, 25):
        puts: list[Any] = [
            {"PutRequest": {"Item": {"id": {"S": "n"}, "at": {"N": str(number)}}}}
            for number in range(start, start + 25)
        ]
        clients.dynamodb.batch_write_item(RequestItems={"many": puts})
    time.sleep(LONGEST_LOSS)
    clients.dynamodb.delete_item(TableName="many", Key={"id": {"S": "n"}, "at": {"N": "7"}})
    clients.dynamodb.delete_table(TableName="gone")
    clients.dynamodb.delete_table(TableName="notes")
    _make_table(clients)
    _put(clients, 4)
    key = {"id": {"S": "n1"}, "at": {"N": "4"}}
    clients.dynamodb.update_item(
        TableName="notes",
        Key=key,
        UpdateExpression="SET #t = :t",
        ExpressionAttributeNames={"#t": "text"},
        ExpressionAttributeValues={":t": {"S": "changed"}},
    )
    time.sleep(LONGEST_LOSS)
    _kill(own_cloud_dir)
    clients = Clients(lifecycle.start(own_cloud_dir))
    assert clients.dynamodb.list_tables()["TableNames"] == ["many", "notes"]
    assert _numbers(clients) == [4]
    assert _numbers(clients, "many") == [number for number in range(1025) if number != 7]
    item = clients.dynamodb.get_item(TableName="notes", Key=key)["Item"]
    assert item["text"] == {"S": "changed"}


def test_a_damaged_state_gives_way_to_the_last_good_one(
    own_cloud: LocalTarget, own_cloud_dir: Path
) -> None:
    Clients(own_cloud).ssm.put_parameter(Name="/old", Value="1", Type="String")
    lifecycle.stop(own_cloud_dir)
    lifecycle.start(own_cloud_dir)
    previous = own_cloud_dir / "state" / PREVIOUS_NAME
    time.sleep(LONGEST_LOSS)
    lifecycle.stop(own_cloud_dir)
    assert previous.stat().st_size > 0
    current = own_cloud_dir / "state" / FILE_NAME
    current.write_bytes(b"SQLite format 3\0" + b"\xff" * 50_000)
    clients = Clients(lifecycle.start(own_cloud_dir))
    assert clients.ssm.get_parameter(Name="/old")["Parameter"]["Value"] == "1"
    assert list(current.parent.glob("damaged-*"))


@pytest.mark.parametrize("content", [b"", b"nothing useful"])
def test_an_unusable_state_never_prevents_the_start(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "cloud"
    (folder / "state").mkdir(parents=True)
    for name in (FILE_NAME, PREVIOUS_NAME):
        (folder / "state" / name).write_bytes(content)
    (folder / "server.json").write_bytes(content)
    target = lifecycle.start(folder)
    try:
        assert "Parameter" in Clients(target).ssm.get_parameter(
            Name="/cdk-bootstrap/hnb659fds/version"
        )
    finally:
        lifecycle.stop(folder)
