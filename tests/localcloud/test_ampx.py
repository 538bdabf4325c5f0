"""``ampx`` from npm works against the local cloud with nothing but our environment variables."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.sandbox_process import SandboxProcess, run_command
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle
from workbench.localcloud.env_vars import shell_lines
from workbench.project.node_runtime import NodeRuntime

pytestmark = [pytest.mark.npm, pytest.mark.cloud]

AMPX_TIMEOUT = 600
FOREIGN = "Another tool has deployed from this folder"
OURS = ("--identifier", "me", "--no-type-check")


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


@pytest.fixture
def project_cloud(npm_project: Path) -> Iterator[LocalTarget]:
    """The local cloud that ``amplify-tui`` itself uses in the project."""
    folder = npm_project / ".amplify" / "local-cloud"
    yield lifecycle.start(folder)
    lifecycle.stop(folder)


def _told(sandbox: SandboxProcess, result: str) -> str:
    """All that a sandbox tells until its next deployment ended as expected."""
    before = len(sandbox.said)
    finished = sandbox.finished()
    assert finished["result"] == result, finished
    return json.dumps(sandbox.said[before:])


def test_ampx_deploys_generates_outputs_takes_turns_with_us_and_deletes(
    npm_project: Path, project_cloud: LocalTarget, node_runtime: NodeRuntime
) -> None:
    local_cloud = project_cloud
    # Without this ampx checks no types, which takes it 10 s for each deployment.
    (npm_project / "amplify" / "tsconfig.json").unlink()
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

    model = npm_project / "amplify" / "data" / "resource.ts"
    good = model.read_text()

    def fields() -> set[str]:
        data = json.loads(outputs.read_text())["data"]
        return set(data["model_introspection"]["models"]["Todo"]["fields"])

    def live_schema() -> str:
        (api,) = clients.appsync.list_graphql_apis()["graphqlApis"]
        answer = clients.appsync.get_introspection_schema(apiId=api["apiId"], format="SDL")
        return answer["schema"].read().decode()

    ours = good.replace("a.string()", "a.string(), ours: a.integer()")
    model.write_text(ours)
    with SandboxProcess(npm_project, *OURS) as watching:
        assert FOREIGN in _told(watching, "succeeded")
        assert "ours" in fields()
        watching.settled()
        model.write_text(ours + "// and nothing that is deployed")
        assert FOREIGN not in _told(watching, "no change")
        # Killed, it may not have written its end yet: the next one would call it interrupted.
        assert watching.end(signal.SIGINT) == 130
    model.write_text(good.replace("a.string()", "a.string(), theirs: a.integer()"))
    theirs = _ampx(npm_project, local_cloud, node_runtime, "sandbox --once --identifier me")
    assert theirs.returncode == 0, theirs.stdout + theirs.stderr
    assert fields() & {"ours", "theirs"} == {"theirs"}
    assert "theirs: Int" in live_schema()

    # CloudFormation and our snapshot both know nothing of ampx's hot-swap, and the source is again
    # what we deployed last. Neither a diff nor a synth that fails may make us forget.
    model.write_text(ours)
    shown = run_command(npm_project, "diff", "--local", "--identifier", "me")
    assert "data/amplifyData/GraphQLAPI" in shown.stdout, shown.stdout + shown.stderr
    model.write_text("throw new Error('not now');")
    with SandboxProcess(npm_project, *OURS) as watching:
        told = _told(watching, "failed")
        watching.settled()
        model.write_text(ours)
        assert FOREIGN in told + _told(watching, "succeeded")
        assert fields() & {"ours", "theirs"} == {"ours"}
        assert "ours: Int" in live_schema()
        assert "theirs" not in live_schema()
        assert watching.end(signal.SIGINT) == 130
    once = run_command(npm_project, "sandbox", "--once", "--local", *OURS)
    assert once.returncode == 0, once.stdout + once.stderr
    assert FOREIGN not in once.stdout + once.stderr

    command = "sandbox delete --yes --identifier me"
    gone = _ampx(npm_project, local_cloud, node_runtime, command)
    assert gone.returncode == 0, gone.stdout + gone.stderr
    assert clients.dynamodb.list_tables()["TableNames"] == []
    assert clients.cognito_idp.list_user_pools(MaxResults=10)["UserPools"] == []


def test_ampx_says_that_a_missing_stack_is_missing(
    npm_project: Path, local_cloud: LocalTarget, node_runtime: NodeRuntime
) -> None:
    done = _ampx(npm_project, local_cloud, node_runtime, "generate outputs --stack amplify-no")
    assert done.returncode != 0
    assert "does not exist" in done.stdout + done.stderr
