"""What goes wrong between here and AWS: told in words, survived by the loop, mended by a retry."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import botocore.endpoint
import pytest
from botocore.retries.bucket import TokenBucket

from tests.aws_moto.aws import Aws
from tests.aws_moto.backends import Backend
from tests.aws_moto.faults import Answer, Faults
from tests.aws_moto.requests import Request
from tests.aws_moto.sandbox import Deployer, Loop
from tests.aws_moto.test_denied import failure_of, with_a_role, with_code
from workbench.aws.target import AwsTarget
from workbench.loop.options import SandboxOptions
from workbench.model.deployment import DeploymentResult, Method

EVENTS = "cloudformation:DescribeStackEvents"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore's pauses before it asks again: they add up to a minute for one call."""
    quick = SimpleNamespace(sleep=lambda seconds: threading.Event().wait(seconds / 200))
    monkeypatch.setattr(botocore.endpoint, "time", quick)
    monkeypatch.setattr(TokenBucket, "acquire", lambda *_, **__: True)


def expired(faults: Faults) -> None:
    faults.expire("*")


def gateway(faults: Faults) -> None:
    faults.html("lambda:*", 502)


def login_page(faults: Faults) -> None:
    faults.html("*", 200)


def wrong_clock(faults: Faults) -> None:
    faults.clock_offset = 12 * 3600


def throttled(faults: Faults) -> None:
    faults.throttle("lambda:UpdateFunctionCode")


def internal(faults: Faults) -> None:
    faults.error("lambda:*", "ServiceException", "An internal error occurred.", status=500)


def test_the_loop_goes_on_after_each_fault(target: AwsTarget, aws: Aws, tmp_path: Path) -> None:
    faults: dict[Callable[[Faults], None], str] = {
        expired: "The AWS session of profile moto has expired",
        gateway: "something that is not its API",
        login_page: "something that is not its API",
        wrong_clock: "This machine's clock is wrong",
        throttled: "AWS asked to slow down",
        internal: "An internal error occurred",
    }
    backend = Backend.load("python")
    with Loop(tmp_path / "project", target, backend, SandboxOptions(type_check=False)) as loop:
        count = itertools.count(1)
        assert loop.until_finished(next(count)).result is DeploymentResult.SUCCEEDED
        for fault, words in faults.items():
            fault(aws.faults)
            with_code(backend)
            loop.save(backend.copy())
            failed = loop.until_finished(next(count))
            assert failed.failure is not None, fault
            said = " ".join((failed.failure.title, failed.failure.reason))
            assert words in said
            assert "error of amplify-tui" not in failed.failure.fix
            aws.faults.clear()
            with_code(backend)
            loop.save(backend.copy())
            worked = loop.until_finished(next(count))
            assert worked.result is DeploymentResult.SUCCEEDED, (fault, worked.failure)


def test_thirty_throttles_do_not_end_a_deployment(deployed: Deployer, deployed_aws: Aws) -> None:
    fault = deployed_aws.faults.throttle(EVENTS, 30)
    assert failure_of(deployed, with_a_role(deployed.edited())) is None
    assert fault.met == 30


def test_a_page_does_not_hide_why_a_deployment_failed(
    deployed: Deployer, deployed_aws: Aws
) -> None:
    deployed_aws.fail_resource("TodoIAMRole", "UPDATE", "Not now")
    deployed_aws.faults.html("cloudformation:ListStackResources", 500)
    failure = failure_of(deployed, with_a_role(deployed.edited()))
    assert failure is not None
    assert failure.construct_path == "data/amplifyData/Todo/TodoIAMRole"
    assert failure.reason == "Not now"


def test_what_was_just_made_may_not_be_seen_yet(deployer: Deployer, aws: Aws) -> None:
    def made(_request: Request) -> bool:
        return bool(aws.calls.of("cloudformation:CreateStack"))

    def nested(request: Request) -> bool:
        return "-auth" in request.parameters["StackName"]

    faults = [
        aws.faults.appears_after(EVENTS, 2, when=made),
        aws.faults.appears_after("cloudformation:DescribeStacks", 1, when=made),
        aws.faults.appears_after("cloudformation:DescribeStacks", 1, when=nested),
        aws.faults.appears_after("cloudformation:ListStackResources", 1, when=nested),
    ]
    deployer.deploy(Backend.load("python"))
    assert [fault.met for fault in faults] == [2, 1, 1, 1]
    assert deployer.outputs["data"]["api_key"]
    deployer.restart()
    assert deployer.prepare(Backend.load("python")).plan.method is Method.NONE


def test_a_function_that_is_being_updated_is_waited_for(
    deployed: Deployer, deployed_aws: Aws
) -> None:
    def in_progress(_request: Request) -> Answer:
        body = {"Configuration": {"State": "Active", "LastUpdateStatus": "InProgress"}}
        return Answer(200, json.dumps(body).encode(), "application/json")

    fault = deployed_aws.faults.add("lambda:GetFunction", in_progress, times=1)
    busy = deployed_aws.faults.error(
        "lambda:UpdateFunctionCode",
        "ResourceConflictException",
        "The operation cannot be performed at this time. An update is in progress for resource",
        status=409,
        times=1,
    )
    backend = deployed.edited()
    with_code(backend)
    assert failure_of(deployed, backend) is None
    assert (fault.met, busy.met) == (1, 1)
