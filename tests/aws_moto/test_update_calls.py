"""How CloudFormation is asked: directly, by a change set where it must be, in express mode."""

from __future__ import annotations

import itertools

import pytest

from tests.aws_moto.aws import Aws
from tests.aws_moto.backends import Backend
from tests.aws_moto.faults import Answer
from tests.aws_moto.requests import Request
from tests.aws_moto.sandbox import Deployer
from tests.aws_moto.test_stack_states import status_of, with_another_role
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.live.operation_author import last_operation
from workbench.loop.options import SandboxOptions
from workbench.model.deployment import Method

_numbers = itertools.count(20)


def changed(deployed: Deployer) -> Backend:
    """What is deployed, with a change that only CloudFormation can make, another one each time."""
    backend = deployed.edited()
    number = next(_numbers)
    role = backend.find("AWS::IAM::Role", "TodoIAMRole")["Properties"]
    role["Description"] = f"changed {number}"
    backend.find("AWS::Lambda::Function", "greeting")["Properties"]["Timeout"] = number
    return backend


def in_a_role(request: Request) -> bool:
    return request.key.startswith("ASIA")


def test_a_role_that_may_not_update_makes_a_change_set(
    deployed: Deployer, deployed_aws: Aws
) -> None:
    deployed_aws.faults.deny("cloudformation:UpdateStack")
    backend = changed(deployed)
    deployed.deploy(backend)
    calls = deployed_aws.calls
    (made,) = calls.of("cloudformation:CreateChangeSet")
    assert made.request.parameters["RoleARN"]
    assert len(calls.of("cloudformation:ExecuteChangeSet")) == 1
    assert deployed.prepare(backend).plan.method is Method.NONE


def test_a_stack_under_review_is_left_by_nobody(deployer: Deployer, aws: Aws) -> None:
    aws.faults.deny("cloudformation:CreateStack")
    aws.faults.error("cloudformation:DescribeChangeSet", "ValidationError", "Not today")
    with pytest.raises(DeploymentProblem, match="Not today"):
        deployer.deploy(Backend.load("python"))
    assert deployer.live() is None
    assert aws.calls.of("cloudformation:DeleteChangeSet")


def test_someone_elses_stack_under_review_is_kept(deployer: Deployer, aws: Aws) -> None:
    deployer.clients.cloudformation.create_change_set(
        StackName=deployer.stack_name,
        ChangeSetName="theirs",
        ChangeSetType="CREATE",
        TemplateBody='{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}',
    )
    aws.faults.error("cloudformation:DescribeChangeSet", "ValidationError", "Not today")
    with pytest.raises(DeploymentProblem, match="Not today"):
        deployer.deploy(Backend.load("python"))
    assert status_of(deployer) == "REVIEW_IN_PROGRESS"


def test_the_refused_call_is_named_and_not_the_change_set(
    deployed: Deployer, deployed_aws: Aws
) -> None:
    deployed_aws.faults.deny("cloudformation:UpdateStack")
    deployed_aws.faults.deny("cloudformation:CreateChangeSet")
    with pytest.raises(DeploymentProblem) as failed:
        deployed.deploy(changed(deployed))
    assert "cloudformation:UpdateStack" in failed.value.failure.reason


def test_express_mode_rolls_back_and_is_only_asked_for_by_its_option(
    deployer: Deployer, aws: Aws
) -> None:
    deployer.options = SandboxOptions(express=True)
    deployer.restart()
    deployer.deploy(Backend.load("python"))
    (create,) = aws.calls.of("cloudformation:CreateStack")
    told = {k: v for k, v in create.request.parameters.items() if k.startswith("DeploymentConfig")}
    assert told == {
        "DeploymentConfig.Mode": "EXPRESS",
        "DeploymentConfig.DisableRollback": "false",
    }
    operation = last_operation(deployer.clients, deployer.stack_name)
    assert operation is not None
    assert operation.ours
    deployer.options = SandboxOptions()
    deployer.restart()
    deployer.deploy(with_another_role(Backend.load("python")))
    (update,) = aws.calls.of("cloudformation:UpdateStack")
    assert not any(name.startswith("DeploymentConfig") for name in update.request.parameters)


@pytest.mark.parametrize("own_key_may", [True, False])
def test_a_rollback_that_the_role_may_not_start(
    deployed: Deployer, deployed_aws: Aws, own_key_may: bool
) -> None:
    backend = changed(deployed)
    deployed_aws.fail_resource("TodoIAMRole", "UPDATE", "Not now")
    deployed_aws.fail_resource("*greetinglambda*", "UPDATE", "Not back", times=1, skip=1)
    with pytest.raises(DeploymentProblem, match="Not now"):
        deployed.deploy(backend)
    assert status_of(deployed) == "UPDATE_ROLLBACK_FAILED"
    action = "cloudformation:ContinueUpdateRollback"
    if own_key_may:
        deployed_aws.faults.deny(action, when=in_a_role)
    else:
        deployed_aws.faults.deny(action)
        with pytest.raises(DeploymentProblem) as refused:
            deployed.deploy(backend)
        assert action in refused.value.failure.reason
        assert "version 23" in refused.value.failure.fix
        deployed_aws.faults.clear()
    deployed.deploy(backend)
    assert deployed_aws.calls.of(action)[-1].role == ("" if own_key_may else ROLE)
    assert status_of(deployed) == "UPDATE_COMPLETE"


ROLE = "cdk-hnb659fds-deploy-role-123456789012-us-east-1"


def test_an_update_that_another_one_overtakes_is_not_forced(
    deployed: Deployer, deployed_aws: Aws
) -> None:
    text = "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated."
    deployed_aws.faults.error("cloudformation:UpdateStack", "ValidationError", text)
    with pytest.raises(DeploymentProblem, match="Another deployment of this stack has just begun"):
        deployed.deploy(changed(deployed))


def test_a_deployment_is_followed_through_a_proxys_pages(
    deployed: Deployer, deployed_aws: Aws
) -> None:
    pages = deployed_aws.faults.html("cloudformation:DescribeStackEvents", 200, times=2)
    deployed.deploy(changed(deployed))
    assert pages.met == 2
    assert status_of(deployed) == "UPDATE_COMPLETE"


def test_what_express_mode_left_failed_is_updated_as_it_is(
    deployed: Deployer, deployed_aws: Aws
) -> None:
    """CloudFormation refuses to roll such a stack back, and an update that would roll back."""
    prepared = deployed.prepare(changed(deployed))
    live = prepared.plan.live
    assert live is not None
    failed = Answer(
        200,
        "<DescribeStacksResponse><DescribeStacksResult><Stacks><member>"
        f"<StackName>{live.name}</StackName><StackId>{live.stack_id}</StackId>"
        f"<CreationTime>{live.changed_at}</CreationTime><StackStatus>UPDATE_FAILED</StackStatus>"
        "<DeploymentConfig><Mode>EXPRESS</Mode></DeploymentConfig>"
        "</member></Stacks></DescribeStacksResult></DescribeStacksResponse>".encode(),
        "text/xml",
    )
    deployed_aws.faults.add("cloudformation:DescribeStacks", lambda _: failed, times=1)
    deployed_aws.calls.clear()
    deployed.stack.execute(prepared, 1)
    (update,) = deployed_aws.calls.of("cloudformation:UpdateStack")
    assert update.request.parameters["DeploymentConfig.Mode"] == "EXPRESS"
    assert update.request.parameters["DeploymentConfig.DisableRollback"] == "true"
    assert "cloudformation:RollbackStack" not in deployed_aws.calls.actions
