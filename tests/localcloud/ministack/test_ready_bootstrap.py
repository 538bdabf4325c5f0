"""The CDK's bootstrap is ready in every region, and a stack of ``cdk bootstrap`` takes it over."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from tests.localcloud.conftest import Stacks
from workbench.aws.clients import Clients
from workbench.aws.target import LOCAL_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.aws.target import LocalTarget

pytestmark = pytest.mark.cloud

VERSION = "/cdk-bootstrap/hnb659fds/version"


def place(region: str) -> str:
    return f"{LOCAL_ACCOUNT}-{region}"


def template(region: str) -> dict[str, Any]:
    """What of the CDK's template has a name of its own."""
    role = {
        "RoleName": f"cdk-hnb659fds-deploy-role-{place(region)}",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
    }
    bucket = {
        "BucketName": f"cdk-hnb659fds-assets-{place(region)}",
        "VersioningConfiguration": {"Status": "Enabled"},
    }
    version = {"Type": "String", "Name": VERSION, "Value": "31"}
    return {
        "Resources": {
            "StagingBucket": {
                "Type": "AWS::S3::Bucket",
                "Properties": bucket,
                "DeletionPolicy": "Retain",
            },
            "DeploymentActionRole": {"Type": "AWS::IAM::Role", "Properties": role},
            "CdkBootstrapVersion": {"Type": "AWS::SSM::Parameter", "Properties": version},
        },
        "Outputs": {"BucketName": {"Value": {"Ref": "StagingBucket"}}},
    }


@pytest.fixture
def regional(own_cloud: LocalTarget) -> Callable[[str], Stacks]:
    """CloudFormation in a region of a local cloud of the test's own."""
    return lambda region: Stacks(Clients(dataclasses.replace(own_cloud, region=region)))


def test_stacks_take_what_is_ready(regional: Callable[[str], Stacks]) -> None:
    for region in ("us-east-1", "eu-central-1"):
        stacks = regional(region)
        s3, ssm = stacks.clients.client("s3"), stacks.clients.client("ssm")
        bucket = f"cdk-hnb659fds-assets-{place(region)}"
        assert ssm.get_parameter(Name=VERSION)["Parameter"]["Value"] == "30"
        s3.put_object(Bucket=bucket, Key="kept", Body=b"1")
        made = stacks.create("CDKToolkit", template(region))
        assert made["StackStatus"] == "CREATE_COMPLETE"
        assert ssm.get_parameter(Name=VERSION)["Parameter"]["Value"] == "31"
        assert s3.get_object(Bucket=bucket, Key="kept")["Body"].read() == b"1"
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        again = stacks.create("Second", template(region))
        assert again["StackStatus"] == "ROLLBACK_COMPLETE"
    ready = regional("eu-west-1")
    role = f"cdk-hnb659fds-deploy-role-{place('eu-west-1')}"
    assumed = ready.clients.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{LOCAL_ACCOUNT}:role/{role}", RoleSessionName="deploy"
    )
    assert assumed["AssumedRoleUser"]["Arn"].endswith(f"{role}/deploy")
    bucket = f"cdk-hnb659fds-assets-{place('eu-west-1')}"
    location = ready.clients.client("s3").get_bucket_location(Bucket=bucket)
    assert location["LocationConstraint"] == "eu-west-1"
    first = regional("eu-north-1").create("CDKToolkit", template("eu-north-1"))
    assert first["StackStatus"] == "CREATE_COMPLETE"
