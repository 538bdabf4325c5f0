"""Swaps beyond functions and AppSync, and those that the credentials may not do."""

from __future__ import annotations

import json
from typing import Any

from tests.aws_moto.aws import Aws
from tests.aws_moto.backends import Backend
from tests.aws_moto.faults import Answer
from tests.aws_moto.requests import Request
from tests.aws_moto.sandbox import Deployer
from workbench.deploy.plan.instructions import SwapBuildProject, SwapResource
from workbench.deploy.plan.plan import DENIED
from workbench.model.deployment import Method
from workbench.model.events import LogLine, PlanMade


class CloudControl:
    """Answers Cloud Control, which moto does not have: each update runs, then ends as told."""

    def __init__(self, ending: dict[str, str]) -> None:
        self.asked: list[dict[str, Any]] = []
        self._ending = ending

    def __call__(self, request: Request) -> Answer | None:
        if request.service != "cloudcontrol":
            return None
        self.asked.append(dict(request.parameters))
        running = request.operation == "UpdateResource"
        event = {"OperationStatus": "PENDING", "RequestToken": "t"} if running else self._ending
        return Answer(200, json.dumps({"ProgressEvent": event}).encode(), "application/x-amz-json")


def with_state_machine(definition: str) -> Backend:
    backend = Backend.load("python")
    backend.root["Resources"]["Machine"] = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": "arn:aws:iam::123456789012:role/machine",
            "DefinitionString": {"Fn::Join": ["", [definition, {"Ref": "AWS::Region"}]]},
        },
    }
    return backend


def test_a_state_machine_is_swapped_by_cloud_control(deployer: Deployer, aws: Aws) -> None:
    deployer.deploy(with_state_machine("one "))
    control = CloudControl({"OperationStatus": "SUCCESS"})
    aws.extra.append(control)
    prepared = deployer.deploy(with_state_machine("two "))
    (swap,) = [step for step in prepared.plan.steps if isinstance(step, SwapResource)]
    update, _status = control.asked
    assert update["TypeName"] == "AWS::StepFunctions::StateMachine"
    assert update["Identifier"] == swap.target.physical_id
    assert json.loads(update["PatchDocument"]) == [
        {"op": "add", "path": "/DefinitionString", "value": "two us-east-1"}
    ]
    assert deployer.prepare(with_state_machine("two ")).plan.method is Method.NONE

    # CloudFormation, which believes the first definition, would not touch it on the way back.
    back = with_state_machine("one ")
    back.root["Resources"]["More"] = {"Type": "AWS::SNS::Topic", "Properties": {}}
    assert deployer.deploy(back).plan.method is Method.CLOUDFORMATION
    assert json.loads(control.asked[2]["PatchDocument"])[0]["value"] == "one us-east-1"


def test_what_the_handler_may_not_do_is_cloudformations(deployer: Deployer, aws: Aws) -> None:
    deployer.deploy(with_state_machine("one "))
    ending = {"OperationStatus": "FAILED", "ErrorCode": "AccessDenied", "StatusMessage": "no"}
    control = CloudControl(ending)
    aws.extra.append(control)
    deployer.deploy(with_state_machine("two "))
    assert len(aws.calls.of("cloudformation:UpdateStack")) == 1
    assert deployer.prepare(with_state_machine("two ")).plan.method is Method.NONE


def test_a_denied_swap_is_cloudformations_for_the_whole_session(
    deployer: Deployer, aws: Aws
) -> None:
    deployer.deploy(Backend.load("python"))
    aws.faults.deny("lambda:UpdateFunctionCode")
    aws.calls.clear()
    changed = Backend.load("python")
    changed.change_asset("handler.py", "def handler(event, context):\n    return 1\n")
    assert deployer.deploy(changed).plan.method is Method.HOTSWAP
    assert len(aws.calls.of("cloudformation:UpdateStack")) == 1
    made = [event for event in deployer.events if isinstance(event, PlanMade)]
    assert made[-1].method is Method.CLOUDFORMATION
    warned = [event.text for event in deployer.events if isinstance(event, LogLine)]
    assert any("CloudFormation does it instead" in text for text in warned)
    assert deployer.prepare(changed).plan.method is Method.NONE

    aws.calls.clear()
    again = Backend.load("python")
    again.change_asset("handler.py", "def handler(event, context):\n    return 2\n")
    prepared = deployer.deploy(again)
    assert prepared.plan.method is Method.CLOUDFORMATION
    assert DENIED in prepared.plan.reasons[0]
    assert "lambda:UpdateFunctionCode" not in aws.calls.actions
    deployer.restart()
    assert deployer.prepare(Backend.load("python")).plan.method is Method.HOTSWAP


def test_a_build_project_is_swapped(deployer: Deployer, aws: Aws) -> None:
    def backend(version: str) -> Backend:
        made = Backend.load("python")
        made.root["Resources"] |= {
            "Build": {
                "Type": "AWS::CodeBuild::Project",
                "Properties": {
                    "Name": "build",
                    "ServiceRole": "role",
                    "Artifacts": {"Type": "NO_ARTIFACTS"},
                    "Source": {"Type": "NO_SOURCE", "BuildSpec": f"version: {version}"},
                    "Environment": {
                        "ComputeType": "BUILD_GENERAL1_SMALL",
                        "Image": "image",
                        "Type": "LINUX_CONTAINER",
                    },
                },
            },
        }
        return made

    def update(request: Request) -> Answer | None:  # moto's CodeBuild has no such call
        asked = request.action == "codebuild:UpdateProject"
        return Answer(200, b"{}", "application/x-amz-json-1.1") if asked else None

    aws.extra.append(update)
    deployer.deploy(backend("1"))
    plan = deployer.deploy(backend("2")).plan
    assert any(isinstance(step, SwapBuildProject) for step in plan.steps), plan.reasons
    (build,) = aws.calls.of("codebuild:UpdateProject")
    assert build.request.parameters["source"] == {"type": "NO_SOURCE", "buildspec": "version: 2"}
    assert deployer.prepare(backend("2")).plan.method is Method.NONE
