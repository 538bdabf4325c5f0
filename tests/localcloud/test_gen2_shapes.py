"""A backend with most of what Amplify's guides show deploys, works and goes again."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle
from workbench.localcloud.server import cdk_bootstrap
from workbench.project.identity import secret_path, stack_name
from workbench.project.models import BackendIdentity
from workbench.project.node_runtime import NodeRuntime

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

pytestmark = pytest.mark.cloud

SHAPES = Path(__file__).with_name("shapes")
IDENTITY = BackendIdentity("shapes", "me")
STACK = stack_name(IDENTITY)


@pytest.fixture
def shapes(npm_modules: Path, tmp_path: Path, node_runtime: NodeRuntime) -> Path:
    """The project, synthesised into its ``out`` folder."""
    project = tmp_path / "project"
    shutil.copytree(SHAPES, project)
    (project / "node_modules").symlink_to(npm_modules, target_is_directory=True)
    (project / "package.json").write_text('{"name": "shapes", "type": "module"}')
    # CDK bundles functions only beside a lock file.
    (project / "package-lock.json").write_text("{}")
    done = subprocess.run(
        [str(node_runtime.executable), "synth.mjs", str(project / "out")],
        cwd=project,
        env=node_runtime.environment(),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return project


@pytest.fixture
def shapes_stacks(shapes: Path) -> Iterator[Stacks]:
    """CloudFormation on the local cloud of the project."""
    from tests.localcloud.conftest import Stacks as Deployer

    folder = shapes / ".amplify" / "local-cloud"
    yield Deployer(Clients(lifecycle.start(folder)))
    lifecycle.stop(folder)


def _publish(stacks: Stacks, out: Path) -> None:
    manifest = json.loads((out / f"{STACK}.assets.json").read_text())
    for file in manifest["files"].values():
        source = out / file["source"]["path"]
        body = _zipped(source) if file["source"]["packaging"] == "zip" else source.read_bytes()
        for destination in file["destinations"].values():
            stacks.clients.client("s3").put_object(
                Bucket=cdk_bootstrap.STAGING_BUCKET, Key=destination["objectKey"], Body=body
            )


def _zipped(folder: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
    return content.getvalue()


def _physical_ids(stacks: Stacks, stack: str, kind: str) -> list[str]:
    """The physical ids of all resources of a type, in nested stacks too."""
    found = []
    pages = stacks.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    for item in (item for page in pages for item in page["StackResourceSummaries"]):
        if item["ResourceType"] == kind:
            found.append(item["PhysicalResourceId"])
        if item["ResourceType"] == "AWS::CloudFormation::Stack":
            found += _physical_ids(stacks, item["PhysicalResourceId"], kind)
    return found


def _hello(stacks: Stacks) -> dict[str, Any]:
    client = stacks.clients.client("lambda")
    for name in _physical_ids(stacks, STACK, "AWS::Lambda::Function"):
        configuration = client.get_function_configuration(FunctionName=name)
        if "GREETING" in configuration.get("Environment", {}).get("Variables", {}):
            answer = client.invoke(FunctionName=name, Payload=b'{"name": "Ada"}')
            found: dict[str, Any] = json.loads(answer["Payload"].read())
            return found
    raise AssertionError("no function has GREETING in its environment")


@pytest.mark.npm
def test_a_rich_backend_deploys_works_and_goes(shapes: Path, shapes_stacks: Stacks) -> None:
    stacks, out = shapes_stacks, shapes / "out"
    for name in ("GOOGLE_ID", "GOOGLE_SECRET", "API_KEY"):
        stacks.clients.client("ssm").put_parameter(
            Name=secret_path(IDENTITY, name), Value=f"value of {name}", Type="SecureString"
        )
    _publish(stacks, out)
    template = json.loads((out / f"{STACK}.template.json").read_text())
    stack = stacks.create(STACK, template)
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]}
    assert outputs["awsAppsyncApiKey"].startswith("da2-")
    assert outputs["socialProviders"] == '["GOOGLE","MyOidc"]'

    assert _hello(stacks) == {"msg": "hi Ada", "key": "value of API_KEY", "c": True}
    tables = stacks.clients.client("dynamodb").list_tables()["TableNames"]
    assert sorted(name.split("-")[0] for name in tables if name.endswith("-NONE")) == [
        "Comment",
        "CommentTag",
        "Post",
        "Tag",
    ]
    assert len(_physical_ids(stacks, STACK, "AWS::AppSync::FunctionConfiguration")) == len(
        stacks.clients.client("appsync").list_functions(apiId=outputs["awsAppsyncApiId"])[
            "functions"
        ]
    )

    stack_id = stack["StackId"]
    stacks.cloudformation.delete_stack(StackName=STACK)
    assert stacks.settled(stack_id)["StackStatus"] == "DELETE_COMPLETE"
    assert stacks.clients.client("dynamodb").list_tables()["TableNames"] == []
    buckets = stacks.clients.client("s3").list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in buckets] == [cdk_bootstrap.STAGING_BUCKET]
