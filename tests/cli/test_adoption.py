"""A sandbox that is killed while CloudFormation works: the next start adopts and finishes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.sandbox_process import Said, SandboxProcess
from workbench.localcloud import lifecycle

pytestmark = [pytest.mark.npm, pytest.mark.cloud]

_WAITING = """
import { CustomResource, Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

const slow = backend.createStack('slow');
const provider = new lambda.Function(slow, 'Provider', {
  runtime: lambda.Runtime.PYTHON_3_12,
  handler: 'index.handler',
  timeout: Duration.minutes(10),
  code: lambda.Code.fromInline(`
import json, os, time, urllib.request
def handler(event, context):
    while not os.path.exists("GATE"):
        time.sleep(0.05)
    answer = {"Status": "SUCCESS", "PhysicalResourceId": "slow",
              **{k: event[k] for k in ("StackId", "RequestId", "LogicalResourceId")}}
    body = json.dumps(answer).encode()
    request = urllib.request.Request(event["ResponseURL"], body, method="PUT")
    urllib.request.urlopen(request)
`),
});
new CustomResource(slow, 'Thing', {
  serviceToken: provider.functionArn,
  properties: { turn: 'TURN' },
});
"""


@pytest.fixture
def project(npm_project: Path) -> Iterator[Path]:
    yield npm_project
    lifecycle.stop(npm_project / ".amplify" / "local-cloud")


def thing_begins(event: Said) -> bool:
    """Whether the custom resource that waits for the gate is at work."""
    return event["kind"] == "resource" and (
        "Thing" in str(event["resource"]["logical_id"])
        and str(event["resource"]["status"]) == "UPDATE_IN_PROGRESS"
    )


def test_an_update_goes_on_without_the_sandbox_and_is_adopted(
    project: Path, tmp_path: Path
) -> None:
    backend = project / "amplify" / "backend.ts"
    plain = backend.read_text().replace("defineBackend({", "const backend = defineBackend({")
    plain = plain.replace("const backend = const backend =", "const backend =")

    gate = tmp_path / "gate"

    def save(turn: str) -> None:
        backend.write_text(plain + _WAITING.replace("TURN", turn).replace("GATE", str(gate)))

    gate.touch()
    save("first")
    sandbox = _start(project)
    try:
        assert sandbox.finished()["result"] == "succeeded"
        sandbox.settled()
        for keep_snapshot in (True, False):
            gate.unlink()
            save(f"kept {keep_snapshot}")
            sandbox.until(thing_begins)
            sandbox.kill()
            if not keep_snapshot:
                folder = project / ".amplify" / "workbench" / "adopt" / "local"
                (folder / "live.json").unlink()
            sandbox = _start(project)
            _it_adopts_and_goes_on(sandbox, gate)
            save(f"after {keep_snapshot}")
            assert sandbox.finished()["result"] == "succeeded"
            sandbox.settled()
        assert json.loads((project / "amplify_outputs.json").read_text())["version"] == "1.5"
    finally:
        sandbox.kill()


def _start(project: Path) -> SandboxProcess:
    return SandboxProcess(project, "--identifier", "adopt", "--no-type-check")


def _it_adopts_and_goes_on(sandbox: SandboxProcess, gate: Path) -> None:
    begun = sandbox.until(lambda event: event["kind"] == "deployment-started")
    assert begun["trigger"]["kind"] == "adopt"
    sandbox.until(thing_begins)
    gate.touch()
    told = sandbox.until(
        lambda event: (
            event["kind"] == "resource" and event["resource"]["status"] == "UPDATE_COMPLETE"
        )
    )
    assert "/" in told["resource"]["construct_path"]
    assert sandbox.finished()["result"] == "succeeded"
    assert sandbox.finished()["result"] in ("no change", "succeeded")
    assert sandbox.settled()["state"] == "watching"
    interrupted = [
        event
        for event in sandbox.said
        if event["kind"] == "deployment-finished" and event["result"] == "interrupted"
    ]
    assert len(interrupted) == 1
