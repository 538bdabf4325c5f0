"""What the local cloud's tests share: clients, and stacks deployed from templates in Python."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local_clouds import SharedCloud
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle
from workbench.localcloud.server import cdk_bootstrap

Template = dict[str, Any]
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
WITHOUT_PATCHES = "AMPLIFY_TUI_LOCALCLOUD_WITHOUT_PATCHES"


class Stacks:
    """Deploys templates through CloudFormation, as a CDK program would."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.cloudformation = clients.client("cloudformation")

    def publish(self, key: str, template: Template) -> str:
        """Put a nested template into the staging bucket; returns its URL."""
        self.clients.client("s3").put_object(
            Bucket=cdk_bootstrap.STAGING_BUCKET, Key=key, Body=json.dumps(template).encode()
        )
        return f"https://s3.us-east-1.amazonaws.com/{cdk_bootstrap.STAGING_BUCKET}/{key}"

    def create(self, name: str, template: Template, **more: Any) -> dict[str, Any]:
        """Create a stack and return its final description."""
        self.cloudformation.create_stack(
            StackName=name, TemplateBody=json.dumps(template), Capabilities=CAPABILITIES, **more
        )
        return self.settled(name)

    def update(self, name: str, template: Template, **more: Any) -> dict[str, Any]:
        """Update a stack and return its final description."""
        self.cloudformation.update_stack(
            StackName=name, TemplateBody=json.dumps(template), Capabilities=CAPABILITIES, **more
        )
        return self.settled(name)

    def settled(self, name: str, timeout: float = 60.0) -> dict[str, Any]:
        """Wait until no operation runs on the stack."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            stack: dict[str, Any] = self.cloudformation.describe_stacks(StackName=name)["Stacks"][0]
            if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                return stack
            time.sleep(0.02)
        raise TimeoutError(f"{name} is still {stack['StackStatus']}")

    def physical_id(self, name: str, logical_id: str) -> str:
        """The physical id of one resource."""
        detail = self.cloudformation.describe_stack_resource(
            StackName=name, LogicalResourceId=logical_id
        )["StackResourceDetail"]
        return str(detail["PhysicalResourceId"])

    def events(self, name: str) -> list[dict[str, Any]]:
        """All events, oldest first."""
        pages = self.cloudformation.get_paginator("describe_stack_events").paginate(StackName=name)
        return [event for page in pages for event in page["StackEvents"]][::-1]

    def statuses(self, name: str, logical_id: str) -> list[str]:
        """The statuses that one resource (or the stack itself) went through."""
        return [
            event["ResourceStatus"]
            for event in self.events(name)
            if event["LogicalResourceId"] == logical_id
        ]


@pytest.fixture
def stacks(local_clients: Clients) -> Stacks:
    """CloudFormation on an empty local cloud."""
    return Stacks(local_clients)


@pytest.fixture
def own_stacks(own_cloud: LocalTarget) -> Stacks:
    """CloudFormation on a local cloud that the test may stop or kill."""
    return Stacks(Clients(own_cloud))


@pytest.fixture
def server_log(local_cloud: LocalTarget, shared_cloud: SharedCloud) -> Callable[[], str]:
    """Read what ``local_cloud`` has logged since the test began."""
    file = shared_cloud.state_dir / "server.log"
    before = file.stat().st_size

    def since() -> str:
        return file.read_bytes()[before:].decode()

    return since


@pytest.fixture
def stacks_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A function that starts a local cloud without the named patch, to prove that it is needed."""
    started: list[Path] = []

    def start(name: str) -> Stacks:
        folder = tmp_path / f"without-{name}"
        with monkeypatch.context() as patch:
            patch.setenv(WITHOUT_PATCHES, name)
            target = lifecycle.start(folder)
        started.append(folder)
        return Stacks(Clients(target))

    yield start
    for folder in started:
        lifecycle.stop(folder)
