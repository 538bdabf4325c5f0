"""The bucket for assets: whose it is, and with which encryption it wants its objects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.aws_moto.aws import ACCOUNT, REGION, Aws
from tests.aws_moto.requests import Request
from workbench.aws.clients import Clients
from workbench.deploy.assembly.assembly import FileAsset
from workbench.deploy.execute.assets import publish_assets
from workbench.deploy.execute.bootstrap import bootstrap_of
from workbench.deploy.failure.failure import DeploymentProblem

BUCKET = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
OWNER = "x-amz-expected-bucket-owner"
ENCRYPTION = "x-amz-server-side-encryption"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/of-the-bucket"


def publish(clients: Clients, folder: Path, bucket: str = BUCKET) -> int:
    file = folder / "file.json"
    file.write_text("{}")
    named = bucket.replace(ACCOUNT, "${AWS::AccountId}")
    asset = FileAsset("abc", file, "file", named, "abc.json")
    return publish_assets([asset], clients, bootstrap_of(clients))


def test_an_upload_names_the_owner_of_the_bucket(
    clients: Clients, aws: Aws, tmp_path: Path
) -> None:
    assert publish(clients, tmp_path) == 1
    (put,) = aws.calls.of("s3:PutObject")
    assert put.request.headers[OWNER] == ACCOUNT
    assert ENCRYPTION not in put.request.headers
    assert "s3:GetBucketEncryption" not in aws.calls.actions
    assert publish(clients, tmp_path) == 0


def test_a_bucket_whose_name_says_no_owner_may_be_anybodys(
    clients: Clients, aws: Aws, tmp_path: Path
) -> None:
    clients.s3.create_bucket(Bucket="assets-of-the-platform")
    assert publish(clients, tmp_path, "assets-of-the-platform") == 1
    (put,) = aws.calls.of("s3:PutObject")
    assert OWNER not in put.request.headers


def test_encryption_is_sent_where_a_policy_demands_it(
    clients: Clients, aws: Aws, tmp_path: Path
) -> None:
    rule: Any = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    clients.s3.put_bucket_encryption(
        Bucket=BUCKET,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]},
    )
    aws.faults.deny("s3:PutObject", when=lambda request: ENCRYPTION not in request.headers)
    assert publish(clients, tmp_path) == 1
    put = aws.calls.of("s3:PutObject")[-1]
    assert put.request.headers[ENCRYPTION] == "aws:kms"
    assert put.request.headers[f"{ENCRYPTION}-aws-kms-key-id"] == KEY


def test_nothing_goes_to_a_bucket_of_another_account(
    clients: Clients, aws: Aws, tmp_path: Path
) -> None:
    def names_us(request: Request) -> bool:
        return OWNER in request.headers

    aws.faults.deny("s3:PutObject", when=names_us)
    aws.faults.deny("s3:GetBucketEncryption", when=names_us)
    aws.faults.deny("s3:GetBucketLocation", when=names_us)
    with pytest.raises(DeploymentProblem, match="belongs to another account") as refused:
        publish(clients, tmp_path)
    assert BUCKET in refused.value.failure.reason
    assert all(call.status == 403 for call in aws.calls.of("s3:PutObject"))


def test_a_missing_bucket_asks_for_the_bootstrap(
    clients: Clients, aws: Aws, tmp_path: Path
) -> None:
    with pytest.raises(DeploymentProblem, match="does not exist") as missing:
        publish(clients, tmp_path, "gone")
    assert "cdk bootstrap" in missing.value.failure.fix
