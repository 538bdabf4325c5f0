"""A developer with AmplifyBackendDeployFullAccess alone: all that deploys works, enforced.

The saves of both languages' backends are in test_call_budget.py, with the same policy.
"""

from __future__ import annotations

import io

import pytest

from tests.aws_moto.aws import Aws
from tests.aws_moto.backends import Backend
from tests.aws_moto.enforcement import Enforcement
from tests.aws_moto.faults import Answer
from tests.aws_moto.policy_page import policies
from tests.aws_moto.requests import Request
from tests.aws_moto.sandbox import Deployer
from workbench.cli.main import main
from workbench.deploy.execute.delete import Deleted, delete_backend
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.live.snapshot import snapshot_file
from workbench.deploy.plan.instructions import (
    SwapBucketContent,
    SwapDrifted,
    SwapFunctionCode,
    SwapSchema,
)
from workbench.function_logs.functions import functions_of
from workbench.function_logs.tail import Tail
from workbench.model.deployment import Method

pytestmark = pytest.mark.cloud


@pytest.fixture
def enforcement(aws: Aws) -> Enforcement:
    return Enforcement(aws)


def add_field(backend: Backend) -> None:
    """Give the model another field, as a save of the schema does."""
    for after in ("\n  id: ID!", "\n}\n\ntype Query"):
        backend.change_text(f"content: String{after}", f"content: String\n  done: Boolean{after}")


def test_the_managed_policy_deploys_swaps_and_updates(
    deployer: Deployer, enforcement: Enforcement
) -> None:
    backend = Backend.load("python")
    deployer.deploy(backend)
    assert deployer.prepare(backend).plan.method is Method.NONE

    backend.change_asset("handler.py", "# two")
    swapped = deployer.deploy(backend).plan
    assert swapped.method is Method.HOTSWAP
    assert any(isinstance(step, SwapFunctionCode) for step in swapped.steps)

    add_field(backend)
    kinds = {type(step) for step in deployer.deploy(backend).plan.steps}
    assert {SwapSchema, SwapBucketContent} <= kinds
    fields = deployer.outputs["data"]["model_introspection"]["models"]["Todo"]["fields"]
    assert "done" in fields

    # CloudFormation, which believes that the first code still runs, would leave the second.
    back = Backend.load("python")
    back.add_model("Note")
    plan = deployer.deploy(back).plan
    assert plan.method is Method.CLOUDFORMATION
    assert any(isinstance(step, SwapDrifted) for step in plan.steps)
    enforcement.assert_nothing_refused()


def delete(deployer: Deployer) -> Deleted:
    snapshot = snapshot_file(deployer.session.sandbox_dir)
    return delete_backend(deployer.clients, deployer.stack_name, lambda _: None, snapshot=snapshot)


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_delete_leaves_buckets_to_cloudformation(
    deployer: Deployer, enforcement: Enforcement, aws: Aws, language: str
) -> None:
    deployer.deploy(Backend.load(language))
    done = delete(deployer)
    assert done.existed
    assert deployer.live() is None
    assert enforcement.actions == {"s3:ListBucketVersions", "logs:DeleteLogGroup"}
    # Who may not delete one log group is not asked to delete the others.
    assert len(aws.calls.of("logs:DeleteLogGroup")) == 1
    assert all(name.startswith("log group /aws/lambda/amplify-") for name in done.remaining)
    assert done.denial is not None
    assert done.denial.what == "Your AWS credentials may not call logs:DeleteLogGroup"
    assert "docs/aws.md" in done.denial.next_step


def test_a_bucket_that_is_not_empty_remains_and_says_which_action_empties_it(
    deployer: Deployer, enforcement: Enforcement, aws: Aws
) -> None:
    deployer.deploy(Backend.load("python"))
    aws.calls.clear()
    aws.fail_resource("AWS::S3::Bucket", "DELETE", "The bucket you tried to delete is not empty")
    with pytest.raises(DeploymentProblem) as failed:
        delete(deployer)
    assert failed.value.failure.title == "A bucket still holds objects"
    assert "may not call s3:ListBucketVersions" in failed.value.failure.fix
    assert any("AWS::S3::Bucket" in line for line in failed.value.failure.details)
    # Without the right to empty it, a second attempt would fail like the first.
    assert len(aws.calls.of("cloudformation:DeleteStack")) == 1
    # The functions are gone by now, but not what they logged.
    assert any("log group" in name for name in delete(deployer).remaining)


