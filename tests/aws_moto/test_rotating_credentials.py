"""Deployments that take longer than the credentials that began them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.aws.credential_process import RotatingProcess
from tests.aws_moto.aws import Aws, write_profile
from tests.aws_moto.backends import Backend
from tests.aws_moto.conftest import enter
from tests.aws_moto.sandbox import Deployer, aws_target
from workbench.aws.clients import Clients
from workbench.aws.credentials import identify
from workbench.model.user_problem import UserProblem


@pytest.fixture
def process(aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RotatingProcess:
    """The profile ``moto`` takes its keys from a process that gives new ones at each run."""
    rotating = RotatingProcess(tmp_path, seconds=3600)
    profile = write_profile(
        tmp_path / "aws",
        aws.endpoint,
        settings={"credential_process": rotating.command},
        keys=None,
    )
    enter(profile, monkeypatch)
    return rotating


def test_a_deployment_is_followed_with_new_credentials(
    aws: Aws, process: RotatingProcess, tmp_path: Path
) -> None:
    deployer = Deployer(tmp_path / "project", aws_target("moto"))
    gate = aws.hold_stacks()
    with ThreadPoolExecutor(1) as pool:
        deployment = pool.submit(deployer.deploy, Backend.load("python"))
        aws.calls.wait_for("cloudformation:DescribeStackEvents")
        first = process.newest_key
        ended = {call.request.key for call in aws.calls}
        aws.faults.expire(when=lambda request: request.key in ended)
        gate.set()
        deployment.result(timeout=120)
    assert deployer.live() is not None
    keys = [call.request.key for call in aws.calls.of("sts:AssumeRole") if call.status == 200]
    assert set(keys) == {first, process.newest_key}
    assert keys == sorted(keys), "a key that was replaced signed an AssumeRole"
    refused = [call for call in aws.calls if call.status in (400, 403)]
    assert len(refused) < 10, "each client asks once with the old keys"


def test_a_wrong_clock_is_told(aws: Aws, process: RotatingProcess) -> None:
    message = "Signature expired: 20260101T000000Z is now earlier than 20260101T005500Z"
    aws.faults.error("sts:GetCallerIdentity", "SignatureDoesNotMatch", message)
    with pytest.raises(UserProblem, match="This machine's clock is wrong"):
        identify(Clients(aws_target("moto")))
