"""Two developers with one sandbox: neither deploys over the other without a word."""

from __future__ import annotations

import threading

import pytest

from tests.aws_moto.aws import Aws
from tests.aws_moto.backends import Backend
from tests.aws_moto.sandbox import Deployer
from tests.aws_moto.test_stack_states import with_another_role
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.model.deployment import Method
from workbench.model.events import AnyEvent, LogLine


def told(events: list[AnyEvent]) -> str:
    return "\n".join(event.text for event in events if isinstance(event, LogLine))


def changed(timeout: int) -> Backend:
    backend = with_another_role(Backend.load("python"))
    backend.find("AWS::Lambda::Function", "greeting")["Properties"]["Timeout"] = timeout
    return backend


def test_what_someone_else_deployed_is_said_once_and_compared_with(
    deployer: Deployer, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "ann")
    deployer.deploy(Backend.load("python"))
    monkeypatch.setenv("LOGNAME", "bob")
    other = Deployer(deployer.root.with_name("bobs"), deployer.target)
    other.deploy(changed(20))
    assert "bob" not in told(other.events)

    monkeypatch.setenv("LOGNAME", "ann")
    aws.calls.clear()
    deployer.events.clear()
    prepared = deployer.prepare(Backend.load("python"))
    assert "was changed since your last deployment (amplify-tui of bob-at-" in told(deployer.events)
    assert prepared.plan.method is Method.CLOUDFORMATION
    assert any(change.type == "AWS::IAM::Role" for change in prepared.diff.changes)
    assert len(aws.calls.of("cloudformation:DescribeStackEvents")) == 1
    deployer.events.clear()
    deployer.prepare(Backend.load("python"))
    assert told(deployer.events) == ""

    # A new session knows from the last one's notes; an own interrupted deployment is no news.
    other.restart()
    deployer.stack.execute(deployer.prepare(Backend.load("python")), 2)
    other.events.clear()
    monkeypatch.setenv("LOGNAME", "bob")
    other.prepare(changed(20))
    assert "amplify-tui of ann-at-" in told(other.events)
    other.events.clear()
    other.restart()
    monkeypatch.setenv("LOGNAME", "ann")
    other.prepare(changed(20))
    assert told(other.events) == ""


def test_a_deletion_by_someone_else_is_said(deployer: Deployer, aws: Aws) -> None:
    deployer.deploy(Backend.load("python"))
    Deployer(deployer.root.with_name("bobs"), deployer.target).delete()
    deployer.restart()
    deployer.events.clear()
    assert deployer.prepare(Backend.load("python")).diff.first
    assert "was deleted since your last deployment" in told(deployer.events)
    deployer.deploy(Backend.load("python"))
    deployer.delete()
    deployer.events.clear()
    deployer.prepare(Backend.load("python"))
    assert told(deployer.events) == "", "one's own deletion is no news"


def test_a_deployment_that_runs_is_waited_for(deployer: Deployer, aws: Aws) -> None:
    deployer.deploy(Backend.load("python"))
    other = Deployer(deployer.root.with_name("bobs"), deployer.target)
    released = aws.hold_stacks()
    working = threading.Thread(target=lambda: other.deploy(changed(20)))
    working.start()
    aws.calls.wait_for("cloudformation:UpdateStack")
    threading.Timer(0.5, released.set).start()
    deployer.events.clear()
    prepared = deployer.prepare(changed(20))
    working.join(30)
    assert "waiting for the end" in told(deployer.events)
    assert prepared.plan.method is Method.NONE


def test_what_changed_after_the_plan_is_not_deployed_over(deployer: Deployer, aws: Aws) -> None:
    deployer.deploy(Backend.load("python"))
    prepared = deployer.prepare(changed(20))
    other = Deployer(deployer.root.with_name("bobs"), deployer.target)
    other.deploy(changed(30))
    aws.calls.clear()
    with pytest.raises(DeploymentProblem, match="while this deployment was prepared") as refused:
        deployer.stack.execute(prepared, 2)
    assert "amplify-tui of" in refused.value.failure.reason
    assert "cloudformation:UpdateStack" not in aws.calls.actions
    deployer.deploy(changed(20))
    assert deployer.prepare(changed(20)).plan.method is Method.NONE