def test_with_the_policies_of_the_docs_delete_leaves_nothing(aws: Aws, deployer: Deployer) -> None:
    enforcement = Enforcement(aws, policies()["Deleting everything"])
    deployer.deploy(Backend.load("python"))
    assert delete(deployer).remaining == ()
    enforcement.assert_nothing_refused()


@pytest.fixture
def at_project(deployed: Deployer, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the folder of the deployed project."""
    monkeypatch.chdir(deployed.root)


def command(*words: str) -> int:
    """Run a command by the profile."""
    return main([*words, "--profile", "moto", "--identifier", "tester"])


@pytest.mark.usefixtures("at_project")
def test_the_managed_policy_is_enough_for_commands_that_ampx_has(
    deployed: Deployer, deployed_aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = deployed.live()
    assert live is not None
    enforcement = Enforcement(deployed_aws)
    monkeypatch.setattr("sys.stdin", io.StringIO("a value"))
    assert command("secret", "set", "GOOGLE_ID") == 0
    for words in (("get", "GOOGLE_ID"), ("list",), ("remove", "GOOGLE_ID")):
        assert command("secret", *words) == 0
    assert command("outputs") == 0
    assert command("status") == 0
    for function in functions_of(live):
        Tail(function.log_group, 0).read(deployed.clients.logs)
    assert "logs:FilterLogEvents" in deployed_aws.calls.actions
    enforcement.assert_nothing_refused()


USERS = (
    ("create", "ann@example.com"),
    ("list",),
    ("show", "ann@example.com"),
    ("settings",),
    ("group", "create", "editors"),
    ("group", "list"),
    ("disable", "ann@example.com"),
    ("enable", "ann@example.com"),
    ("delete", "ann@example.com", "--yes"),
)


def _identity_pool_roles(request: Request) -> Answer | None:
    """What moto's identity pools do not have."""
    if request.operation != "GetIdentityPoolRoles":
        return None
    roles = b'{"Roles": {"authenticated": "arn:aws:iam::123456789012:role/signed-in"}}'
    return Answer(200, roles, "application/x-amz-json-1.1")


@pytest.mark.usefixtures("at_project", "deployed")
def test_with_the_policy_of_the_docs_users_are_managed(deployed_aws: Aws) -> None:
    enforcement = Enforcement(deployed_aws, policies()["Users"])
    deployed_aws.extra.append(_identity_pool_roles)
    for words in USERS:
        assert command("users", *words) == 0, words
    enforcement.assert_nothing_refused()


@pytest.mark.usefixtures("at_project", "deployed")
def test_without_it_the_command_says_which_action_is_missing(
    deployed_aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    Enforcement(deployed_aws)
    assert command("users", "list") == 1
    said = capsys.readouterr().err
    assert "may not call cognito-idp:ListUsers" in said
    assert "docs/aws.md has the policy to ask for: “Users”" in said


def test_repairs_need_nothing_more(deployer: Deployer, enforcement: Enforcement, aws: Aws) -> None:
    backend = Backend.load("python")
    aws.fail_resource("AWS::DynamoDB::Table", "CREATE", "No more tables")
    with pytest.raises(DeploymentProblem):
        deployer.deploy(backend)
    # What was never created is deleted and made again, in the bootstrap's role.
    deployer.deploy(backend)
    backend.add_model("Note")
    aws.fail_resource("AWS::DynamoDB::Table", "CREATE", "No more tables")
    with pytest.raises(DeploymentProblem):
        deployer.deploy(backend)
    deployer.deploy(backend)
    (deletion,) = aws.calls.of("cloudformation:DeleteStack")
    assert "deploy-role" in deletion.role
    enforcement.assert_nothing_refused()
