"""Functions run from a template and after a code swap, with the AWS SDK beside them."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.localcloud.conftest import Stacks
from tests.localcloud.server.test_autosave import LONGEST_LOSS
from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle
from workbench.localcloud.server import cdk_bootstrap
from workbench.localcloud.server_file import read_record

ESM = """
import { SSM } from '@aws-sdk/client-ssm';
import { spawnSync } from 'node:child_process';
export const handler = async (event) => {
  const answer = await new SSM({}).getParameter({ Name: '/greeting' });
  return { text: `${answer.Parameter.Value} ${event.name}`, version: %d, pid: process.pid };
};
"""


def _zip(name: str, text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, text)
    return content.getvalue()


@pytest.fixture
def project_cloud(npm_project: Path) -> Iterator[Clients]:
    """The local cloud where a project has it: under the project's own ``node_modules``."""
    folder = npm_project / ".amplify" / "local-cloud"
    yield Clients(lifecycle.start(folder))
    lifecycle.stop(folder)


def _deploy_function(clients: Clients, code: bytes) -> None:
    clients.client("s3").put_object(Bucket=cdk_bootstrap.STAGING_BUCKET, Key="f.zip", Body=code)
    function = {
        "FunctionName": "hello",
        "Code": {"S3Bucket": cdk_bootstrap.STAGING_BUCKET, "S3Key": "f.zip"},
        "Handler": "index.handler",
        "Runtime": "nodejs22.x",
        "Role": "arn:aws:iam::000000000000:role/any",
        "Timeout": 20,
    }
    template = {"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": function}}}
    cloudformation = clients.client("cloudformation")
    cloudformation.create_stack(StackName="app", TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="app", WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )


def _invoke(clients: Clients) -> dict[str, Any]:
    answer = clients.client("lambda").invoke(FunctionName="hello", Payload=b'{"name": "Ada"}')
    found: dict[str, Any] = json.loads(answer["Payload"].read())
    return found


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


@pytest.mark.npm
def test_a_bundled_function_runs_is_swapped_and_dies_with_the_server(
    project_cloud: Clients, npm_project: Path
) -> None:
    project_cloud.client("ssm").put_parameter(Name="/greeting", Value="Hello", Type="String")
    _deploy_function(project_cloud, _zip("index.mjs", ESM % 1))
    first = _invoke(project_cloud)
    assert (first["text"], first["version"]) == ("Hello Ada", 1)
    project_cloud.client("lambda").update_function_code(
        FunctionName="hello", ZipFile=_zip("index.mjs", ESM % 2)
    )
    second = _invoke(project_cloud)
    assert (second["text"], second["version"]) == ("Hello Ada", 2)

    record = read_record(npm_project / ".amplify" / "local-cloud")
    assert record is not None
    os.kill(record.pid, 9)
    deadline = time.monotonic() + 10
    while _is_alive(second["pid"]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_alive(second["pid"])


@pytest.mark.npm
def test_unpacked_functions_go_with_the_server_and_after_a_kill_with_the_next_one(
    npm_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = tmp_path / "system"
    system.mkdir()
    monkeypatch.setenv("TMPDIR", str(system))
    folder = npm_project / ".amplify" / "local-cloud"
    try:
        clients = Clients(lifecycle.start(folder))
        clients.client("ssm").put_parameter(Name="/greeting", Value="Hello", Type="String")
        _deploy_function(clients, _zip("index.mjs", ESM % 1))
        _invoke(clients)
        (killed,) = system.glob("amplify-tui-functions-*")
        assert any(killed.iterdir())
        record = read_record(folder)
        assert record is not None
        time.sleep(LONGEST_LOSS)  # a kill may cost what was made this moment: not the function
        os.kill(record.pid, 9)
        lifecycle.stop(folder)

        clients = Clients(lifecycle.start(folder))
        assert _invoke(clients)["text"] == "Hello Ada"
        (running,) = system.glob("amplify-tui-functions-*")
        assert running != killed
    finally:
        lifecycle.stop(folder)
    assert [path.name for path in system.iterdir()] == []


@pytest.mark.npm
def test_without_the_patch_the_sdk_is_missing(
    npm_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = npm_project / ".amplify" / "local-cloud"
    with monkeypatch.context() as patch:
        patch.setenv("AMPLIFY_TUI_LOCALCLOUD_WITHOUT_PATCHES", "lambda_functions.runtime")
        clients = Clients(lifecycle.start(folder))
    try:
        _deploy_function(clients, _zip("index.mjs", ESM % 1))
        assert "Cannot find package '@aws-sdk/client-ssm'" in _invoke(clients)["errorMessage"]
    finally:
        lifecycle.stop(folder)


COUNTING = {
    "python3.11": (
        "runs = 0\n\ndef handler(event, context):\n    global runs\n    runs += 1\n"
        "    if event:\n        raise ValueError('bang')\n    return runs\n"
    ),
    "nodejs20.x": (
        "let runs = 0;\nexport const handler = async (event) => {\n  runs += 1;\n"
        "  if (event) throw new TypeError('bang');\n  return runs;\n};\n"
    ),
}


@pytest.mark.parametrize("runtime", COUNTING)
def test_a_function_that_threw_goes_on_in_the_same_process(stacks: Stacks, runtime: str) -> None:
    function: Any = stacks.clients.lambda_
    name = "index.py" if runtime.startswith("python") else "index.mjs"
    function.create_function(
        FunctionName="counts",
        Runtime=runtime,
        Role="arn:aws:iam::000000000000:role/counts",
        Handler="index.handler",
        Code={"ZipFile": _zip(name, COUNTING[runtime])},
    )
    for throws, expected in ((False, 1), (True, None), (False, 3)):
        answer = function.invoke(FunctionName="counts", Payload=json.dumps(throws).encode())
        told = json.loads(answer["Payload"].read())
        if throws:
            assert (answer["FunctionError"], told["errorMessage"]) == ("Unhandled", "bang")
        else:
            assert told == expected
