"""AccessDenied for each action in turn: the message names it, and the next deployment works."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from tests.aws_moto.aws import Aws
from tests.aws_moto.backends import Backend
from tests.aws_moto.sandbox import Deployer
from workbench.deploy.failure.failure import failure_from_exception
from workbench.model.deployment import Failure, Method

NUMBERS = itertools.count(1)


def with_a_role(backend: Backend) -> Backend:
    """A change that only CloudFormation can make."""
    role = backend.find("AWS::IAM::Role", "TodoIAMRole")["Properties"]
    role["Description"] = f"The {next(NUMBERS)}th"
    return backend


def with_code(backend: Backend) -> None:
    text = f"def handler(event, context):\n    return {next(NUMBERS)}\n"
    backend.change_asset("handler.py", text)


def with_settings(backend: Backend) -> None:
    function = backend.find("AWS::Lambda::Function", "greeting")["Properties"]
    function["Timeout"] += 1


def with_schema(backend: Backend) -> None:
    backend.change_text("type Query @aws_iam", f"# {next(NUMBERS)}\ntype Query @aws_iam")


def with_files(backend: Backend) -> None:
    backend.change_text("type Todo @model", f"# {next(NUMBERS)}\ntype Todo @model")


def with_resolver(backend: Backend) -> None:
    backend.find("AWS::AppSync::Resolver", "QueryGetTodo")["Properties"]["Code"] += "// more\n"


def with_function(backend: Backend) -> None:
    guard = backend.find("AWS::AppSync::FunctionConfiguration", "greetGuard")["Properties"]
    guard["Code"] += "// more\n"


def with_key(backend: Backend) -> None:
    backend.find("AWS::AppSync::ApiKey")["Properties"]["Expires"] += 86400


def failure_of(deployer: Deployer, backend: Backend) -> Failure | None:
    """How the deployment fails, as the loop would put it; None if it works."""
    try:
        deployer.deploy(backend)
    except Exception as error:  # noqa: BLE001 - whatever comes out is what users are shown
        return failure_from_exception(error, deployer.target)
    return None


def test_each_action_of_a_deployment(deployed: Deployer, deployed_aws: Aws) -> None:
    deployed.restart()
    assert deployed.deploy(with_a_role(deployed.edited())).plan.method is Method.CLOUDFORMATION
    needed = {call.action: call for call in deployed_aws.calls}
    worked = set()
    for action, call in needed.items():
        deployed_aws.clear()
        deployed_aws.faults.deny(action)
        deployed.restart()  # the account and the roles are remembered
        failure = failure_of(deployed, with_a_role(deployed.edited()))
        if failure is None:
            worked.add(action)
            continue
        text = " ".join((failure.title, failure.reason, failure.fix))
        assert call.request.permission in failure.title, text
        assert (call.role or "Your AWS credentials") in failure.title, text
    # Without UpdateStack, a change set does it.
    assert worked == {"ssm:GetParameter", "sts:AssumeRole", "cloudformation:UpdateStack"}
    deployed_aws.clear()
    assert failure_of(deployed, with_a_role(deployed.edited())) is None


@pytest.mark.parametrize(
    ("change", "action"),
    [
        (with_code, "lambda:UpdateFunctionCode"),
        (with_settings, "lambda:UpdateFunctionConfiguration"),
        (with_files, "lambda:Invoke"),
        (with_schema, "appsync:StartSchemaCreation"),
        (with_schema, "appsync:GetSchemaCreationStatus"),
        (with_resolver, "appsync:UpdateResolver"),
        (with_function, "appsync:UpdateFunction"),
        (with_key, "appsync:UpdateApiKey"),
    ],
)
def test_a_swap_that_is_denied_is_left_to_cloudformation(
    deployed: Deployer, deployed_aws: Aws, change: Callable[[Backend], None], action: str
) -> None:
    fault = deployed_aws.faults.deny(action)
    deployed.restart()  # what was denied is remembered
    backend = deployed.edited()
    change(backend)
    assert deployed.deploy(backend).plan.method is Method.HOTSWAP
    assert fault.met == 1
    assert len(deployed_aws.calls.of("cloudformation:UpdateStack")) == 1
    assert deployed.prepare(backend).plan.method is Method.NONE
