"""Tables go to a bucket and come back."""

from __future__ import annotations

import gzip
import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud.ministack.patches.dynamodb.table_imports import items_of

TABLE: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def _ended(describe: Any, member: str, status: str, **arn: str) -> dict[str, Any]:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found: dict[str, Any] = describe(**arn)[member]
        if found[status] not in {"IN_PROGRESS"}:
            return found
        time.sleep(0.01)
    raise TimeoutError(str(found))


def _imported(client: Any, **asked: Any) -> dict[str, Any]:
    begun = client.import_table(**asked)["ImportTableDescription"]
    return _ended(
        client.describe_import, "ImportTableDescription", "ImportStatus",
        ImportArn=begun["ImportArn"],
    )  # fmt: skip


def _exported(client: Any, **asked: Any) -> dict[str, Any]:
    begun = client.export_table_to_point_in_time(**asked)["ExportDescription"]
    return _ended(
        client.describe_export, "ExportDescription", "ExportStatus", ExportArn=begun["ExportArn"]
    )


def test_an_exported_table_is_imported(local_cloud: LocalTarget) -> None:
    clients = Clients(local_cloud)
    client, s3 = clients.client("dynamodb"), clients.client("s3")
    s3.create_bucket(Bucket="exports")
    client.create_table(TableName="from", **TABLE)
    items = [{"id": {"S": f"i{n}"}, "ü": {"B": b"\xff"}, "n": {"N": str(n)}} for n in range(3)]
    for item in items:
        client.put_item(TableName="from", Item=item)
    arn = client.describe_table(TableName="from")["Table"]["TableArn"]
    asked = {"TableArn": arn, "S3Bucket": "exports", "S3Prefix": "here"}
    with pytest.raises(ClientError, match="Point in time recovery is not enabled for table 'from'"):
        client.export_table_to_point_in_time(**asked)
    client.update_continuous_backups(
        TableName="from", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    for more, words in (
        ({"ExportFormat": "ION"}, "not ION"),
        ({"ExportType": "INCREMENTAL_EXPORT"}, "full exports"),
        ({"ExportTime": 1_600_000_000}, "no history"),
    ):
        with pytest.raises(ClientError, match=words):
            client.export_table_to_point_in_time(**asked, **more)
    failed = _exported(client, **{**asked, "S3Bucket": "no-such-bucket"})
    assert (failed["ExportStatus"], failed["FailureCode"]) == ("FAILED", "S3NoSuchBucket")

    export = _exported(client, **asked)
    assert (export["ExportStatus"], export["ItemCount"]) == ("COMPLETED", 3)
    summary = json.loads(
        s3.get_object(Bucket="exports", Key=export["ExportManifest"])["Body"].read()
    )
    manifest = s3.get_object(Bucket="exports", Key=summary["manifestFilesS3Key"])["Body"].read()
    data = json.loads(manifest)["dataFileS3Key"]
    content = gzip.decompress(s3.get_object(Bucket="exports", Key=data)["Body"].read())
    assert content.count(b"\n") == summary["itemCount"] == 3

    source = {"S3Bucket": "exports", "S3KeyPrefix": data}
    imported = _imported(
        client,
        S3BucketSource=source,
        InputFormat="DYNAMODB_JSON",
        InputCompressionType="GZIP",
        TableCreationParameters={"TableName": "into", **TABLE},
    )
    assert (imported["ImportStatus"], imported["ImportedItemCount"]) == ("COMPLETED", 3)
    found = client.scan(TableName="into")["Items"]
    assert sorted(found, key=lambda item: item["id"]["S"]) == items
    refused = _imported(
        client,
        S3BucketSource=source,
        InputFormat="ION",
        TableCreationParameters={"TableName": "other", **TABLE},
    )
    assert refused["FailureMessage"] == (
        "The local cloud does not read ION: use CSV or DYNAMODB_JSON"
    )


def test_items_may_follow_each_other_on_a_line() -> None:
    good = [{"id": {"S": str(n)}} for n in range(3)]
    lines = json.dumps({"Item": good[0]}) + json.dumps({"Item": good[1]}) + "\n\n"
    lines += '{"Item": 1} {"Item": {\n' + json.dumps({"Item": good[2]})
    items, wrong = items_of(lines.encode())
    assert [item for _, item in items] == good
    assert [number for number, _ in wrong] == [2, 3]
