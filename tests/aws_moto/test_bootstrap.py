"""Accounts with and without the CDK's bootstrap, with names of one's own, with rights missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.aws_moto.aws import ACCOUNT, Aws
from tests.aws_moto.backends import Backend
from tests.aws_moto.sandbox import Deployer
from workbench.aws.target import AwsTarget
from workbench.deploy.failure.failure import DeploymentProblem

OWN_ROLES = {
    "deploy": "platform-deployer",
    "cfn-exec": "platform-cloudformation",
    "file-publishing": "platform-publisher",
}


@pytest.fixture
def lone_deployer(bare_aws: Aws, target: AwsTarget, tmp_path: Path) -> Deployer:
    """A sandbox of which nothing is deployed, in an account where nobody bootstrapped."""
    return Deployer(tmp_path / "project", target)


@pytest.mark.parametrize(
    ("version", "title"),
    [
        (None, "This account and region are not set up for the CDK"),
        (5, "The CDK bootstrap of this account and region is too old"),
    ],
)
def test_no_bootstrap_or_an_old_one(
    lone_deployer: Deployer, bare_aws: Aws, version: int | None, title: str
) -> None:
    bare_aws.bootstrap(version=version)
    with pytest.raises(DeploymentProblem) as failed:
        lone_deployer.deploy(Backend.load("python"))
    assert failed.value.failure.title == title
    assert "cdk bootstrap" in failed.value.failure.fix
    assert f"aws://{ACCOUNT}/us-east-1" in failed.value.failure.fix
    made = {"s3:PutObject", "cloudformation:CreateStack", "cloudformation:CreateChangeSet"}
    assert not made & set(bare_aws.calls.actions)


def test_qualifier_and_role_names_of_ones_own(lone_deployer: Deployer, bare_aws: Aws) -> None:
    bare_aws.bootstrap(qualifier="platform1", roles=OWN_ROLES)
    backend = Backend.load("python")
    backend.use_qualifier("platform1")
    backend.set_artifact(
        assumeRoleArn="arn:${AWS::Partition}:iam::${AWS::AccountId}:role/platform-deployer",
        cloudFormationExecutionRoleArn=(
            "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/platform-cloudformation"
        ),
    )
    assets = backend.assets
    for asset in assets["files"].values():
        for destination in asset["destinations"].values():
            destination["assumeRoleArn"] = (
                "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/platform-publisher"
            )
    backend.set_assets(assets)
    lone_deployer.deploy(backend)
    calls = bare_aws.calls
    assert {call.role for call in calls.of("s3:PutObject")} == {"platform-publisher"}
    (create,) = calls.of("cloudformation:CreateStack")
    assert create.role == "platform-deployer"
    assert create.request.parameters["RoleARN"].endswith(":role/platform-cloudformation")
    assert all("hnb659fds" not in str(call.request.parameters) for call in calls)


def test_roles_that_may_not_be_assumed_leave_ones_own_key(deployer: Deployer, aws: Aws) -> None:
    aws.faults.deny("sts:AssumeRole")
    deployer.deploy(Backend.load("python"))
    assert not [call for call in aws.calls if call.role]
    (create,) = aws.calls.of("cloudformation:CreateStack")
    assert create.request.parameters["RoleARN"].endswith(f"cfn-exec-role-{ACCOUNT}-us-east-1")


def test_a_version_that_may_not_be_read_is_no_obstacle(deployer: Deployer, aws: Aws) -> None:
    aws.faults.deny("ssm:GetParameter")
    deployer.deploy(Backend.load("python"))
    assert deployer.live() is not None
