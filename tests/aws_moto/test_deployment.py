"""A backend's life on an AWS that is not ours: deployed, found unchanged, changed, deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.aws_moto.aws import Aws
from tests.aws_moto.backends import Backend
from tests.aws_moto.sandbox import Deployer, Loop
from workbench.aws.target import AwsTarget
from workbench.branches.environments import list_stacks
from workbench.deploy.outputs.outputs import read_outputs
from workbench.loop.options import SandboxOptions
from workbench.model.deployment import DeploymentResult, Method
from workbench.model.events import ResourceProgressed
from workbench.model.user_problem import UserProblem
from workbench.project.identity import stack_name
from workbench.project.models import BackendIdentity
from workbench.synth.python.diagnostics import introspect_python


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_deploys_from_nothing_and_deletes_everything(
    deployer: Deployer, aws: Aws, language: str
) -> None:
    prepared = deployer.deploy(Backend.load(language))
    assert prepared.plan.method is Method.CLOUDFORMATION
    outputs = deployer.outputs
    assert outputs["data"]["api_key"].startswith("da2-")
    assert outputs["auth"]["user_pool_id"].startswith("us-east-1_")
    assert "Todo" in outputs["data"]["model_introspection"]["models"]
    reported = [event for event in deployer.events if isinstance(event, ResourceProgressed)]
    assert "function/greeting-lambda" in {event.resource.construct_path for event in reported}
    stack = deployer.clients.cloudformation.describe_stacks(StackName=deployer.stack_name)
    tags = {tag["Key"]: tag["Value"] for tag in stack["Stacks"][0]["Tags"]}
    assert tags == {"amplify:deployment-type": "sandbox", "created-by": "amplify"}
    assert stack["Stacks"][0]["RoleARN"].endswith(
        "role/cdk-hnb659fds-cfn-exec-role-123456789012-us-east-1"
    )

    aws.calls.clear()
    assert deployer.prepare(Backend.load(language)).plan.method is Method.NONE
    deployer.restart()
    assert deployer.prepare(Backend.load(language)).plan.method is Method.NONE
    written = {call.request.method for call in aws.calls if call.request.service == "s3"}
    assert written <= {"HEAD", "GET"}

    deployer.delete()
    assert deployer.live() is None
    clients = deployer.clients
    assert [b["Name"][:4] for b in clients.s3.list_buckets()["Buckets"]] == ["cdk-"]
    assert clients.lambda_.list_functions()["Functions"] == []
    assert clients.cognito_idp.list_user_pools(MaxResults=9)["UserPools"] == []
    assert clients.dynamodb.list_tables()["TableNames"] == []


def test_a_new_model_goes_through_cloudformation(deployed: Deployer, deployed_aws: Aws) -> None:
    tables = set(deployed.clients.dynamodb.list_tables()["TableNames"])
    backend = deployed.edited()
    backend.add_model("Note")
    assert deployed.deploy(backend).plan.method is Method.CLOUDFORMATION
    (made,) = set(deployed.clients.dynamodb.list_tables()["TableNames"]) - tables
    assert made.startswith("Note-")
    assert "Note" in deployed.outputs["data"]["model_introspection"]["models"]
    assert deployed.prepare(backend).plan.method is Method.NONE

    deployed.deploy(Backend.load("python"))
    assert set(deployed.clients.dynamodb.list_tables()["TableNames"]) == tables


def test_outputs_are_read_from_the_account(deployed: Deployer, deployed_aws: Aws) -> None:
    read = read_outputs(deployed.clients, deployed.stack_name, introspect_python)
    assert read == deployed.outputs
    assert {call.role for call in deployed_aws.calls} == {""}
    with pytest.raises(UserProblem, match="There is no deployed backend"):
        read_outputs(deployed.clients, f"{deployed.stack_name}x", introspect_python)


def test_environments_are_the_root_stacks_of_backends(deployed: Deployer) -> None:
    branch = BackendIdentity("d1234567890abc", "main", "branch")
    body = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    cloudformation = deployed.clients.cloudformation
    for name in (stack_name(branch), "somebody-elses"):
        cloudformation.create_stack(StackName=name, TemplateBody=body)
    found = [identity for identity, _ in list_stacks(cloudformation)]
    assert sorted(each.type for each in found) == ["branch", "sandbox"]
    assert set(found) == {deployed.session.identity, branch}


def test_the_loop_deploys_on_save(target: AwsTarget, aws: Aws, tmp_path: Path) -> None:
    root = tmp_path / "project"
    backend = Backend.load("python")
    with Loop(root, target, backend, SandboxOptions(type_check=False)) as loop:
        first = loop.until_finished(1)
        assert first.result is DeploymentResult.SUCCEEDED, first.failure
        backend = backend.copy()
        backend.change_asset("handler.py", "def handler(event, context):\n    return 2\n")
        loop.save(backend)
        second = loop.until_finished(2)
        assert second.result is DeploymentResult.SUCCEEDED, second.failure
    assert len(aws.calls.of("lambda:UpdateFunctionCode")) == 1
