"""A backend's life on an AWS that is not ours: deployed, found unchanged, changed, deleted."""

from __future__ import annotations

import pytest

from tests.aws_moto.aws import Aws
from tests.aws_moto.backends import Backend
from tests.aws_moto.sandbox import Deployer
from workbench.model.deployment import Method


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_deploys_from_nothing(deployer: Deployer, aws: Aws, language: str) -> None:
    prepared = deployer.deploy(Backend.load(language))
    assert prepared.plan.method is Method.CLOUDFORMATION
    outputs = deployer.outputs
    assert outputs["data"]["api_key"].startswith("da2-")
    assert outputs["auth"]["user_pool_id"].startswith("us-east-1_")
    assert "Todo" in outputs["data"]["model_introspection"]["models"]
    assert deployer.prepare(Backend.load(language)).plan.method is Method.NONE


def test_swaps_a_function(deployed: Deployer, module_aws: tuple[Aws, Deployer]) -> None:
    aws, _ = module_aws
    backend = Backend.load("python")
    backend.change_asset("handler.py", "def handler(event, context):\n    return 1\n")
    assert deployed.deploy(backend).plan.method is Method.HOTSWAP
    (call,) = aws.calls.of("lambda:UpdateFunctionCode")
    assert call.role == ""
    deployed.deploy(Backend.load("python"))


def test_deletes_everything(deployer: Deployer, aws: Aws) -> None:
    deployer.deploy(Backend.load("python"))
    deployer.delete()
    assert deployer.live() is None
    assert deployer.clients.s3.list_buckets()["Buckets"] == [
        {**bucket}
        for bucket in deployer.clients.s3.list_buckets()["Buckets"]
        if bucket["Name"].startswith("cdk-")
    ]
    assert deployer.clients.lambda_.list_functions()["Functions"] == []
    assert deployer.clients.cognito_idp.list_user_pools(MaxResults=9)["UserPools"] == []
