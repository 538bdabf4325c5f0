"""Stacks in states that no deployment repairs: each ends in a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from moto.cloudformation.models import cloudformation_backends

from tests.aws_moto.aws import ACCOUNT, REGION, Aws
from tests.aws_moto.sandbox import Deployer
from tests.aws_moto.test_update_calls import changed
from workbench.deploy.failure.failure import DeploymentProblem, failure_from_exception


def root_of(deployer: Deployer) -> Any:
    stacks = cloudformation_backends[ACCOUNT][REGION].stacks
    (root,) = [stack for stack in stacks.values() if stack.name == deployer.stack_name]
    return root


@pytest.mark.parametrize("status", ["IMPORT_ROLLBACK_FAILED", "DELETE_FAILED"])
def test_a_state_without_a_way_out(deployed: Deployer, status: str) -> None:
    root_of(deployed).status = status
    with pytest.raises(DeploymentProblem) as stuck:
        deployed.deploy(changed(deployed))
    failure = stuck.value.failure
    assert status in failure.reason
    assert failure.offer == "recreate"
    root_of(deployed).status = "UPDATE_COMPLETE"


@pytest.mark.parametrize("status", ["IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"])
def test_a_state_that_takes_updates(deployed: Deployer, status: str) -> None:
    root_of(deployed).status = status
    deployed.deploy(changed(deployed))


def test_a_protected_stack_is_not_deleted(deployed: Deployer) -> None:
    root_of(deployed).enable_termination_protection = True
    with pytest.raises(Exception, match="TerminationProtection is enabled") as refused:
        deployed.delete()
    failure = failure_from_exception(refused.value, deployed.target)
    assert failure.title == "The stack is protected from deletion"
    root_of(deployed).enable_termination_protection = False


def test_a_stack_that_goes_at_the_last_moment(deployed: Deployer, deployed_aws: Aws) -> None:
    text = "Stack [arn:aws:cloudformation:us-east-1:1:stack/x/y] does not exist"
    deployed_aws.faults.error("cloudformation:UpdateStack", "ValidationError", text)
    with pytest.raises(DeploymentProblem, match="The stack is gone"):
        deployed.deploy(changed(deployed))
