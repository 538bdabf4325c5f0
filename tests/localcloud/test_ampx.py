"""``ampx`` from npm works against the local cloud with nothing but our environment variables."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud.environment import shell_lines
from workbench.project.node_runtime import NodeRuntime

pytestmark = pytest.mark.npm

AMPX_TIMEOUT = 600


def _ampx(
    project: Path, target: LocalTarget, node: NodeRuntime, command: str
) -> subprocess.CompletedProcess[str]:
    """Run ampx in a shell that was pointed at the local cloud with ``eval``."""
    base = {
        **os.environ,
        **node.environment(),
        "AWS_PROFILE": "not-this-one",
        "AMPLIFY_DISABLE_TELEMETRY": "1",
        "TMPDIR": str(project.parent),
        "npm_config_user_agent": "npm/10.0.0",
        "CI": "1",
    }
    script = f"{shell_lines(target, base)}\nexec node_modules/.bin/ampx {command}"
    return subprocess.run(
        ["sh", "-c", script],
        cwd=project,
        env=base,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=AMPX_TIMEOUT,
        check=False,
    )


def test_ampx_deploys_a_sandbox_and_generates_its_outputs(
    npm_project: Path, local_cloud: LocalTarget, node_runtime: NodeRuntime
) -> None:
    deployed = _ampx(npm_project, local_cloud, node_runtime, "sandbox --once --identifier me")
    outputs = npm_project / "amplify_outputs.json"
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    clients = Clients(local_cloud)
    described = clients.cloudformation.describe_stacks()["Stacks"]
    assert {stack["StackStatus"] for stack in described} == {"CREATE_COMPLETE"}, deployed.stdout
    written = json.loads(outputs.read_text())
    assert [t for t in clients.dynamodb.list_tables()["TableNames"] if t.startswith("Todo-")]

    outputs.unlink()
    command = "generate outputs"
    root = next(s["StackName"] for s in described if s["StackName"].count("-") == 4)
    generated = _ampx(npm_project, local_cloud, node_runtime, f"{command} --stack {root}")
    assert generated.returncode == 0, generated.stdout + generated.stderr
    document = json.loads(outputs.read_text())
    assert document == written
    assert document["data"]["url"].lower().startswith(local_cloud.endpoint)
    assert "Todo" in document["data"]["model_introspection"]["models"]
    pools = clients.cognito_idp.list_user_pools(MaxResults=10)["UserPools"]
    assert [pool["Id"] for pool in pools] == [document["auth"]["user_pool_id"]]


def test_ampx_says_that_a_missing_stack_is_missing(
    npm_project: Path, local_cloud: LocalTarget, node_runtime: NodeRuntime
) -> None:
    done = _ampx(npm_project, local_cloud, node_runtime, "generate outputs --stack amplify-no")
    assert done.returncode != 0
    assert "does not exist" in done.stdout + done.stderr
