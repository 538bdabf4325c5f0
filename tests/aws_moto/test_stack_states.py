"""Stacks as they are found in accounts: failed, rolled back, half made, busy, gone."""

from __future__ import annotations

import threading

import pytest

from tests.aws_moto.aws import Aws
from tests.aws_moto.backends import Backend
from tests.aws_moto.sandbox import Deployer
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.model.deployment import Method

TABLE = "AWS::DynamoDB::Table"
LIMIT = "Subscriber limit exceeded: There is a limit of 2500 tables per account"


def status_of(deployer: Deployer) -> str:
    stacks = deployer.clients.cloudformation.describe_stacks(StackName=deployer.stack_name)
    return stacks["Stacks"][0]["StackStatus"]


def with_another_role(backend: Backend) -> Backend:
    """A change that only CloudFormation can make."""
    backend.find("AWS::IAM::Role", "TodoIAMRole")["Properties"]["Description"] = "changed"
    return backend


def test_a_failed_creation_is_named_by_its_cause_and_made_again(
    deployer: Deployer, aws: Aws
) -> None:
    aws.fail_resource(TABLE, "CREATE", LIMIT)
    with pytest.raises(DeploymentProblem) as failed:
        deployer.deploy(Backend.load("python"))
    failure = failed.value.failure
    assert failure.construct_path == "data/amplifyData/Todo/TodoTable"
    assert failure.reason == LIMIT
    assert failure.title == "An AWS limit is reached"
    assert status_of(deployer) == "ROLLBACK_COMPLETE"

    deployer.restart()
    deployer.deploy(Backend.load("python"))
    assert status_of(deployer) == "CREATE_COMPLETE"
    assert deployer.prepare(Backend.load("python")).plan.method is Method.NONE


def test_a_failed_update_leaves_what_was_there(deployed: Deployer, deployed_aws: Aws) -> None:
    before = deployed.live()
    backend = deployed.edited()
    backend.add_model("Note")
    backend.change_asset("handler.py", "def handler(event, context):\n    return 1\n")
    deployed_aws.fail_resource("NoteDataSource", "CREATE", "Data source name is taken")
    with pytest.raises(DeploymentProblem) as failed:
        deployed.deploy(backend)
    assert failed.value.failure.construct_path.endswith("NoteDataSource")
    assert status_of(deployed) == "UPDATE_ROLLBACK_COMPLETE"
    tables = deployed.clients.dynamodb.list_tables()["TableNames"]
    assert [name.split("-")[0] for name in tables] == ["Todo"]
    after = deployed.live()
    assert before is not None
    assert after is not None
    assert after.nested.keys() == before.nested.keys()

    deployed.deploy(backend)
    assert status_of(deployed) == "UPDATE_COMPLETE"
    assert len(deployed.clients.dynamodb.list_tables()["TableNames"]) == 2
    assert deployed.prepare(backend).plan.method is Method.NONE


def test_a_rollback_that_failed_is_continued(deployed: Deployer, deployed_aws: Aws) -> None:
    backend = with_another_role(deployed.edited())
    function = backend.find("AWS::Lambda::Function", "greeting")["Properties"]
    function["Timeout"] = 9
    deployed_aws.fail_resource("TodoIAMRole", "UPDATE", "Not now")
    deployed_aws.fail_resource("*greetinglambda*", "UPDATE", "Not back", times=1, skip=1)
    with pytest.raises(DeploymentProblem, match="Not now"):
        deployed.deploy(backend)
    assert status_of(deployed) == "UPDATE_ROLLBACK_FAILED"
    deployed_aws.calls.clear()
    deployed.deploy(backend)
    assert len(deployed_aws.calls.of("cloudformation:ContinueUpdateRollback")) == 1
    assert status_of(deployed) == "UPDATE_COMPLETE"


def test_a_stack_that_was_deleted_elsewhere_is_made_again(deployed: Deployer) -> None:
    deployed.clients.cloudformation.delete_stack(StackName=deployed.stack_name)
    prepared = deployed.deploy(deployed.edited())
    assert prepared.plan.method is Method.CLOUDFORMATION
    assert status_of(deployed) == "CREATE_COMPLETE"


def test_a_change_set_that_nobody_executed_is_no_obstacle(deployer: Deployer, aws: Aws) -> None:
    body = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    deployer.clients.cloudformation.create_change_set(
        StackName=deployer.stack_name,
        ChangeSetName="made-by-hand",
        ChangeSetType="CREATE",
        TemplateBody=body,
    )
    assert status_of(deployer) == "REVIEW_IN_PROGRESS"
    deployer.deploy(Backend.load("python"))
    assert status_of(deployer) == "CREATE_COMPLETE"


def test_a_deletion_names_what_remains(deployed: Deployer, deployed_aws: Aws) -> None:
    deployed_aws.fail_resource(TABLE, "DELETE", "Table is being backed up", times=None)
    with pytest.raises(DeploymentProblem) as failed:
        deployed.delete()
    assert any("TodoTable" in line for line in failed.value.failure.details)
    assert status_of(deployed) == "DELETE_FAILED"
    with pytest.raises(DeploymentProblem) as failed:
        deployed.deploy(Backend.load("python"))
    assert failed.value.failure.offer == "recreate"
    deployed_aws.clear()
    deployed.delete()
    assert deployed.live() is None


def test_another_session_follows_what_runs(deployer: Deployer, aws: Aws) -> None:
    released = aws.hold_stacks()
    working = threading.Thread(target=lambda: deployer.deploy(Backend.load("python")))
    working.start()
    other = Deployer(deployer.root, deployer.target)
    aws.calls.wait_for("cloudformation:CreateStack")
    assert other.stack.is_busy()
    threading.Timer(0.5, released.set).start()
    other.stack.adopt(1)
    working.join(30)
    assert status_of(other) == "CREATE_COMPLETE"
    assert other.prepare(Backend.load("python")).plan.method is Method.NONE
