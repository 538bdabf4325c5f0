"""Stacks that are stuck half way are repaired by the next deployment, on a real local cloud."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from workbench.aws.clients import Clients
from workbench.deploy.execute.cloudformation import StackRequest, deploy_stack
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.live.stack_state import read_stack_state

STACK = "amplify-repair-me-sandbox-0123456789"
BUCKET = "cdk-hnb659fds-assets-000000000000-us-east-1"
FUNCTION = "stubborn"

_CODE = """
import json, os, urllib.request
def handler(event, context):
    refused = event["RequestType"] == "Update" and os.environ["MODE"] == "refuse"
    answer = {"Status": "FAILED" if refused else "SUCCESS", "Reason": "not now",
              "PhysicalResourceId": "thing",
              **{k: event[k] for k in ("StackId", "RequestId", "LogicalResourceId")}}
    body = json.dumps(answer).encode()
    request = urllib.request.Request(event["ResponseURL"], body, method="PUT")
    urllib.request.urlopen(request)
"""


class StubbornStack:
    """A stack whose custom resource refuses every update until it is allowed."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients

    def template(self, turn: str) -> str:
        function = {
            "FunctionName": FUNCTION,
            "Runtime": "python3.12",
            "Handler": "index.handler",
            "Role": "arn:aws:iam::000000000000:role/any",
            "Environment": {"Variables": {"MODE": "refuse"}},
            "Code": {"ZipFile": _CODE},
        }
        thing = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "Turn": turn}
        return json.dumps(
            {
                "Resources": {
                    "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
                    "Thing": {"Type": "Custom::Thing", "Properties": thing},
                }
            }
        )

    def deploy(self, turn: str) -> bool:
        body = self.template(turn).encode()
        self.clients.s3.put_object(Bucket=BUCKET, Key=f"{turn}.json", Body=body)
        url = f"{self.clients.s3.meta.endpoint_url}/{BUCKET}/{turn}.json"
        request = StackRequest(STACK, url, tags={})
        return deploy_stack(self.clients, request, lambda _: None, _name).changed

    def status(self) -> str:
        state = read_stack_state(self.clients, STACK)
        return state.status if state else "none"

    def settled(self) -> str:
        deadline = time.monotonic() + 60
        while self.status().endswith("_IN_PROGRESS") and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.status()

    def allow(self) -> None:
        self.clients.lambda_.update_function_configuration(
            FunctionName=FUNCTION, Environment={"Variables": {"MODE": "allow"}}
        )


def _name(path: tuple[str, ...], logical_id: str) -> str:
    return "/".join((*path, f"construct-of-{logical_id}"))


@pytest.fixture
def stubborn(clients: Clients) -> StubbornStack:
    made = StubbornStack(clients)
    assert made.deploy("one")
    return made


def test_a_failed_rollback_is_continued_or_offers_to_recreate(stubborn: StubbornStack) -> None:
    with pytest.raises(DeploymentProblem) as failed:
        stubborn.deploy("two")
    assert failed.value.failure.construct_path == "construct-of-Thing"
    assert stubborn.status() == "UPDATE_ROLLBACK_FAILED"

    with pytest.raises(DeploymentProblem) as stuck:
        stubborn.deploy("three")
    assert stuck.value.failure.offer == "recreate"
    assert stuck.value.failure.construct_path == "construct-of-Thing"
    assert stubborn.status() == "UPDATE_ROLLBACK_FAILED"

    stubborn.allow()
    assert stubborn.deploy("three")
    assert stubborn.status() == "UPDATE_COMPLETE"


def test_a_failed_update_that_was_not_rolled_back_is_rolled_back_first(
    stubborn: StubbornStack,
) -> None:
    stubborn.clients.cloudformation.update_stack(
        StackName=STACK, TemplateBody=stubborn.template("two"), DisableRollback=True
    )
    assert stubborn.settled() == "UPDATE_FAILED"
    stubborn.allow()
    seen: list[Any] = []
    stubborn.clients.cloudformation.meta.events.register(
        "before-call.cloudformation", lambda model, **_: seen.append(model.name)
    )
    assert stubborn.deploy("three")
    assert "RollbackStack" in seen
    assert stubborn.status() == "UPDATE_COMPLETE"
