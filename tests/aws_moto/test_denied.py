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


def with_swaps(backend: Backend) -> Backend:
    """One more change of each kind that is hot-swapped."""
    number = next(NUMBERS)
    backend.change_asset("handler.py", f"def handler(event, context):\n    return {number}\n")
    backend.find("AWS::Lambda::Function", "greeting")["Properties"]["Timeout"] = 3 + number % 9
    backend.find("AWS::AppSync::Resolver", "QueryGetTodo")["Properties"]["Code"] += f"// {number}\n"
    guard = backend.find("AWS::AppSync::FunctionConfiguration", "greetGuard")
    guard["Properties"]["Code"] += f"// {number}\n"
    backend.find("AWS::AppSync::ApiKey")["Properties"]["Expires"] += 86400
    backend.change_text("type Query @aws_iam", f"# {number}\ntype Query @aws_iam")
    backend.change_text("type Todo @model", f"# {number}\ntype Todo @model")
    return backend


def with_a_role(backend: Backend) -> Backend:
    """A change that only CloudFormation can make."""
    role = backend.find("AWS::IAM::Role", "TodoIAMRole")["Properties"]
    role["Description"] = f"The {next(NUMBERS)}th"
    return backend


def failure_of(deployer: Deployer, backend: Backend) -> Failure | None:
    """How the deployment fails, as the loop would put it; None if it works."""
    try:
        deployer.deploy(backend)
    except Exception as error:  # noqa: BLE001 - whatever comes out is what users are shown
        return failure_from_exception(error, deployer.target)
    return None


SWAPS = {
    "appsync:GetSchemaCreationStatus",
    "appsync:StartSchemaCreation",
    "appsync:UpdateApiKey",
    "appsync:UpdateFunction",
    "appsync:UpdateResolver",
    "lambda:Invoke",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
}
"""Without these, CloudFormation does it."""


@pytest.mark.parametrize(
    ("change", "method", "dispensable"),
    [
        (with_swaps, Method.HOTSWAP, {"ssm:GetParameter", "sts:AssumeRole", *SWAPS}),
        # Without UpdateStack, a change set does it.
        (
            with_a_role,
            Method.CLOUDFORMATION,
            {"ssm:GetParameter", "sts:AssumeRole", "cloudformation:UpdateStack"},
        ),
    ],
)
def test_each_action_of_a_deployment(
    deployed: Deployer,
    deployed_aws: Aws,
    change: Callable[[Backend], Backend],
    method: Method,
    dispensable: set[str],
) -> None:
    deployed.restart()
    assert deployed.deploy(change(deployed.edited())).plan.method is method
    needed = {call.action: call for call in deployed_aws.calls}
    worked = set()
    for action, call in needed.items():
        deployed_aws.clear()
        deployed_aws.faults.deny(action)
        deployed.restart()  # accounts, roles and refusals are remembered
        failure = failure_of(deployed, change(deployed.edited()))
        if failure is None:
            worked.add(action)
            continue
        text = " ".join((failure.title, failure.reason, failure.fix))
        assert call.request.permission in failure.title, text
        assert (call.role or "Your AWS credentials") in failure.title, text
    assert worked == dispensable
    deployed_aws.clear()
    assert failure_of(deployed, change(deployed.edited())) is None
